package import Crypto
package import PosternCore

extension SealingKey {
    /// Seals a recipient's address for one row. Two seals of one address differ; all have the same length, also those of before
    /// there were own secrets.
    /// - Parameter own: of the person whose address it is. The seal opens with it and the vault's key, and with neither alone.
    /// - Throws: `SealFault.wrongPurpose` unless this is an address key; `.badKey`.
    package func seal(_ address: EmailAddress, in context: SealContext, with own: OwnSecret) throws -> [UInt8] {
        guard purpose == .address, context.purpose == .address else { throw SealFault.wrongPurpose }
        let sender = try sender(info: SealingKey.addressInfo)
        let shared = try sender.exportSecret(context: SealingKey.addressExporterContext, outputByteCount: 32)
        let box = try AES.GCM.seal(
            PaddedAddress(address).bytes, using: SealingKey.addressKey(from: shared, and: own), nonce: try SealingSession.nonce,
            authenticating: context.associatedData(key: id, format: Seal.formatOfAddresses))
        return Seal(
            format: Seal.formatOfAddresses, purpose: .address, suite: suite, key: id,
            encapsulated: Array(sender.encapsulatedKey), ciphertext: Array(box.ciphertext) + Array(box.tag)
        ).bytes
    }

    /// HPKE's `info` for addresses. It keeps these seals apart from anything else that might use such a key.
    package static let addressInfo = Array("postern address v1".utf8)
    package static let addressExporterContext = Array("postern address secret".utf8)

    /// The key of one seal. HPKE's shared secret is the salt and the own secret the input of the extraction, as in HPKE with a
    /// pre-shared key (RFC 9180 §5.1: `LabeledExtract(shared_secret, "secret", psk)`; 32 bytes of entropy, as §9.5 asks). That mode
    /// itself exists for Diffie-Hellman alone in the library, and not for X-Wing, so HPKE's exported secret (§5.3) is used. It is
    /// different for each seal: the key seals once.
    package static func addressKey(from shared: SymmetricKey, and own: OwnSecret) -> SymmetricKey {
        shared.withUnsafeBytes { shared in
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: own.key, salt: shared, info: Array("postern address, own secret".utf8), outputByteCount: 32)
        }
    }
}

/// An address in 256 bytes, however long the address is: two bytes of length, the text, zeros.
package struct PaddedAddress: Sendable {
    package static let length = 256
    package let bytes: [UInt8]

    package init(_ address: EmailAddress) {
        let text = Array(address.text.utf8)
        // EmailAddress holds at most 254 octets.
        bytes =
            [UInt8(text.count >> 8), UInt8(text.count & 0xFF)] + text + Array(repeating: 0, count: Self.length - 2 - text.count)
    }

    /// Nil unless the bytes are a padded address exactly as the other initialiser makes it.
    package static func address(in bytes: [UInt8]) -> EmailAddress? {
        guard bytes.count == length else { return nil }
        let count = Int(bytes[0]) << 8 | Int(bytes[1])
        guard count <= length - 2, bytes[(2 + count)...].allSatisfy({ $0 == 0 }),
            let text = String(validating: bytes[2..<(2 + count)], as: UTF8.self),
            let address = try? EmailAddress(text), address.text == text
        else { return nil }
        return address
    }
}
