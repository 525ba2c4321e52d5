import Crypto
import Foundation
import PosternCore
import PosternVault

/// An authenticator without a device: makes one passkey, and says what a test wants it to.
struct SoftAuthenticator {
    var origin = "https://desk.example.org"
    var party = "desk.example.org"
    /// Present and verified.
    var flags: UInt8 = 5
    var algorithm: UInt8 = 0x26
    var signatures: UInt32 = 0
    var isCrossOrigin = false
    let credential: [UInt8] = Array(repeating: 7, count: 16)
    let key = P256.Signing.PrivateKey()

    static let url = "https://desk.example.org"

    func clientData(_ type: String, _ challenge: [UInt8]) -> [UInt8] {
        Array(
            #"{"type":"\#(type)","challenge":"\#(Base64URL.text(of: challenge))","origin":"\#(origin)","crossOrigin":\#(isCrossOrigin)}"#
                .utf8)
    }

    private func data(_ flags: UInt8) -> [UInt8] {
        let count = (0..<4).map { UInt8(truncatingIfNeeded: signatures >> UInt32(24 - 8 * $0)) }
        return Array(SHA256.hash(data: Data(party.utf8))) + [flags] + count
    }

    /// `{1: 2, 3: −7, −1: 1, −2: x, −3: y}`, as authenticators write it.
    var coseKey: [UInt8] {
        let point = Array(key.publicKey.rawRepresentation)
        return [0xA5, 0x01, 0x02, 0x03, algorithm, 0x20, 0x01, 0x21, 0x58, 0x20] + point[..<32] + [0x22, 0x58, 0x20]
            + point[32...]
    }

    func attested(_ cose: [UInt8]? = nil) -> [UInt8] {
        data(flags | 64) + Array(repeating: 0, count: 16) + [0, UInt8(credential.count)] + credential + (cose ?? coseKey)
    }

    /// `{"fmt": "none", "attStmt": {}, "authData": …}`.
    func attestation(_ data: [UInt8]? = nil) -> [UInt8] {
        let data = data ?? attested()
        return [0xA3, 0x63] + Array("fmt".utf8) + [0x64] + Array("none".utf8) + [0x67] + Array("attStmt".utf8) + [0xA0, 0x68]
            + Array("authData".utf8) + [0x58, UInt8(data.count)] + data
    }

    func create(_ challenge: [UInt8]) -> PasskeyCreation {
        PasskeyCreation(clientData: clientData("webauthn.create", challenge), attestation: attestation())
    }

    func get(_ challenge: [UInt8]) throws -> PasskeyAssertion {
        let (client, data) = (clientData("webauthn.get", challenge), data(flags))
        let signature = try key.signature(for: data + SHA256.hash(data: client))
        return PasskeyAssertion(
            credential: credential, clientData: client, authenticatorData: data,
            signature: Array(signature.derRepresentation))
    }
}
