import Crypto
import Foundation
import PosternSealing
import PosternTestSupport
import Testing

@Suite("Our suites give the answers of RFC 9180")
struct KnownAnswerTests {
    /// RFC 9180, Appendix A.2.1: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305.
    static let info = "4f6465206f6e2061204772656369616e2055726e"
    static let privateKey = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"
    static let publicKey = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"
    static let encapsulated = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"

    private func recipient() throws -> HPKE.Recipient {
        let key = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: Hex.bytes(Self.privateKey))
        #expect(Array(key.publicKey.rawRepresentation) == Hex.bytes(Self.publicKey))
        return try HPKE.Recipient(
            privateKey: key, ciphersuite: Suite.x25519.ciphersuite, info: Data(Hex.bytes(Self.info)),
            encapsulatedKey: Data(Hex.bytes(Self.encapsulated)))
    }

    @Test func `The first two encryptions of A.2.1.1 open to the RFC's plaintext`() throws {
        var recipient = try recipient()
        let sequence = [
            ("436f756e742d30", "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"),
            ("436f756e742d31", "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c"),
        ]
        for (associated, ciphertext) in sequence {
            let plain = try recipient.open(Hex.bytes(ciphertext), authenticating: Hex.bytes(associated))
            #expect(String(decoding: plain, as: UTF8.self) == "Beauty is truth, truth beauty")
        }
    }

    @Test(arguments: [
        ("", "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e"),
        ("00", "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69"),
    ])
    func `The exported values of A.2.1.2 are the RFC's`(context: String, value: String) throws {
        let secret = try recipient().exportSecret(context: Hex.bytes(context), outputByteCount: 32)
        #expect(secret.withUnsafeBytes { Array($0) } == Hex.bytes(value))
    }

    /// RFC 5869, Appendix A.1: the second half is the derivation that gives each letter its key.
    @Test func `HKDF-SHA-256 gives test case 1 of RFC 5869`() {
        let info = Hex.bytes("f0f1f2f3f4f5f6f7f8f9")
        let pseudoRandom = HKDF<SHA256>.extract(
            inputKeyMaterial: SymmetricKey(data: [UInt8](repeating: 0x0B, count: 22)),
            salt: Hex.bytes("000102030405060708090a0b0c"))
        #expect(Array(pseudoRandom) == Hex.bytes("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"))
        let key = HKDF<SHA256>.expand(pseudoRandomKey: pseudoRandom, info: info, outputByteCount: 42)
        #expect(
            key.withUnsafeBytes { Array($0) }
                == Hex.bytes("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"))
    }
}
