extension StringProtocol {
    /// Whether every octet is ASCII. Most texts are, and then need no slow look-up in Unicode's tables.
    @inlinable package var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}

extension UInt8 {
    @inlinable package var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
    @inlinable package var isASCIILowercase: Bool { (0x61...0x7A).contains(self) }
    /// With bit 5 set, a capital letter is its small one.
    @inlinable package var isASCIILetterOrDigit: Bool { isASCIIDigit || (self | 0x20).isASCIILowercase }
}
