private import Crypto
private import FoundationEssentials

/// A public key with the name it signs under: `example.org/journal+530d903a+AekyeR…` (c2sp.org/signed-note, "Verifier keys").
package struct NoteKey: Hashable, Sendable, LosslessStringConvertible {
    /// Ed25519, the one kind of signature that is made and checked here.
    private static let ed25519: UInt8 = 0x01

    package let name: String
    /// Four bytes that tell keys of one name apart.
    package let id: [UInt8]
    /// 32 bytes (RFC 8032).
    package let publicKey: [UInt8]

    /// Nil for a name that no note can hold, and for what is no key.
    package init?(name: String, publicKey: some Collection<UInt8>) {
        guard !name.isEmpty, !name.contains(where: { $0 == "+" || $0.isWhitespace || $0.isNewline }), publicKey.count == 32 else {
            return nil
        }
        self.name = name
        self.publicKey = Array(publicKey)
        id = Array(SHA256.hash(data: Array(name.utf8) + [0x0A, Self.ed25519] + publicKey).prefix(4))
    }

    package init?(_ text: String) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let material = Data(strictBase64: parts[2]), material.first == Self.ed25519 else { return nil }
        self.init(name: String(parts[0]), publicKey: material.dropFirst())
        guard parts[1] == hexID else { return nil }
    }

    package var description: String {
        "\(name)+\(hexID)+\(Data([Self.ed25519] + publicKey).base64EncodedString())"
    }

    private var hexID: String {
        id.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    package func verifies(_ signature: some Collection<UInt8>, of text: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(Data(signature), for: Data(text.utf8))
    }
}

/// A text with signatures under it (c2sp.org/signed-note, "Format").
package struct SignedNote: Hashable, Sendable, LosslessStringConvertible {
    package struct Signature: Hashable, Sendable {
        package let name: String
        package let keyID: [UInt8]
        package let bytes: [UInt8]
    }

    /// Ends with a line break.
    package let text: String
    package let signatures: [Signature]

    /// Notes are short. The format wants room for sixteen signatures, of up to five thousand bytes each.
    private static let longest = 256 * 1_024
    private static let mostSignatures = 100

    /// - Parameter signature: by the private half of `key`, which this module never sees, over the text's bytes.
    /// - Precondition: the text ends with a line break.
    package init(_ text: String, signedBy key: NoteKey, _ signature: ([UInt8]) throws -> [UInt8]) rethrows {
        self.text = text
        signatures = [Signature(name: key.name, keyID: key.id, bytes: try signature(Array(text.utf8)))]
    }

    package init?(_ note: String) {
        guard note.utf8.count <= Self.longest, note.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }),
            let gap = Self.lastEmptyLine(of: note)
        else { return nil }
        text = String(note[..<gap])
        let lines = note[note.utf8.index(after: gap)...].split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines.count <= Self.mostSignatures + 1, lines.last?.isEmpty == true else { return nil }
        var signatures: [Signature] = []
        for line in lines.dropLast() {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "—", !parts[1].isEmpty, let bytes = Data(strictBase64: parts[2]), bytes.count > 4
            else {
                return nil
            }
            signatures.append(
                Signature(name: String(parts[1]), keyID: Array(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4))))
        }
        self.signatures = signatures
    }

    /// Where the last line without anything in it begins.
    private static func lastEmptyLine(of note: String) -> String.Index? {
        let bytes = note.utf8
        return bytes.indices.last { place in
            bytes[place] == 0x0A && place > bytes.startIndex && bytes[bytes.index(before: place)] == 0x0A
        }
    }

    package var description: String {
        text + "\n"
            + signatures.map { "— \($0.name) \(Data($0.keyID + $0.bytes).base64EncodedString())\n" }.joined()
    }

    /// Whether this key signed it. Signatures of other keys count for nothing; a wrong one under this key's name and id is a no,
    /// whatever else there is.
    package func isSigned(by key: NoteKey) -> Bool {
        let own = signatures.filter { $0.name == key.name && $0.keyID == key.id }
        return !own.isEmpty && own.allSatisfy { key.verifies($0.bytes, of: text) }
    }
}
