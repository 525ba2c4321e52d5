extension StringProtocol {
    /// Whether it is ASCII throughout. Most texts are, and what Unicode's tables would have to be asked about others, which is
    /// slow, is then known from the octets.
    @inlinable package var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
