internal import Crypto
package import PosternCore

/// What the token of a posted form says about that form.
package enum FormTokenStatus: Equatable, Sendable {
    /// One of ours, and still good.
    /// - Parameters:
    ///   - key: the same for every post of one shown form, so that a double click is one letter.
    ///   - age: since the form was shown.
    case ours(key: String, age: Duration)
    /// One of ours, from a form that was shown too long ago.
    case expired
    /// Not one of ours.
    case foreign
    /// The post has no token: the site uses its own form, or a program posted it.
    case missing
}

/// Makes and reads the one-time tokens of forms.
package protocol FormTokenKeeping: Sendable {
    /// For the form of one recipient, and no other.
    /// - Returns: letters, digits, `-` and `_`; nil while there is no key to sign it with.
    func issue(site: String, handle: String, at now: Timestamp) -> String?
    /// - Parameter text: as it was posted; nil or empty when there was none.
    func status(of text: String?, site: String, handle: String, at now: Timestamp) -> FormTokenStatus
}

/// Tokens signed under a key of the day: `epoch (4) · shown at (8) · random (16) · MAC (16)`, in base 64.
///
/// They are signed with tomorrow's tag key, which the relay has from the first moment of today to the last of tomorrow. So a form
/// that was shown before midnight, or before a restart, can be posted after it, and nothing has to be stored.
package struct FormTokens: FormTokenKeeping {
    /// How long a form may be filled in.
    package static let lifetime = Duration.hours(24)
    private static let macLength = 16

    private let randomness: RandomSource
    /// The tag key of a day, if it is known.
    private let key: @Sendable (Epoch) -> [UInt8]?

    package init(randomness: RandomSource, key: @escaping @Sendable (Epoch) -> [UInt8]?) {
        self.randomness = randomness
        self.key = key
    }

    package func issue(site: String, handle: String, at now: Timestamp) -> String? {
        let epoch = Epoch(containing: now).next
        guard let key = key(epoch) else { return nil }
        var token = ByteWriter(capacity: 44)
        token.write(epoch.day)
        token.write(now.milliseconds)
        token.write(randomness.next())
        token.write(randomness.next())
        let mac = Self.mac(of: token.bytes, site, handle, under: key)
        token.writeRaw(mac)
        return Base64URL.text(of: token.bytes)
    }

    package func status(of text: String?, site: String, handle: String, at now: Timestamp) -> FormTokenStatus {
        guard let text, !text.isEmpty else { return .missing }
        guard text.utf8.count <= 64, let bytes = Base64URL.bytes(of: text) else { return .foreign }
        var reader = ByteReader(bytes, limit: 64)
        guard let day = try? reader.number(Int32.self), let shown = try? reader.number(Int64.self),
            let random = try? reader.raw(16), let mac = try? reader.raw(Self.macLength), reader.remaining == 0
        else { return .foreign }
        let epoch = Epoch(day: day)
        // The key was dropped when its day ended, so the token cannot be checked. It has expired in any case.
        guard epoch >= Epoch(containing: now) else { return .expired }
        guard let key = key(epoch),
            ConstantTime.isEqual(Self.mac(of: Array(bytes.dropLast(Self.macLength)), site, handle, under: key), Array(mac))
        else {
            return .foreign
        }
        let age = now.since(Timestamp(milliseconds: shown))
        guard age < Self.lifetime else { return .expired }
        return .ours(key: "form " + Base64URL.text(of: random), age: max(age, .zero))
    }

    private static func mac(of bytes: [UInt8], _ site: String, _ handle: String, under key: [UInt8]) -> [UInt8] {
        var message = ByteWriter(capacity: 256)
        // The key also makes tags. This prefix keeps a token's MAC from ever being a tag's.
        message.write("postern form")
        message.write(site)
        message.write(handle)
        message.writeRaw(bytes)
        return Array(HMAC<SHA256>.authenticationCode(for: message.bytes, using: SymmetricKey(data: key)).prefix(macLength))
    }
}
