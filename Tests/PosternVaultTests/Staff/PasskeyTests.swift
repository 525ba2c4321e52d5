import Crypto
import Foundation
import PosternCore
import PosternTestSupport
import PosternVault
import Testing

/// WebAuthn Level 2 §7.1 and §7.2.
struct PasskeyTests {
    private let challenge: [UInt8] = Array(repeating: 3, count: 40)

    private func party(_ url: String = SoftAuthenticator.url) throws -> RelyingParty {
        RelyingParty(try #require(WebOrigin(url)))
    }

    private func fault(_ authenticator: SoftAuthenticator, challenge asked: [UInt8]? = nil) throws -> PasskeyFault? {
        let (party, challenge) = (try party(), challenge)
        do {
            _ = try authenticator.create(challenge).verified(for: party, challenge: asked ?? challenge)
            return nil
        } catch { return error }
    }

    private func assertionFault(
        _ authenticator: SoftAuthenticator, challenge asked: [UInt8]? = nil, counted: UInt32 = 0,
        credential: [UInt8]? = nil, key: [UInt8]? = nil
    ) throws -> PasskeyFault? {
        let passkey = Passkey(
            credential: credential ?? authenticator.credential,
            publicKey: key ?? Array(authenticator.key.publicKey.rawRepresentation), signatures: 0)
        let (party, assertion) = (try party(), try authenticator.get(challenge))
        do {
            _ = try assertion.verify(passkey, for: party, challenge: asked ?? challenge, counted: counted)
            return nil
        } catch { return error }
    }

    @Test func `A passkey is made, and signs in`() throws {
        let authenticator = SoftAuthenticator()
        let passkey = try authenticator.create(challenge).verified(for: try party(), challenge: challenge)
        #expect(passkey.credential == authenticator.credential)
        #expect(passkey.publicKey == Array(authenticator.key.publicKey.rawRepresentation))
        #expect(try assertionFault(authenticator) == nil)
    }

    @Test func `What is signed must be for us, by a person who was there and was recognised`() throws {
        typealias Change = (inout SoftAuthenticator) -> Void
        let changes: [(Change, PasskeyFault)] = [
            ({ $0.origin = "https://evil.example" }, .wrongOrigin), ({ $0.origin = "http://desk.example.org" }, .wrongOrigin),
            ({ $0.isCrossOrigin = true }, .wrongOrigin), ({ $0.party = "example.org" }, .wrongParty),
            ({ $0.flags = 1 }, .notVerified), ({ $0.flags = 4 }, .notPresent), ({ $0.flags = 0 }, .notPresent),
        ]
        for (change, expected) in changes {
            var authenticator = SoftAuthenticator()
            change(&authenticator)
            #expect(try fault(authenticator) == expected)
            #expect(try assertionFault(authenticator) == expected)
        }
        let other = Array(repeating: UInt8(9), count: 40)
        #expect(try fault(SoftAuthenticator(), challenge: other) == .wrongChallenge)
        #expect(try assertionFault(SoftAuthenticator(), challenge: other) == .wrongChallenge)
        // A new passkey's word does not sign in, nor the other way round.
        let authenticator = SoftAuthenticator()
        let crossed = PasskeyCreation(
            clientData: authenticator.clientData("webauthn.get", challenge), attestation: authenticator.attestation())
        #expect(throws: PasskeyFault.wrongType) { try crossed.verified(for: try party(), challenge: challenge) }
    }

    @Test func `Another algorithm, key or credential does not count`() throws {
        var edwards = SoftAuthenticator()
        edwards.algorithm = 0x27
        #expect(try fault(edwards) == .wrongAlgorithm)
        #expect(try assertionFault(SoftAuthenticator(), credential: [1]) == .wrongCredential)
        let other = Array(SoftAuthenticator().key.publicKey.rawRepresentation)
        #expect(try assertionFault(SoftAuthenticator(), key: other) == .wrongSignature)
        #expect(try assertionFault(SoftAuthenticator(), key: Array(repeating: 0, count: 64)) == .wrongSignature)
    }

    @Test func `A passkey that counts must count on`() throws {
        var authenticator = SoftAuthenticator()
        authenticator.signatures = 5
        #expect(try assertionFault(authenticator, counted: 4) == nil)
        #expect(try assertionFault(authenticator, counted: 5) == .countedBack)
        authenticator.signatures = 0
        #expect(try assertionFault(authenticator, counted: 1) == .countedBack)
    }

    @Test func `Every cut and every byte too many is refused, and nothing crashes`() throws {
        let authenticator = SoftAuthenticator()
        let client = authenticator.clientData("webauthn.create", challenge)
        let whole = authenticator.attestation()
        let party = try party()
        for length in 0..<whole.count {
            let cut = PasskeyCreation(clientData: client, attestation: Array(whole[..<length]))
            #expect(throws: PasskeyFault.malformed) { try cut.verified(for: party, challenge: challenge) }
        }
        let data = authenticator.attested()
        for length in 0..<data.count {
            let cut = PasskeyCreation(clientData: client, attestation: authenticator.attestation(Array(data[..<length])))
            #expect(throws: PasskeyFault.self) { try cut.verified(for: party, challenge: challenge) }
        }
        for longer in [whole + [0], authenticator.attestation(data + [0])] {
            let long = PasskeyCreation(clientData: client, attestation: longer)
            #expect(throws: PasskeyFault.malformed) { try long.verified(for: party, challenge: challenge) }
        }
        for client in ["", "{}", "[]", "null", #"{"type":"webauthn.create"}"#, String(repeating: "x", count: 5_000)] {
            let creation = PasskeyCreation(clientData: Array(client.utf8), attestation: whole)
            #expect(throws: PasskeyFault.malformed) { try creation.verified(for: party, challenge: challenge) }
        }
    }

    // WebAuthn Level 3 §16.3, “ES256 credential with self attestation”; the statement of who made it is ignored. Its assertion was
    // made without user verification: it fails by that alone, once the signature was found right.
    @Test func `The example of the standard`() throws {
        let created = PasskeyCreation(
            clientData: Hex.bytes(
                "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a2265476e4374334c55745936366b336a506a796e6962506b31716e666644616966715a774c33417032392d55222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a205539685458764b453255526b4d6e625f307859485667227d"
            ),
            attestation: Hex.bytes(
                "a363666d74667061636b65646761747453746d74a263616c672663736967584630440220067a20754ab925005dbf378097c92120031581c73228d1fb4f5b881bcd7da98302207fc7b147558c7c0eba3af18bd9d121fa3d3a26d17fe3f220272178f473b6006d68617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b55d00000000df850e09db6afbdfab51697791506cfc0020455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58ca5010203262001215820eb151c8176b225cc651559fecf07af450fd85802046656b34c18f6cf193843c5225820927b8aa427a2be1b8834d233a2d34f61f13bfd44119c325d5896e183fee484f2"
            ))
        let party = try party("https://example.org")
        let passkey = try created.verified(
            for: party, challenge: Hex.bytes("7869c2b772d4b58eba9378cf8f29e26cf935aa77df0da89fa99c0bdc0a76f7e5"))
        #expect(passkey.credential == Hex.bytes("455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58c"))
        let client = Hex.bytes(
            "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a225248696843784e534e493352594d45314f7731476d3132786e726b634a5f6666707637546e2d4a71386773222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a206754623533727a36456853576f6d58477a696d433151227d"
        )
        let data = Hex.bytes("bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50900000000")
        let signature = Hex.bytes(
            "304402203310b9431903c401f1be2bdc8d23a4007682dbbddcf846994947b7f465daf84002204e94dd00047b316061b3b99772b7efd95994a83ef584b3b6b825ea3550251b66"
        )
        let challenge = Hex.bytes("4478a10b1352348dd160c1353b0d469b5db19eb91c27f7dfa6fed39fe26af20b")
        func assertion(_ data: [UInt8]) -> PasskeyAssertion {
            PasskeyAssertion(
                credential: passkey.credential, clientData: client, authenticatorData: data, signature: signature)
        }
        #expect(throws: PasskeyFault.notVerified) {
            try assertion(data).verify(passkey, for: party, challenge: challenge, counted: 0)
        }
        var verified = data
        verified[32] |= 4
        #expect(throws: PasskeyFault.wrongSignature) {
            try assertion(verified).verify(passkey, for: party, challenge: challenge, counted: 0)
        }
    }
}
