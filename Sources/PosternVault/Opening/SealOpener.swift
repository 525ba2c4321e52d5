private import Crypto
package import PosternCore
package import PosternSealing

/// Opens what was sealed to the vault's keys. Nothing else can.
package struct SealOpener: Sendable {
    private let ring: KeyRing
    private let sessions = SessionCache()
    private let opened = OpenedAddresses()

    package init(ring: KeyRing) {
        self.ring = ring
    }

    /// - Throws: `SealFault` of any class except `.badKey`.
    package func address(in bytes: [UInt8], context: SealContext) throws -> EmailAddress {
        try opened.address(in: bytes, context: context) { try openedAddress(in: bytes, context: context) }
    }

    private func openedAddress(in bytes: [UInt8], context: SealContext) throws -> EmailAddress {
        let (seal, held) = try parse(bytes, context: context)
        var recipient = try held.key.recipient(encapsulated: seal.encapsulated, info: SealingKey.addressInfo)
        let plain: [UInt8]
        do {
            plain = Array(
                try recipient.open(seal.ciphertext, authenticating: context.associatedData(key: seal.key, format: seal.format)))
        } catch {
            throw SealFault.notAuthentic
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
        let secret = try sessions.secret(of: seal, under: held)
        guard seal.ciphertext.count >= 16 else { throw SealFault.malformed }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: try SealingSession.nonce, ciphertext: seal.ciphertext.dropLast(16), tag: seal.ciphertext.suffix(16))
            let key = SealingSession.recordKey(from: secret, context: context)
            return Array(
                try AES.GCM.open(box, using: key, authenticating: context.associatedData(key: seal.key, format: seal.format)))
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

    /// Call this now and then: addresses are remembered for a minute, also when nothing more is opened.
    package func forgetOld() {
        opened.forgetOld()
    }

    private func parse(_ bytes: [UInt8], context: SealContext) throws -> (Seal, HeldKey) {
        let seal = try Seal(bytes)
        guard seal.purpose == context.purpose else { throw SealFault.wrongPurpose }
        guard let held = ring[seal.key] else { throw SealFault.unknownKey }
        guard held.key.kind == .opening(seal.purpose) else { throw SealFault.wrongPurpose }
        guard held.key.sealing?.suite == seal.suite else { throw SealFault.unknownSuite }
        return (seal, held)
    }
}
