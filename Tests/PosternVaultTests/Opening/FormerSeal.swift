import Crypto
import Foundation
import PosternCore
import PosternSealing
import Testing

/// The seal of an address as an earlier version of the program made it: HPKE's base mode, with no secret but the vault's key.
enum FormerSeal {
    static func bytes(of address: EmailAddress, in context: SealContext, to key: SealingKey) throws -> [UInt8] {
        try #require(key.suite == .x25519)
        var sender = try HPKE.Sender(
            recipientKey: try Curve25519.KeyAgreement.PublicKey(rawRepresentation: key.publicHalf),
            ciphersuite: key.suite.ciphersuite, info: Data(SealingKey.addressInfo))
        let ciphertext = try sender.seal(
            PaddedAddress(address).bytes, authenticating: context.associatedData(key: key.id, format: 2))
        let head = Array("PS".utf8) + [2, SealPurpose.address.rawValue, key.suite.rawValue]
        return head + key.id.bytes + Array(sender.encapsulatedKey) + Array(ciphertext)
    }
}
