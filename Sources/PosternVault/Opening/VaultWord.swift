package import Crypto
private import FoundationEssentials
package import PosternCore

/// The vault's word on a sealed record: a MAC that says whose address it is and how far it has been proven (P3).
///
/// HPKE's base mode does not prove who sealed: anybody with the public key can make a seal that opens. So a seal counts
/// only with this MAC, which covers handle, recipient, version and the seal itself; a row that was forged, or swapped
/// with another, has none that fits.
package struct VaultWord: Sendable {
    package enum Standing: String, Sendable {
        /// Letters may go there.
        case confirmed
        /// One question may go there: is this address yours?
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

    private let key: SymmetricKey
    private let tokenKey: SymmetricKey

    package init(key: SymmetricKey) {
        self.key = key
        tokenKey = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array("postern confirmation token".utf8), outputByteCount: 32)
    }

    package func authorisation(_ standing: Standing, on subject: Subject) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Self.bytes(standing, subject), using: key))
    }

    /// Compares in constant time.
    package func isGiven(_ authorisation: [UInt8], as standing: Standing, on subject: Subject) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(authorisation, authenticating: Self.bytes(standing, subject), using: key)
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

/// Confirmation tokens: what stands in the link that only the vault could have mailed.
extension VaultWord {
    package static let tokenLifetime = Duration.days(14)

    /// Seconds since 1970 at which it ends, in base 36, a dot, and 128 bits of MAC in hexadecimal.
    package func token(for subject: Subject, mailed: Timestamp) -> String {
        let end = (mailed + Self.tokenLifetime).milliseconds / 1_000
        return "\(String(end, radix: 36)).\(mac(of: subject, end: end))"
    }

    package enum TokenFault: String, Error, Sendable {
        case notOurs = "not-ours"
        case over
    }

    package func check(_ token: String, for subject: Subject, at now: Timestamp) throws(TokenFault) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        // As we write it and no other way: one confirmation has one token.
        guard parts.count == 2, let end = Int64(parts[0], radix: 36), String(end, radix: 36) == parts[0] else { throw .notOurs }
        let (given, right) = (Array(parts[1].utf8), Array(mac(of: subject, end: end).utf8))
        // Every byte is looked at, wherever the first difference is.
        guard given.count == right.count, zip(given, right).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 else { throw .notOurs }
        guard now <= Timestamp(seconds: end) else { throw .over }
    }

    private func mac(of subject: Subject, end: Int64) -> String {
        var writer = ByteWriter(capacity: subject.seal.count + 256)
        writer.write(Self.bytes(.invited, subject))
        writer.write(end)
        let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: tokenKey)
        return code.prefix(16).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
