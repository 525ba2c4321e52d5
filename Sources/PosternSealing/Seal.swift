/// A seal taken apart: which key it needs, and what it holds. Only the vault can open it.
///
/// Bytes: `P` `S`, format version, purpose, suite, key id (8), encapsulated key (by suite), ciphertext with its tag.
package struct Seal: Equatable, Sendable {
    /// Of every new seal but those of addresses. Format 1, whose associated data has no handle, is read as well.
    package static let formatVersion: UInt8 = 2
    /// Of every new seal of an address: it needs its owner's secret (`OwnSecret`). Those of formats 1 and 2 are read as well.
    package static let formatOfAddresses: UInt8 = 3
    /// More than the longest letter needs (20,000 code points of 4 bytes, and the fields).
    package static let longest = 96 * 1_024

    package let format: UInt8
    package let purpose: SealPurpose
    package let suite: Suite
    package let key: KeyID
    package let encapsulated: [UInt8]
    package let ciphertext: [UInt8]

    internal init(
        format: UInt8 = formatVersion, purpose: SealPurpose, suite: Suite, key: KeyID, encapsulated: [UInt8], ciphertext: [UInt8]
    ) {
        self.format = format
        self.purpose = purpose
        self.suite = suite
        self.key = key
        self.encapsulated = encapsulated
        self.ciphertext = ciphertext
    }

    /// - Throws: `.malformed`, `.unknownVersion`, `.wrongPurpose` (not a purpose of ours) or `.unknownSuite`.
    package init(_ bytes: [UInt8]) throws(SealFault) {
        let head = Self.headLength
        guard bytes.count <= Self.longest, bytes.count > head, bytes[0] == Self.magic.0, bytes[1] == Self.magic.1 else {
            throw .malformed
        }
        guard (1...Self.formatOfAddresses).contains(bytes[2]) else { throw .unknownVersion }
        guard let purpose = SealPurpose(rawValue: bytes[3]) else { throw .wrongPurpose }
        guard bytes[2] <= Self.formatVersion || purpose == .address else { throw .unknownVersion }
        guard let suite = Suite(rawValue: bytes[4]) else { throw .unknownSuite }
        let body = head + suite.encapsulatedLength
        // The cipher's tag alone takes sixteen bytes.
        guard bytes.count >= body + 16, let key = KeyID(bytes: bytes[5..<head]) else { throw .malformed }
        self.init(
            format: bytes[2], purpose: purpose, suite: suite, key: key, encapsulated: Array(bytes[head..<body]),
            ciphertext: Array(bytes[body...]))
    }

    /// Whether it needs its owner's secret.
    package var hasOwnSecret: Bool { format == Self.formatOfAddresses }

    /// Up to the key's id.
    package static let headLength = 5 + KeyID.length

    /// The key that a seal with this beginning needs; nil when no seal of ours begins like that.
    package static func key(inHead head: [UInt8]) -> KeyID? {
        guard head.count == headLength, head[0] == magic.0, head[1] == magic.1 else { return nil }
        return KeyID(bytes: head[5...])
    }

    /// How each new seal of an address to this key begins.
    package static func head(ofAddressesTo key: SealingKey) -> [UInt8] {
        [magic.0, magic.1, formatOfAddresses, SealPurpose.address.rawValue, key.suite.rawValue] + key.id.bytes
    }

    /// Whether a seal with this beginning needs its owner's secret.
    package static func hasOwnSecret(inHead head: [UInt8]) -> Bool {
        key(inHead: head) != nil && head[2] == formatOfAddresses
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(5 + KeyID.length + encapsulated.count + ciphertext.count)
        bytes += [Self.magic.0, Self.magic.1, format, purpose.rawValue, suite.rawValue]
        bytes += key.bytes
        bytes += encapsulated
        bytes += ciphertext
        return bytes
    }

    private static let magic: (UInt8, UInt8) = (0x50, 0x53)
}
