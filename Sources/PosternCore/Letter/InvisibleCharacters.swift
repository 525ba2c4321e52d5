/// What must not get into a header, and how to see quickly that a text has none of it.
package enum InvisibleCharacters {
    /// Whether a text is only visible ASCII and LF, so that normalising would not change it. Most letters are. The check takes a
    /// microsecond for 1,400 bytes; looking each up in Unicode's tables took 150.
    static func isPlain(_ text: String) -> Bool {
        var text = text
        // Always runs to the end: the compiler does not vectorise a loop that may stop early.
        return text.withUTF8 { $0.reduce(0 as UInt8) { $0 | (($1 &- 0x20 < 0x5F ? 0 : 1) & ($1 == 0x0A ? 0 : 1)) } } == 0
    }

    /// Whether a text is visible ASCII with single spaces, and none at its ends. Most names and subjects are, and need no
    /// change.
    static func isTidyLine(_ text: String) -> Bool {
        var previous = UInt8(ascii: " ")
        for byte in text.utf8 {
            guard (0x20..<0x7F).contains(byte), byte != 0x20 || previous != 0x20 else { return false }
            previous = byte
        }
        return previous != 0x20
    }

    package static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }

    /// Embeddings, overrides and isolates.
    package static func isBidirectionalControl(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
}
