/// Applies `CharacterRule` to a text. What was normalised once is not changed again: the vault reads a letter with the same types
/// as the relay.
///
/// The first pass looks at each character alone. The second looks at what depends on neighbours: on the character that was kept
/// before it, and on the one after it if that stays in any case. So nothing hangs on a character that is dropped later.
struct TextNormaliser {
    private struct Item {
        let scalar: Unicode.Scalar
        let rule: CharacterRule
    }

    /// Whether the text may have lines, and so needs places to break them.
    private let hasLines: Bool
    private var items: [Item] = []
    private var kept = String.UnicodeScalarView()
    /// The character that was kept last.
    private var previous: Unicode.Scalar?
    private var marks = 0

    /// A message: lines that end with LF.
    static func message(_ raw: String) -> String {
        if raw.isASCII { return asciiMessage(raw) }
        var normaliser = TextNormaliser(hasLines: true, capacity: raw.utf8.count)
        var previous: Unicode.Scalar?
        for scalar in raw.unicodeScalars {
            // A browser sends CRLF. A bare CR comes from very old systems; VT and FF from word processors.
            if scalar != "\n" || previous != "\r" { normaliser.add(scalar) }
            previous = scalar
        }
        return normaliser.finished()
    }

    /// The same for ASCII, where nothing depends on a neighbour: every English letter that a browser posts has CRLF.
    private static func asciiMessage(_ raw: String) -> String {
        var kept: [UInt8] = []
        kept.reserveCapacity(raw.utf8.count)
        var previous: UInt8 = 0
        for byte in raw.utf8 {
            if byte >= 0x20 && byte < 0x7F {
                kept.append(byte)
            } else if byte != 0x0A || previous != 0x0D {
                switch CharacterRule(of: Unicode.Scalar(byte)) {
                case .replaced(let other): kept += String(other).utf8
                case .lineBreak: kept.append(0x0A)
                case .kept: kept.append(byte)
                default: break
                }
            }
            previous = byte
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// One line, with single spaces.
    /// - Throws: `.lineBreak` for a CR or LF between words: there a header field would end.
    static func line(_ raw: String) throws(TextFault) -> String {
        var normaliser = TextNormaliser(hasLines: false, capacity: raw.utf8.count)
        var (hasWords, hasEnded) = (false, false)
        for scalar in raw.unicodeScalars {
            if scalar == "\r" || scalar == "\n" {
                hasEnded = hasWords
            } else if scalar.isVisible {
                if hasEnded { throw .lineBreak }
                hasWords = true
            }
            normaliser.add(scalar)
        }
        // By scalars: a space and a combining mark after it are one Character, which would not be split here.
        return normaliser.finished().unicodeScalars.split(whereSeparator: \.isBlank).map { String($0) }.joined(separator: " ")
    }

    private init(hasLines: Bool, capacity: Int) {
        self.hasLines = hasLines
        items.reserveCapacity(capacity)
    }

    private mutating func add(_ scalar: Unicode.Scalar) {
        switch CharacterRule(of: scalar) {
        case .dropped: break
        case .replaced(let other): items.append(Item(scalar: other, rule: .kept))
        case .lineBreak: items.append(Item(scalar: "\n", rule: .lineBreak))
        case let rule: items.append(Item(scalar: scalar, rule: rule))
        }
    }

    private mutating func finished() -> String {
        kept.reserveCapacity(items.count)
        var index = 0
        while index < items.count {
            let item = items[index]
            index += 1
            let next = index < items.count && items[index].rule == .kept ? items[index].scalar : nil
            switch item.rule {
            case .kept, .lineBreak:
                marks = 0
                keep(item.scalar)
            case .mark:
                marks += 1
                if marks <= 8 { keep(item.scalar) }
            case .joiner where joins(item.scalar, next): keep(item.scalar)
            case .breakOpportunity where hasLines && previous.isWrittenWithoutSpaces && next.isWrittenWithoutSpaces:
                keep(item.scalar)
            case .variationSelector where previous?.varies(by: item.scalar) == true: keep(item.scalar)
            case .hangulFiller where previous.isHangulPart || next.isHangulPart: keep(item.scalar)
            case .vowelSeparator where previous.isMongolian && next.isMongolian: keep(item.scalar)
            case .tag:
                let run = items[(index - 1)...].prefix { $0.rule == .tag }
                index += run.count - 1
                if previous == "🏴", Self.isFlag(run.map(\.scalar.value)) { run.forEach { keep($0.scalar) } }
            case .joiner, .breakOpportunity, .variationSelector, .hangulFiller, .vowelSeparator, .dropped, .replaced: break
            }
        }
        return String(kept)
    }

    private mutating func keep(_ scalar: Unicode.Scalar) {
        kept.append(scalar)
        previous = scalar
    }

    /// ZWJ makes one picture of two (UTS #51 §2.4), and shows a letter of a joining script in its joined form, at the end of a
    /// word too. ZWNJ keeps such letters apart: without it Persian is misspelt (The Unicode Standard, §23.2).
    private func joins(_ joiner: Unicode.Scalar, _ next: Unicode.Scalar?) -> Bool {
        guard !previous.isOfJoiningScript else { return true }
        guard joiner == "\u{200D}", let next else { return false }
        return Optional(next).isOfJoiningScript || (endsPicture && next.isPicture)
    }

    /// Whether what was kept last ends a picture: one, its skin tone, its selector, or a flag's last tag.
    private var endsPicture: Bool {
        guard let previous else { return false }
        return previous.isPicture || previous.value == 0xFE0F || previous.value == 0xE007F
    }

    /// The tags of a subdivision's flag: two letters, one to four letters or digits, and the end (UTS #51, annex C).
    private static func isFlag(_ tags: [UInt32]) -> Bool {
        guard (4...7).contains(tags.count), tags.last == 0xE007F else { return false }
        return tags.dropLast().enumerated().allSatisfy { place, tag in
            (0xE0061...0xE007A).contains(tag) || (place > 1 && (0xE0030...0xE0039).contains(tag))
        }
    }
}
