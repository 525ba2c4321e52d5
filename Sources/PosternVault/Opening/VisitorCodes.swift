package import Crypto
package import PosternCore
package import PosternLink

/// What the vault says of a visitor without saying the address: the name by which a recipient mutes them, and the proof that a mail
/// reached them. Both are MACs under keys that are derived from the authorisation key.
package struct VisitorCodes: Sendable, Unprintable {
    private struct Keys: Sendable {
        let mute, proof, mailbox: SymmetricKey

        init(_ key: SymmetricKey) {
            func derived(_ use: String) -> SymmetricKey {
                HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array("postern visitor, \(use)".utf8), outputByteCount: 32)
            }
            (mute, proof, mailbox) = (derived("mute"), derived("proof"), derived("mailbox"))
        }
    }

    private static let length = MuteName.length

    private let current: Keys
    private let all: [Keys]

    /// - Parameter former: earlier keys, whose mutes and proofs still count.
    package init(key: SymmetricKey, former: [SymmetricKey] = []) {
        current = Keys(key)
        all = [current] + former.map(Keys.init)
    }

    /// The same for all letters of one address to one recipient, and for no other recipient.
    package func muteName(of visitor: EmailAddress, for recipient: RecipientID, _ handle: Handle, at site: SiteID) -> MuteName {
        MuteName(bytes: Self.code(Self.muted(visitor, recipient, handle, site), under: current.mute))
    }

    package func isMuted(
        _ visitor: EmailAddress, by mutes: [[UInt8]], of recipient: RecipientID, _ handle: Handle, at site: SiteID
    ) -> Bool {
        guard !mutes.isEmpty else { return false }
        let bytes = Self.muted(visitor, recipient, handle, site)
        return all.contains { mutes.contains(Self.code(bytes, under: $0.mute)) }
    }

    /// Goes into the link of every mail to a visitor. A text that is posted there shows that the mail was read.
    package func proof(of visitor: EmailAddress, in conversation: LetterID, at site: SiteID) -> [UInt8] {
        Self.code(Self.proven(visitor, conversation, site), under: current.proof)
    }

    /// Whether one of them is right.
    package func isProven(by given: Proofs, of visitor: EmailAddress, in conversation: LetterID, at site: SiteID) -> Bool {
        given.all.contains { isProof(Array($0), of: visitor, in: conversation, at: site) }
    }

    /// Compares in constant time.
    package func isProof(_ given: [UInt8], of visitor: EmailAddress, in conversation: LetterID, at site: SiteID) -> Bool {
        let bytes = Self.proven(visitor, conversation, site)
        return all.contains { ConstantTime.isEqual(Self.code(bytes, under: $0.proof), given) }
    }

    /// One name for a mailbox, no matter who is written to.
    func mailboxName(of visitor: EmailAddress) -> [UInt8] {
        Self.code(Array(visitor.mailbox.utf8), under: current.mailbox)
    }

    private static func code(_ bytes: [UInt8], under key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(length))
    }

    private static func muted(
        _ visitor: EmailAddress, _ recipient: RecipientID, _ handle: Handle, _ site: SiteID
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.write(site.text)
        writer.write(handle.text)
        writer.write(recipient)
        writer.write(visitor.mailbox)
        return writer.bytes
    }

    private static func proven(_ visitor: EmailAddress, _ conversation: LetterID, _ site: SiteID) -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.write(site.text)
        writer.write(conversation)
        writer.write(visitor.mailbox)
        return writer.bytes
    }
}
