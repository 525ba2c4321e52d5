package import Crypto
private import FoundationEssentials
package import PosternCore

/// The vault’s authorisation of a sealed record: a MAC that says whose address it is and how far it has been proven.
///
/// HPKE's base mode does not prove who sealed: anyone with the public key can make a seal that opens. So a seal counts only with
/// this MAC, which covers site, handle, recipient, version and the seal itself. A row that was forged or swapped has none that
/// fits.
package struct AddressAuthorisation: Sendable, Unprintable {
    package enum Standing: String, Sendable {
        /// Letters may go there.
        case confirmed
        /// One mail may go there: the question whether the address is theirs.
        case invited
    }

    package struct Subject: Sendable {
        package let site: SiteID
        package let handle: Handle
        package let recipient: RecipientID
        package let version: Int32
        package let seal: [UInt8]

        package init(site: SiteID, handle: Handle, recipient: RecipientID, version: Int32, seal: [UInt8]) {
            (self.site, self.handle, self.recipient, self.version, self.seal) = (site, handle, recipient, version, seal)
        }
    }

    private struct Keys: Sendable {
        let record: SymmetricKey
        let token: SymmetricKey

        init(_ key: SymmetricKey) {
            record = key
            token = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: key, info: Array("postern confirmation token".utf8), outputByteCount: 32)
        }
    }

    private let current: Keys
    private let all: [Keys]

    /// - Parameter former: earlier keys, under which authorisations still count.
    package init(key: SymmetricKey, former: [SymmetricKey] = []) {
        current = Keys(key)
        all = [current] + former.map(Keys.init)
    }

    package func code(_ standing: Standing, on subject: Subject) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Self.bytes(standing, subject), using: current.record))
    }

    /// Compares in constant time.
    package func isValid(_ authorisation: [UInt8], as standing: Standing, on subject: Subject) -> Bool {
        let bytes = Self.bytes(standing, subject)
        return all.contains {
            HMAC<SHA256>.isValidAuthenticationCode(authorisation, authenticating: bytes, using: $0.record)
        }
    }

    private static func bytes(_ standing: Standing, _ subject: Subject) -> [UInt8] {
        var writer = ByteWriter(capacity: subject.seal.count + 256)
        writer.write("postern word v1")
        writer.write(standing.rawValue)
        writer.write(subject.site.text)
        writer.write(subject.handle.text)
        writer.write(subject.recipient)
        writer.write(subject.version)
        writer.write(subject.seal)
        return writer.bytes
    }
}

/// Confirmation tokens, which are part of the link that only the vault can have mailed.
extension AddressAuthorisation {
    package static let tokenLifetime = Duration.days(14)

    /// The second since 1970 at which it ends, in base 36; a dot; 128 bits of MAC in hexadecimal.
    package func token(for subject: Subject, mailed: Timestamp) -> String {
        let end = (mailed + Self.tokenLifetime).milliseconds / 1_000
        return "\(String(end, radix: 36)).\(Self.mac(of: subject, end: end, under: current))"
    }

    package enum TokenFault: String, Error, Sendable {
        case notOurs = "not-ours"
        case over
    }

    package func check(_ token: String, for subject: Subject, at now: Timestamp) throws(TokenFault) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        // Only as we write it: one confirmation has one token.
        guard parts.count == 2, let end = Int64(parts[0], radix: 36), String(end, radix: 36) == parts[0] else { throw .notOurs }
        let given = Array(parts[1].utf8)
        let isOurs = all.contains { keys in
            let right = Array(Self.mac(of: subject, end: end, under: keys).utf8)
            // Every byte is compared, wherever the first difference is.
            return given.count == right.count && zip(given, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
        }
        guard isOurs else { throw .notOurs }
        guard now <= Timestamp(seconds: end) else { throw .over }
    }

    private static func mac(of subject: Subject, end: Int64, under keys: Keys) -> String {
        var writer = ByteWriter(capacity: subject.seal.count + 256)
        writer.write(bytes(.invited, subject))
        writer.write(end)
        let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: keys.token)
        return HexDigits.text(code.prefix(16))
    }
}
