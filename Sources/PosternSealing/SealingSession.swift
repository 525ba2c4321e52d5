package import Crypto
package import PosternCore

/// One encapsulation that serves many letters: its exported secret (RFC 9180 §5.3) gives each letter a key of its own.
///
/// It lasts for at most 60 s or 4,096 letters. Then its owner drops it, and nobody but the vault can open what was sealed.
/// Every seal of the session contains the encapsulated key (32 bytes), so that no other row is needed to open it.
package struct SealingSession: Sendable, Unprintable {
    package static let lifetime = Duration.seconds(60)
    package static let capacity = 4_096

    package let key: SealingKey
    package let began: Timestamp
    private let encapsulated: [UInt8]
    /// Keyed with the exported secret.
    private let expander: HMAC<SHA256>

    /// - Throws: `SealFault.wrongPurpose` for an address key; `.badKey`.
    package init(to key: SealingKey, at now: Timestamp) throws {
        guard key.purpose != .address else { throw SealFault.wrongPurpose }
        let sender = try key.sender(info: Self.info(key.id, purpose: key.purpose))
        self.key = key
        began = now
        encapsulated = Array(sender.encapsulatedKey)
        expander = HMAC(key: try sender.exportSecret(context: Self.exporterContext, outputByteCount: 32))
    }

    /// - Throws: `SealFault.wrongPurpose` when the context is of another purpose, `.malformed` when it is too long.
    package func seal(_ plain: [UInt8], in context: SealContext) throws -> [UInt8] {
        guard context.purpose == key.purpose else { throw SealFault.wrongPurpose }
        let box = try AES.GCM.seal(
            plain, using: Self.recordKey(from: expander, context: context), nonce: try Self.nonce,
            authenticating: context.associatedData(key: key.id))
        let seal = Seal(
            purpose: key.purpose, suite: key.suite, key: key.id, encapsulated: encapsulated,
            ciphertext: Array(box.ciphertext) + Array(box.tag))
        let bytes = seal.bytes
        guard bytes.count <= Seal.longest else { throw SealFault.malformed }
        return bytes
    }

    /// HPKE's `info` of a session.
    package static func info(_ key: KeyID, purpose: SealPurpose) -> [UInt8] {
        Array("postern session v1 \(purpose.name) \(key)".utf8)
    }

    package static let exporterContext = Array("postern session secret".utf8)

    /// The key of one record under a session's secret: HKDF-Expand over the record's id. The secret comes from HPKE's key
    /// schedule and is uniformly random already, so the extract step is left out (RFC 5869 §3.3).
    package static func recordKey(from secret: SymmetricKey, context: SealContext) -> SymmetricKey {
        recordKey(from: HMAC(key: secret), context: context)
    }

    /// One block of HKDF-Expand is one HMAC over the info and the block's number (RFC 5869 §2.3). A session takes its key in once:
    /// that is half of the work.
    private static func recordKey(from expander: HMAC<SHA256>, context: SealContext) -> SymmetricKey {
        var expander = expander
        expander.update(data: Array("postern \(context.purpose.name) ".utf8) + context.record + [1])
        return SymmetricKey(data: expander.finalize())
    }

    /// All zeros: a record's key seals once, since ids are random and never used again.
    package static var nonce: AES.GCM.Nonce {
        get throws { try AES.GCM.Nonce(data: Array(repeating: 0 as UInt8, count: 12)) }
    }
}
