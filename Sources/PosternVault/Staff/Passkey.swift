private import Crypto
private import FoundationEssentials
package import PosternCore

/// The site for which passkeys are created and used: the staff pages at their configured address.
package struct RelyingParty: Equatable, Sendable {
    /// The origin as browsers write it into the signed client data.
    package let origin: String
    /// The host of the origin.
    package let id: String

    package init(_ url: WebOrigin) {
        (origin, id) = (url.description, url.host)
    }
}

/// Why the response of a passkey is not accepted. For tests and the log; the person who signs in reads only that it did not work.
package enum PasskeyFault: Error, Equatable, Sendable {
    case malformed
    case wrongType
    case wrongChallenge
    case wrongOrigin
    case wrongParty
    case notPresent
    case notVerified
    case wrongAlgorithm
    case wrongCredential
    case wrongSignature
    /// The signature counter did not increase, which means that the passkey was copied.
    case countedBack
}

/// A passkey as it is stored: an ES256 public key with the credential id that its authenticator chose.
package struct Passkey: Equatable, Sendable {
    package let credential: [UInt8]
    /// The two coordinates of the key, 64 bytes.
    package let publicKey: [UInt8]
    package let signatures: UInt32

    package init(credential: [UInt8], publicKey: [UInt8], signatures: UInt32) {
        self.credential = credential
        self.publicKey = publicKey
        self.signatures = signatures
    }
}

/// The result of `navigator.credentials.create`.
package struct PasskeyCreation: Sendable {
    package let clientData, attestation: [UInt8]

    package init(clientData: [UInt8], attestation: [UInt8]) {
        (self.clientData, self.attestation) = (clientData, attestation)
    }

    /// The challenge in its client data.
    var challenge: [UInt8] {
        get throws(PasskeyFault) { try ClientData(clientData).challenge }
    }

    /// Verifies the creation of a passkey (WebAuthn Level 2 §7.1). The attestation statement is ignored, since any authenticator
    /// may be used.
    package func verified(for party: RelyingParty, challenge: [UInt8]) throws(PasskeyFault) -> Passkey {
        try ClientData(clientData).check("webauthn.create", party, challenge)
        let object: CBORValue
        do { object = try CBORReader.value(of: attestation) } catch { throw .malformed }
        guard case .bytes(let bytes) = object["authData"], case .text = object["fmt"], case .map = object["attStmt"] else {
            throw .malformed
        }
        let data = try AuthenticatorData(bytes)
        try data.check(party)
        guard let (credential, key) = data.credential else { throw .malformed }
        return Passkey(credential: credential, publicKey: try key.es256, signatures: data.signatures)
    }
}

/// The result of `navigator.credentials.get`.
package struct PasskeyAssertion: Sendable {
    package let credential, clientData, authenticatorData, signature: [UInt8]

    package init(credential: [UInt8], clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8]) {
        self.credential = credential
        self.clientData = clientData
        self.authenticatorData = authenticatorData
        self.signature = signature
    }

    /// The challenge in its client data.
    var challenge: [UInt8] {
        get throws(PasskeyFault) { try ClientData(clientData).challenge }
    }

    /// Verifies a signature (WebAuthn Level 2 §7.2).
    /// - Parameter counted: the signature counter that was last seen.
    /// - Returns: the authenticator's signature counter now; 0 if it has none.
    package func verify(
        _ passkey: Passkey, for party: RelyingParty, challenge: [UInt8], counted: UInt32
    ) throws(PasskeyFault) -> UInt32 {
        guard credential == passkey.credential else { throw .wrongCredential }
        try ClientData(clientData).check("webauthn.get", party, challenge)
        let data = try AuthenticatorData(authenticatorData)
        guard let key = try? P256.Signing.PublicKey(rawRepresentation: passkey.publicKey),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature),
            key.isValidSignature(signature, for: authenticatorData + SHA256.hash(data: clientData))
        else { throw .wrongSignature }
        try data.check(party)
        if data.signatures != 0 || counted != 0 {
            guard data.signatures > counted else { throw .countedBack }
        }
        return data.signatures
    }
}

