private import Crypto
package import PosternCore
package import PosternSealing

/// Opens what was sealed to the vault's keys. Nothing else can.
package struct SealOpener: Sendable {
    private let ring: KeyRing
    private let secrets: any OwnSecrets
    private let sessions = SessionCache()
    private let opened = OpenedAddresses()

    package init(ring: KeyRing, secrets: any OwnSecrets) {
        self.ring = ring
        self.secrets = secrets
    }

    /// - Throws: `SealFault` of any class except `.badKey`; why an own secret cannot be read.
    package func address(in bytes: [UInt8], context: SealContext) throws -> EmailAddress {
        // Before what was opened a moment ago is looked at: who was erased meanwhile has no address any more.
        let own = try neededSecret(of: bytes, context)
        return try opened.address(in: bytes, context: context) { try openedAddress(in: bytes, context: context, with: own) }
    }

    /// Without remembering it: when a key is rotated, each address is opened once.
    /// - Throws: as `address(in:context:)` does.
    func addressOnce(in bytes: [UInt8], context: SealContext) throws -> EmailAddress {
        try openedAddress(in: bytes, context: context, with: try neededSecret(of: bytes, context))
    }

    private func neededSecret(of bytes: [UInt8], _ context: SealContext) throws -> OwnSecret? {
        try Seal.hasOwnSecret(inHead: Array(bytes.prefix(Seal.headLength))) ? ownSecret(context) : nil
    }

    /// With a secret that is in no memory.
    func address(in bytes: [UInt8], context: SealContext, with own: OwnSecret) throws -> EmailAddress {
        try openedAddress(in: bytes, context: context, with: own)
    }

    private func ownSecret(_ context: SealContext) throws -> OwnSecret {
        guard context.purpose == .address, let recipient = RecipientID(bytes: context.record),
            case .held(let secret) = try secrets.ownSecret(of: recipient)
        else { throw SealFault.noOwnSecret }
        return secret
    }

    private func openedAddress(in bytes: [UInt8], context: SealContext, with own: OwnSecret?) throws -> EmailAddress {
        let (seal, held) = try parse(bytes, context: context)
        let associated = context.associatedData(key: seal.key, format: seal.format)
        var recipient = try held.key.recipient(encapsulated: seal.encapsulated, info: SealingKey.addressInfo)
        let plain: [UInt8]
        if seal.hasOwnSecret {
            guard let own else { throw SealFault.noOwnSecret }
            let shared = try recipient.exportSecret(context: SealingKey.addressExporterContext, outputByteCount: 32)
            plain = try Self.opened(seal, with: SealingKey.addressKey(from: shared, and: own), associated)
        } else {
            // As earlier versions sealed.
            do { plain = Array(try recipient.open(seal.ciphertext, authenticating: associated)) } catch {
                throw SealFault.notAuthentic
            }
        }
        guard let address = PaddedAddress.address(in: plain) else { throw SealFault.badContent }
        return address
    }

    /// - Throws: `SealFault` of any class except `.badKey`.
    package func letter(in bytes: [UInt8], context: SealContext) throws -> Letter {
        try LetterCoding.letter(from: record(in: bytes, context: context))
    }

    /// What a sealing session put into one record.
    package func record(in bytes: [UInt8], context: SealContext) throws -> [UInt8] {
        let (seal, held) = try parse(bytes, context: context)
        let key = SealingSession.recordKey(from: try sessions.secret(of: seal, under: held), context: context)
        return try Self.opened(seal, with: key, context.associatedData(key: seal.key, format: seal.format))
    }

    /// What a key seals that seals once.
    private static func opened(_ seal: Seal, with key: SymmetricKey, _ associated: [UInt8]) throws -> [UInt8] {
        guard seal.ciphertext.count >= 16 else { throw SealFault.malformed }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: try SealingSession.nonce, ciphertext: seal.ciphertext.dropLast(16), tag: seal.ciphertext.suffix(16))
            return Array(try AES.GCM.open(box, using: key, authenticating: associated))
        } catch {
            throw SealFault.notAuthentic
        }
    }

    /// A key that a seal needs and that is not there.
    struct MissingKey {
        let id: KeyID
        /// What is wrong with its file; nil where none is known.
        let fault: KeyFault?
    }

    /// - Returns: nil when the key is there, or this is no seal.
    func missingKey(of bytes: [UInt8]) -> MissingKey? {
        guard let id = try? Seal(bytes).key, ring[id] == nil else { return nil }
        return MissingKey(id: id, fault: ring.fault(of: id))
    }

    /// Call this when keys were destroyed.
    package func forgetDestroyed() {
        sessions.forget(except: Set(ring.all.map { $0.key.id }))
        opened.forget()
    }

    /// Call this now and then: addresses are remembered for a minute, also when nothing more is opened, and less when somebody is erased.
    package func forgetOld() {
        opened.forgetOld(destroyed: secrets.destroyedOwnSecrets)
    }

    /// How many addresses were opened a moment ago and are remembered.
    package var remembered: Int { opened.count }

    private func parse(_ bytes: [UInt8], context: SealContext) throws -> (Seal, HeldKey) {
        let seal = try Seal(bytes)
        guard seal.purpose == context.purpose else { throw SealFault.wrongPurpose }
        guard let held = ring[seal.key] else { throw SealFault.unknownKey }
        guard held.key.kind == .opening(seal.purpose) else { throw SealFault.wrongPurpose }
        guard held.key.sealing?.suite == seal.suite else { throw SealFault.unknownSuite }
        return (seal, held)
    }
}
