/// Where a line of text in any script may end, after UAX #14: at blanks and zero-width spaces, and between ideographs, kana, Hangul and
/// emoji, but not before what closes a phrase nor after what opens one. Thai, Lao, Khmer and Burmese are broken at their zero-width
/// spaces alone: their words are in no table of ours.
enum LineBreaks {
    /// What a tab takes, at most.
    static let tab = 8

    /// What a character does to a break beside it.
    private enum Kind {
        case blank
        /// U+200B: a break that nobody sees.
        case gap
        case letter
        /// An ideograph, kana, a full-width letter or an emoji (ID): a line may end on both sides.
        case wide
        /// Hangul. Its words are apart by blanks, so that a break inside one is the second choice.
        case syllable
        case opening, closing
        /// The same in East Asian punctuation, where the next phrase may follow at once.
        case wideOpening, wideClosing

        var isWide: Bool { self == .wide || self == .wideOpening || self == .wideClosing }
    }

    private enum Break {
        case none, second, first
    }

    private static func kind(_ character: Character, _ scalar: UInt32) -> Kind {
        if scalar == 0x200B { return .gap }
        // The empty Braille cell looks like a blank.
        if character.isWhitespace || scalar == 0x2800 { return .blank }
        if openings.contains(scalar) { return .opening }
        if closings.contains(scalar) { return .closing }
        if wideOpenings.contains(scalar) { return .wideOpening }
        if wideClosings.contains(scalar) { return .wideClosing }
        return switch scalar {
        case 0x1100...0x11FF, 0x3130...0x318F, 0xA960...0xA97F, 0xAC00...0xD7FF: .syllable
        case 0x2E80...0xA4CF, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFFEF, 0x1B000...0x1B2FF, 0x1F000...0x1FAFF,
            0x20000...0x3FFFD:
            .wide
        default: .letter
        }
    }

    private static func scalars(_ text: String) -> Set<UInt32> { Set(text.unicodeScalars.map(\.value)) }

    private static let openings = scalars("([{“‘«„‚¿¡$£€")
    private static let closings = scalars(")]}!,.:;?%…‥—–”’»‰℃")
    /// Brackets and prefixes (OP, PR).
    private static let wideOpenings = scalars("「『（［｛〈《【〔〖〘〚｢＄￥￡￦〝")
    /// Brackets, marks, small kana and the sound marks that lengthen or repeat (CL, EX, NS, CJ, PO).
    private static let wideClosings = scalars(
        "」』）］｝〉》】〕〗〙〛｣〞〟、。，．：；！？・･｡､％〜～ーｰ々〻ゝゞヽヾ〵゛゜ﾞﾟ‼⁇⁈⁉"
            + "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｬｭｮｯ")

    private static func between(_ former: Kind, _ next: Kind) -> Break {
        switch (former, next) {
        case (_, .blank), (_, .gap): .none
        case (.blank, _), (.gap, _): .first
        case (.opening, _), (.wideOpening, _), (_, .closing), (_, .wideClosing): .none
        case (.wide, _), (.wideClosing, _), (_, .wideOpening): .first
        case (_, .wide): .first
        case (.syllable, _), (_, .syllable): .second
        case (.letter, _), (.closing, _): .none
        }
    }

    /// Where the line ends, in octets: at the last place before the margin, or else at the next one. Blanks may stand in the margin.
    /// - Returns: nil when there is nothing to break.
    static func end(of line: Substring, at width: Int) -> Int? {
        var (column, offset) = (0, 0)
        var (first, second) = (0, 0)
        var former: Kind?
        // The last characters, to see where a link begins.
        var (isLink, slashes) = (false, "")
        for character in line {
            let scalar = character.unicodeScalars.first?.value ?? 0
            let kind = kind(character, scalar)
            column += columns(character, scalar, kind)
            if let former {
                switch between(former, kind) {
                case .none: break
                // Inside a link only if there is no other place.
                case .first where isLink && former != .blank && former != .gap: second = offset
                case .first: first = offset
                case .second: second = offset
                }
            }
            let place = first > 0 ? first : second
            if column > width, place > 0, kind != .blank, kind != .gap { return place }
            slashes = ":/".contains(character) ? slashes + String(character) : ""
            isLink = isLink ? kind != .blank && !(kind.isWide && kind != .wide) : slashes.hasSuffix("://")
            offset += character.utf8.count
            former = kind
        }
        return nil
    }

    /// Two columns from the Hangul on, and for emoji (UAX #11); where that is too many, the line is shorter.
    private static func columns(_ character: Character, _ scalar: UInt32, _ kind: Kind) -> Int {
        if kind == .gap { return 0 }
        return character == "\t" ? tab : scalar < 0x1100 ? 1 : 2
    }
}
