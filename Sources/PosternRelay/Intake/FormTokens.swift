internal import Crypto
package import PosternCore

/// What is known of the token a form came back with.
package enum FormStanding: Equatable, Sendable {
    /// One of ours, and young enough.
    /// - Parameters:
    ///   - key: the same for every post of one shown form: what makes a double click one letter.
    ///   - age: since the form was shown.
    case ours(key: String, age: Duration)
    /// One of ours, shown longer ago than a form may be filled in.
    case expired
    /// Not one of ours.
    case foreign
    /// There was none: a form of the site's own making, or a program.
    case missing
}

/// Makes and reads the one-time tokens of forms.
package protocol FormTokenKeeping: Sendable {
    /// - Returns: a token of letters, digits, `-` and `_`; nil while there is no key to sign it with.
    func issue(at now: Timestamp) -> String?
    /// - Parameter text: as it came back; nil or empty when it did not.
    func standing(of text: String?, at now: Timestamp) -> FormStanding
}

/// Tokens signed under a key of the day: `epoch (4) · shown at (8) · random (16) · MAC (16)`, in base 64.
///
/// Signed with tomorrow's tag key, which the relay has from today's first to tomorrow's last moment: so a form shown before
/// midnight, or before a restart, can be sent after it, and nothing has to be kept.
package struct FormTokens: FormTokenKeeping {
    /// How long a form may be filled in.
    package static let lifetime = Duration.hours(24)
    private static let macLength = 16

    /// The tag key of a day, if there is one.
    private let key: @Sendable (Epoch) -> [UInt8]?

    package init(key: @escaping @Sendable (Epoch) -> [UInt8]?) {
        self.key = key
    }

    package func issue(at now: Timestamp) -> String? {
        var randomness = SystemRandomNumberGenerator()
        return issue(at: now, using: &randomness)
    }

    package func issue(at now: Timestamp, using randomness: inout some RandomNumberGenerator) -> String? {
        let epoch = Epoch(containing: now).next
        guard let key = key(epoch) else { return nil }
        var token = ByteWriter(capacity: 44)
        token.write(epoch.day)
        token.write(now.milliseconds)
        token.write(randomness.next() as UInt64)
        token.write(randomness.next() as UInt64)
        let mac = Self.mac(of: token.bytes, under: key)
        token.writeRaw(mac)
        return Base64URL.text(of: token.bytes)
    }

    package func standing(of text: String?, at now: Timestamp) -> FormStanding {
        guard let text, !text.isEmpty else { return .missing }
        guard text.utf8.count <= 64, let bytes = Base64URL.bytes(of: text) else { return .foreign }
        var reader = ByteReader(bytes, limit: 64)
        guard let day = try? reader.number(Int32.self), let shown = try? reader.number(Int64.self),
            let random = try? reader.raw(16), let mac = try? reader.raw(Self.macLength), reader.remaining == 0
        else { return .foreign }
        let epoch = Epoch(day: day)
        // Its key is gone with its day: whatever it is, it is old.
        guard epoch >= Epoch(containing: now) else { return .expired }
        guard let key = key(epoch), Self.isEqual(Self.mac(of: bytes.dropLast(Self.macLength), under: key), mac) else {
            return .foreign
        }
        let age = now.since(Timestamp(milliseconds: shown))
        guard age < Self.lifetime else { return .expired }
        return .ours(key: "form " + Base64URL.text(of: random), age: max(age, .zero))
    }

    private static func mac(of bytes: some Collection<UInt8>, under key: [UInt8]) -> [UInt8] {
        // The tag key's first work is tags; what it signs here begins differently from any of those.
        let message = Array("postern form".utf8) + bytes
        return Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)).prefix(macLength))
    }

    /// In a time that does not tell how many bytes are right.
    private static func isEqual(_ left: [UInt8], _ right: some Collection<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
