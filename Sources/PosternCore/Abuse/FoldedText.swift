/// A text normalised for comparison: in lower case, with single spaces and no invisible characters. Kept as UTF-8.
///
/// A sender who wants one letter to look like another changes these first, because it costs nothing.
package struct FoldedText: Hashable, Sendable {
    package private(set) var bytes: [UInt8] = []

    /// - Parameter limit: the most code points that are read. One may become two, so nothing is ever longer than twice this.
    package init(_ text: String, limit: Int = .max) {
        self.init(text.unicodeScalars, limit: limit)
    }

    package init(_ text: some Sequence<Unicode.Scalar>, limit: Int = .max) {
        bytes.reserveCapacity(min(text.underestimatedCount, limit))
        var isSpacePending = false
        for scalar in text.prefix(limit) {
            if scalar.isASCII {
                // Looking up each letter of an English text in Unicode's tables takes longer than sealing it.
                let byte = UInt8(truncatingIfNeeded: scalar.value)
                if byte == 0x20 || (0x09...0x0D).contains(byte) {
                    isSpacePending = !bytes.isEmpty
                } else {
                    if isSpacePending { bytes.append(0x20) }
                    isSpacePending = false
                    bytes.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
                }
            } else if scalar.properties.isWhitespace {
                isSpacePending = !bytes.isEmpty
            } else if !scalar.properties.isDefaultIgnorableCodePoint, scalar.properties.generalCategory != .format {
                if isSpacePending { bytes.append(0x20) }
                isSpacePending = false
                if scalar.properties.changesWhenLowercased {
                    bytes.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
                } else {
                    bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                }
            }
        }
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// In code points.
    package var count: Int { bytes.count { $0 & 0b1100_0000 != 0b1000_0000 } }

    /// Whether the phrase occurs. By Knuth, Morris and Pratt: each byte of the text is looked at once, however often a letter
    /// repeats the beginning of the phrase.
    package func contains(_ phrase: FoldedText) -> Bool {
        let needle = phrase.bytes
        guard !needle.isEmpty, bytes.count >= needle.count else { return false }
        // For each place in the phrase: how much of its beginning ends there.
        var borders = [0]
        for byte in needle.dropFirst() {
            var length = borders[borders.count - 1]
            while length > 0, needle[length] != byte { length = borders[length - 1] }
            borders.append(needle[length] == byte ? length + 1 : 0)
        }
        var matched = 0
        for byte in bytes {
            while matched > 0, needle[matched] != byte { matched = borders[matched - 1] }
            if needle[matched] == byte { matched += 1 }
            if matched == needle.count { return true }
        }
        return false
    }
}