/// The client data, which the browser adds to what is signed (§5.8.1).
private struct ClientData {
    private struct Content: Decodable {
        let type, challenge, origin: String
        let crossOrigin: Bool?
    }

    private let content: Content

    init(_ bytes: [UInt8]) throws(PasskeyFault) {
        guard bytes.count <= 4_096, let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)) else {
            throw .malformed
        }
        self.content = content
    }

    var challenge: [UInt8] {
        get throws(PasskeyFault) {
            guard let challenge = Base64URL.bytes(of: content.challenge) else { throw .malformed }
            return challenge
        }
    }

    func check(_ type: String, _ party: RelyingParty, _ expected: [UInt8]) throws(PasskeyFault) {
        guard content.type == type else { throw .wrongType }
        guard try challenge == expected else { throw .wrongChallenge }
        guard content.origin == party.origin, content.crossOrigin != true else { throw .wrongOrigin }
    }
}

/// The authenticator data (§6.1).
private struct AuthenticatorData {
    private enum Flag {
        static let present: UInt8 = 1
        static let verified: UInt8 = 4
        static let hasCredential: UInt8 = 64
        static let hasExtensions: UInt8 = 128
    }

    private let partyHash: [UInt8]
    private let flags: UInt8
    let signatures: UInt32
    let credential: (id: [UInt8], key: COSEKey)?

    init(_ bytes: [UInt8]) throws(PasskeyFault) {
        guard bytes.count >= 37, bytes.count <= 4_096 else { throw .malformed }
        partyHash = Array(bytes[..<32])
        flags = bytes[32]
        signatures = bytes[33..<37].reduce(0) { $0 << 8 | UInt32($1) }
        var rest = bytes[37...]
        var credential: (id: [UInt8], key: COSEKey)?
        if flags & Flag.hasCredential != 0 {
            // The AAGUID has 16 bytes, the length of the credential id two.
            guard rest.count >= 18 else { throw .malformed }
            let start = rest.startIndex + 18
            let length = Int(rest[start - 2]) << 8 | Int(rest[start - 1])
            guard (1...1_023).contains(length), rest.endIndex - start >= length else { throw .malformed }
            let id = Array(rest[start..<(start + length)])
            rest = rest[(start + length)...]
            let key = try Self.value(from: &rest)
            credential = (id, COSEKey(value: key))
        }
        if flags & Flag.hasExtensions != 0 {
            guard case .map = try Self.value(from: &rest) else { throw .malformed }
        }
        guard rest.isEmpty else { throw .malformed }
        self.credential = credential
    }

    private static func value(from rest: inout ArraySlice<UInt8>) throws(PasskeyFault) -> CBORValue {
        var reader = CBORReader(Array(rest))
        do {
            let value = try reader.value()
            rest = rest.dropFirst(reader.position)
            return value
        } catch { throw .malformed }
    }

    func check(_ party: RelyingParty) throws(PasskeyFault) {
        guard partyHash == Array(SHA256.hash(data: Array(party.id.utf8))) else { throw .wrongParty }
        guard flags & Flag.present != 0 else { throw .notPresent }
        guard flags & Flag.verified != 0 else { throw .notVerified }
    }
}

/// A public key as authenticators encode it (COSE, RFC 9053 §7.1.1).
private struct COSEKey {
    let value: CBORValue

    /// The two coordinates of the key, if it is an ES256 key: a point on P-256.
    var es256: [UInt8] {
        get throws(PasskeyFault) {
            // Type EC2, algorithm ES256, curve P-256.
            guard value[.unsigned(1)] == .unsigned(2), value[.unsigned(3)] == .negative(6), value[.negative(0)] == .unsigned(1)
            else { throw .wrongAlgorithm }
            guard case .bytes(let x) = value[.negative(1)], case .bytes(let y) = value[.negative(2)], x.count == 32,
                y.count == 32,
                (try? P256.Signing.PublicKey(rawRepresentation: x + y)) != nil
            else { throw .malformed }
            return x + y
        }
    }
}
