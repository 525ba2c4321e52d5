internal import Crypto
package import PosternCore
package import PosternLink
package import PosternSealing

/// Whose own secret it is: a person under their name. The name alone may be given to somebody else after an erasure.
package struct RecordOwner: Hashable, Sendable {
    package let site: SiteID
    package let handle: Handle
    package let recipient: RecipientID

    package init(_ recipient: RecipientID, _ handle: Handle, at site: SiteID) {
        self.site = site
        self.handle = handle
        self.recipient = recipient
    }

    init(_ recipient: Recipient) {
        self.init(recipient.id, recipient.handle, at: recipient.site)
    }

    /// Nil for the name of anything but a recipient.
    init?(_ name: AuthorisedName, _ recipient: RecipientID) {
        guard case .recipient(let handle, let site) = name else { return nil }
        self.init(recipient, handle, at: site)
    }

    /// - Throws: `RecordMemoryFault.erased` for somebody who was.
    func check(_ newest: NewestAuthorisation?) throws(RecordMemoryFault) {
        guard let newest, newest.isErased, newest.recipient == recipient else { return }
        throw .erased(name)
    }

    var name: AuthorisedName { .recipient(handle, at: site) }

    /// 64 bits that say under which name somebody has their secret. Nobody without the secret can test a guess of the name.
    func tag(under secret: OwnSecret) -> UInt64 {
        var writer = ByteWriter(capacity: 128)
        writer.write("own secret")
        writer.write(site.text)
        writer.write(handle.text)
        writer.write(recipient)
        let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: secret.key)
        return code.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

package enum OwnSecretState: Equatable, Sendable {
    /// There never was one, or it is lost.
    case none
    case held(OwnSecret)
    /// Its owner was erased.
    case destroyed
}

/// The own secrets of everybody whose address this vault has sealed, in its home and in no backup of the store.
///
/// A person has one, from the first seal of an address of theirs until they are erased: all their addresses and versions need it, so that
/// a former address can be taken back while a link says so, and so that erasing leaves nothing of any of them.
package protocol OwnSecrets: Sendable {
    /// Asked for every letter.
    /// - Throws: why the file cannot be read.
    func ownSecret(of recipient: RecipientID) throws -> OwnSecretState

    /// How many were destroyed since the start. Who remembers what was opened forgets it when there are more.
    var destroyedOwnSecrets: Int { get }

    /// In the same order; drawn for those who have none. Durable when it returns, so that no seal leaves the vault whose secret a crash
    /// could take. Recipients are those of this vault's own authorisations, or new ones. To be taken before the version: nobody gets one
    /// who was erased meanwhile.
    /// - Throws: `RecordMemoryFault.erased` for somebody whose secret was destroyed, or why it cannot be written.
    func takeOwnSecrets(for owners: [RecordOwner]) async throws -> [OwnSecret]

    /// For good, and durable when it returns. Where the recipient has a secret under another name, nothing happens: the store may have
    /// said whose row it is.
    func destroyOwnSecret(of owner: RecordOwner) async throws

    /// Of the second place, as it was last seen; nil where there is none. What is taken or destroyed is there too when it returns, unless
    /// this names a problem: then it is there as soon as it can be.
    var secretsCopy: SecretsCopyReport? { get }

    /// Looks whether the second place is as the file of own secrets, and makes it so if it can.
    func followSecretsCopy() async
}

extension OwnSecrets {
    package var secretsCopy: SecretsCopyReport? { nil }
    package func followSecretsCopy() async {}

    /// Of one person.
    func takeOwnSecret(of recipient: Recipient) async throws -> OwnSecret {
        let taken = try await takeOwnSecrets(for: [RecordOwner(recipient)])
        guard let secret = taken.first else { throw SealFault.noOwnSecret }
        return secret
    }
}
