package import Crypto
package import PosternCore

/// The keys under which a visitor's address becomes a `SenderDigest`. They follow from the vault's authorisation keys, which last as long
/// as a block may. The relay has them too: it compares letters with blocks while the vault is away, and without asking it each time.
package struct SenderKeys: Sendable, Unprintable {
    /// 32 bytes each, the current one first; the others are of earlier machines, and their blocks still count.
    package let secrets: [[UInt8]]

    package init(secrets: [[UInt8]]) { self.secrets = secrets }

    /// In the vault.
    /// - Parameter former: earlier authorisation keys.
    package init(authorisation key: SymmetricKey, former: [SymmetricKey] = []) {
        self.init(
            secrets: ([key] + former).map { key in
                HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array("postern visitor, block".utf8), outputByteCount: 32)
                    .withUnsafeBytes(Array.init)
            })
    }

    /// One for each key, that of the current one first. The same for all letters from one mailbox, to whomever they go.
    package func digests(of address: EmailAddress) -> [SenderDigest] {
        let mailbox = Array(address.mailbox.utf8)
        return secrets.compactMap { secret in
            let code = HMAC<SHA256>.authenticationCode(for: mailbox, using: SymmetricKey(data: secret))
            return SenderDigest(bytes: Array(code.prefix(SenderDigest.length)))
        }
    }
}
