extension StringProtocol {
    /// Whether every octet is ASCII. Most texts are, and then need no slow look-up in Unicode's tables.
    @inlinable package var isASCII: Bool {
        utf8.withContiguousStorageIfAvailable { UnsafeRawBufferPointer($0).isASCII } ?? utf8.allSatisfy { $0 < 0x80 }
    }
}

extension UnsafeRawBufferPointer {
    /// Eight octets at a time: a letter's text is asked this several times on its way.
    @inlinable package var isASCII: Bool {
        var place = 0
        while place + 8 <= count {
            guard loadUnaligned(fromByteOffset: place, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 else { return false }
            place += 8
        }
        return self[place...].allSatisfy { $0 < 0x80 }
    }
}

extension UInt8 {
    @inlinable package var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
    @inlinable package var isASCIILowercase: Bool { (0x61...0x7A).contains(self) }
    /// With bit 5 set, a capital letter is its small one.
    @inlinable package var isASCIILetterOrDigit: Bool { isASCIIDigit || (self | 0x20).isASCIILowercase }
}
