private import Crypto
package import PosternCore

extension SealingKey {
    /// Seals a recipient's address for one row. Two seals of one address differ; all have the same length.
    /// - Throws: `SealFault.wrongPurpose` unless this is an address key; `.badKey`.
    package func seal(_ address: EmailAddress, in context: SealContext) throws -> [UInt8] {
        guard purpose == .address, context.purpose == .address else { throw SealFault.wrongPurpose }
        var sender = try sender(info: SealingKey.addressInfo)
        let plain = PaddedAddress(address).bytes
        let ciphertext = try sender.seal(plain, authenticating: context.associatedData(key: id))
        return Seal(
            purpose: .address, suite: suite, key: id, encapsulated: Array(sender.encapsulatedKey), ciphertext: Array(ciphertext)
        ).bytes
    }

    /// HPKE's `info` for addresses. It keeps these seals apart from anything else that might use such a key.
    package static let addressInfo = Array("postern address v1".utf8)
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
