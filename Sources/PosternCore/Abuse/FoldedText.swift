/// A text normalised for comparison: NFKC and case folding (UAX #15, The Unicode Standard §3.13), with single spaces, without
/// invisible characters and accents, and with look-alikes of Latin letters as these. Kept as UTF-8.
///
/// A sender who wants one letter to look like another changes these first, because it costs nothing. It is for comparing only:
/// words of different languages may fold to one.
package struct FoldedText: Hashable, Sendable {
    package private(set) var bytes: [UInt8] = []

    /// - Parameter limit: the most code points that are read. One may become eighteen (U+FDFA); most become one or two.
    package init(_ text: String, limit: Int = .max) {
        // Most texts are ASCII, and these are folded in place: a text of 1.5 KB in a microsecond or two.
        let plain = text.isASCII ? text.utf8.withContiguousStorageIfAvailable { Self.folded(ascii: $0.prefix(limit)) } : nil
        if let plain { self.init(bytes: plain) } else { self.init(text.unicodeScalars, limit: limit) }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private static func folded(ascii text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
        Array(unsafeUninitializedCapacity: text.count) { folded, count in
            // A space is written at once and overwritten by the next one, or given back at the end: no branch but one.
            var wasSpace = true
            for byte in text {
                let isSpace = byte == 0x20 || byte &- 0x09 < 5
                folded[count] = isSpace ? 0x20 : byte &- 0x41 < 26 ? byte | 0x20 : byte
                if !(isSpace && wasSpace) { count += 1 }
                wasSpace = isSpace
            }
            if wasSpace, count > 0 { count -= 1 }
        }
    }

    package init(_ text: some Sequence<Unicode.Scalar>, limit: Int = .max) {
        bytes.reserveCapacity(min(text.underestimatedCount, limit))
        var isSpacePending = false
        var syllable = HangulSyllable()
        for scalar in text.prefix(limit) {
            if scalar.isASCII {
                // Looking up each letter of an English text takes longer than sealing it.
                syllable.end(&bytes)
                add(UInt8(truncatingIfNeeded: scalar.value), &isSpacePending)
            } else if let folded = FoldingTable.folded(scalar) {
                syllable.end(&bytes)
                for byte in folded.utf8 { add(byte, &isSpacePending) }
            } else if isSpacePending || !syllable.takes(scalar) {
                syllable.end(&bytes)
                if isSpacePending { bytes.append(0x20) }
                isSpacePending = false
                if !syllable.takes(scalar) { bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
            }
        }
        syllable.end(&bytes)
    }

    private mutating func add(_ byte: UInt8, _ isSpacePending: inout Bool) {
        if byte == 0x20 || (0x09...0x0D).contains(byte) {
            isSpacePending = !bytes.isEmpty
            return
        }
        if isSpacePending { bytes.append(0x20) }
        isSpacePending = false
        bytes.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
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

/// Puts together a Korean syllable that came in parts, as macOS writes it in names of files (The Unicode Standard, §3.12).
private struct HangulSyllable {
    private var leading: UInt32?
    private var composed: UInt32?

    /// - Returns: false for a character that is no part of the syllable begun.
    mutating func takes(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x1112 where leading == nil && composed == nil: leading = scalar.value - 0x1100
        case 0x1161...0x1175:
            guard let leading else { return false }
            composed = 0xAC00 + (leading * 21 + scalar.value - 0x1161) * 28
            self.leading = nil
        case 0x11A8...0x11C2:
            guard let open = composed, (open - 0xAC00) % 28 == 0 else { return false }
            composed = open + scalar.value - 0x11A7
        default: return false
        }
        return true
    }

    mutating func end(_ bytes: inout [UInt8]) {
        guard let value = composed ?? leading.map({ $0 + 0x1100 }) else { return }
        (leading, composed) = (nil, nil)
        if let octets = Unicode.Scalar(value).flatMap({ UTF8.encode($0) }) { bytes.append(contentsOf: octets) }
    }
}
