/// What a block by sender is kept as: a keyed digest of the visitor's address. Without the vault's key nobody can read the address from
/// it, or try one out.
package struct SenderDigest: Hashable, Sendable, CustomStringConvertible {
    package static let length = 16

    package let bytes: [UInt8]

    /// In place of the digest of a block that was removed: nobody's address is kept any more.
    package static let forgotten = SenderDigest(Array(repeating: 0, count: length))

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Returns: nil unless there are sixteen bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    /// - Returns: nil for what is not 32 hexadecimal digits.
    package init?(_ text: String) {
        let digits = text.utf8.compactMap(HexDigits.value)
        guard digits.count == text.utf8.count, digits.count == Self.length * 2 else { return nil }
        self.init(bytes: stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    package var description: String { HexDigits.text(bytes) }
}
