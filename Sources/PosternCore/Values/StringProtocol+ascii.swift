extension StringProtocol {
    /// Whether every octet is ASCII. Most texts are, and then need no slow look-up in Unicode's tables.
    @inlinable package var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
