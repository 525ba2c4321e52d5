/// Characters that change a text without being seen in it.
package enum InvisibleCharacters {
    /// Whether a text is only visible ASCII and LF, so that nothing below would change it. Most letters are. The check takes a
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

    /// Removes what reorders a text (bidirectional embeddings, overrides and isolates), what hides in it (zero-width space, word
    /// joiner, soft hyphen, tag characters, variation supplements, noncharacters), and combining marks beyond eight on one base.
    /// ZWJ and ZWNJ stay, because Persian and emoji need them. So do the direction marks LRM, RLM and ALM, which only affect
    /// their neighbours.
    static func tamed(_ text: String) -> String {
        guard !isPlain(text) else { return text }
        var kept = String.UnicodeScalarView()
        kept.reserveCapacity(text.utf8.count)
        var marks = 0
        for scalar in text.unicodeScalars where !isDeceptive(scalar) {
            // Nothing below U+0300 combines, and Unicode's tables are slow.
            guard scalar.value >= 0x0300 else {
                marks = 0
                kept.append(scalar)
                continue
            }
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark:
                marks += 1
                if marks > 8 { continue }
            default:
                marks = 0
            }
            kept.append(scalar)
        }
        return String(kept)
    }

    private static func isDeceptive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x00AD: false
        case 0x202A...0x202E, 0x2066...0x2069: true
        case 0x00AD, 0x034F, 0x180E, 0x200B, 0x2060...0x2065, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFB: true
        case 0xE0000...0xE0FFF: true
        default: scalar.properties.isNoncharacterCodePoint
        }
    }
}
