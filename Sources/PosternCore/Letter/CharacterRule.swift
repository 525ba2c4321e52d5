/// What becomes of a character that somebody typed or pasted into a letter. This is the one table; `TextNormaliser` applies it,
/// and Sources/README.md shows it by field.
///
/// Only what has no meaning of its own is touched. Letters stay as they were typed, in whatever normalisation form: NFC would
/// replace the rare ideograph in somebody's name (U+FA19 by U+795E, UAX #15 §1.3), NFKC much more.
enum CharacterRule: Equatable {
    case kept
    /// A combining mark. Eight on one base stay.
    case mark
    case replaced(by: Unicode.Scalar)
    case lineBreak
    case dropped

    // Kept only beside a character to which it means something; dropped elsewhere.

    /// ZWNJ, ZWJ.
    case joiner
    /// ZWSP.
    case breakOpportunity
    case variationSelector
    /// A letter of the name of a flag.
    case tag
    /// Stands for a consonant or vowel that a syllable of Old Korean lacks.
    case hangulFiller
    /// Separates a Mongolian vowel from its word.
    case vowelSeparator

    init(of scalar: Unicode.Scalar) {
        self =
            switch scalar.value {
            case 0x20...0x7E, 0x09: .kept
            case 0x0A...0x0D, 0x2028, 0x2029: .lineBreak
            // Word's non-breaking hyphen. The hyphen of every keyboard: many fonts lack U+2011, and no search finds it.
            case 0x1E: .replaced(by: "-")
            // The other C0 controls, Word's optional hyphen (U+001F) among them, and what a PDF gives for a glyph it cannot name.
            case ..<0x20, 0x7F: .dropped
            case 0x80...0x9F: Self.windows1252[Int(scalar.value - 0x80)].map { .replaced(by: $0) } ?? .dropped
            case 0x00AD: .dropped
            // Nothing from here to U+02FF combines, nor in the next ranges, and Unicode's own tables are slow.
            case 0xA0...0x02FF, 0x0370...0x0482, 0x3041...0x3096, 0x309D...0x30FF, 0x3400...0x9FFF, 0xAC00...0xD7A3: .kept
            // Format characters without an effect that a letter needs: CGJ, invisible Khmer vowels, invisible operators, shaping
            // controls, annotations, a picture's place; shorthand and music. The default ignorables of DerivedCoreProperties.txt
            // that have no case of their own here.
            case 0x034F, 0x17B4, 0x17B5, 0x2060...0x2065, 0x206A...0x206F, 0x3164, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFC,
                0x1BCA0...0x1BCA3, 0x1D173...0x1D17A:
                .dropped
            // Embeddings, overrides and isolates (UAX #9 §2). One that is left open turns what follows (UTS #55 §3.1). The marks
            // LRM, RLM and ALM affect their neighbours only, and stay.
            case 0x202A...0x202E, 0x2066...0x2069: .dropped
            case 0x200B: .breakOpportunity
            case 0x200C, 0x200D: .joiner
            case 0xFE00...0xFE0F, 0xE0100...0xE01EF, 0x180B...0x180D, 0x180F: .variationSelector
            case 0xE0020...0xE007F: .tag
            case 0xE0000...0xE0FFF: .dropped
            case 0x115F, 0x1160: .hangulFiller
            case 0x180E: .vowelSeparator
            // The codes of Symbol and Wingdings, as Word and Outlook put them into a text.
            case 0xF020...0xF0FF: Self.symbols[UInt8(truncatingIfNeeded: scalar.value)].map { .replaced(by: $0) } ?? .kept
            // Noncharacters.
            case 0xFDD0...0xFDEF: .dropped
            case let value where value & 0xFFFE == 0xFFFE: .dropped
            default:
                switch scalar.properties.generalCategory {
                case .nonspacingMark, .enclosingMark: .mark
                default: .kept
                }
            }
    }

    /// By the low octet of U+F0xx: the bullets of Word's and PowerPoint's lists, the arrows and smileys that AutoCorrect makes, and what
    /// stands before the lines of a signature. Of Wingdings (Unicode L2/11-344), but for the round bullet and the dash, which are Symbol's
    /// (Unicode, MAPPINGS/VENDORS/ADOBE/symbol.txt). Where Symbol has a sign that formulas use, and lists seldom have Wingdings' (µ, π,
    /// €), nobody can tell which it was. What Unicode added for Wingdings few fonts have: its nearest older sign stands here.
    private static let symbols: [UInt8: Unicode.Scalar] = [
        0xB7: "•", 0x2D: "-",
        0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x75: "◆", 0x76: "❖", 0x9E: "·", 0x9F: "•", 0xA1: "○", 0xA7: "▪", 0xA8: "◻",
        0xAA: "✦", 0xAB: "★",
        0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE7: "⇐", 0xE8: "➔", 0xEF: "⇦", 0xF0: "⇨", 0xF1: "⇧", 0xF2: "⇩",
        0xF3: "⇔",
        0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
        0x28: "☎", 0x2A: "✉", 0x45: "☜", 0x46: "☞", 0x4A: "☺", 0x4B: "😐", 0x4C: "☹",
    ]

    /// What a C1 control was meant to be: text in Windows-1252 that was taken for Latin-1. As in the WHATWG Encoding Standard;
    /// nil where Windows-1252 has nothing.
    private static let windows1252: [Unicode.Scalar?] = [
        "€", nil, "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", nil, "Ž", nil,
        nil, "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", nil, "ž", "Ÿ",
    ]
}

extension Unicode.Scalar {
    /// White_Space in PropList.txt.
    var isBlank: Bool {
        switch value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Whether it leaves a mark on paper or screen, or could: what else stays in a text shows only beside such a character.
    var isVisible: Bool {
        if isBlank { return false }
        switch value {
        // The marks of direction, and the empty Braille cell.
        case 0x200E, 0x200F, 0x061C, 0x2800: return false
        default:
            switch CharacterRule(of: self) {
            case .kept, .mark, .replaced: return true
            default: return false
            }
        }
    }
}
