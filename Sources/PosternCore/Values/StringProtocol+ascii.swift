extension StringProtocol {
    /// Whether every octet is ASCII. Most texts are; then nothing must be looked up in Unicode's tables, which is slow.
    @inlinable package var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
