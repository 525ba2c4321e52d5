package import PosternCore

/// What a catalogue cannot say about a language: its plurals, its numbers and its direction. A new language is one line here and
/// one folder in `templates/strings/`.
///
/// Written by hand, although Foundation contains ICU: it offers no plural categories and no "nach 28 Tagen", and formatting one
/// date and one number in four languages took an idle program from 8 to 20 MiB resident and from 4 to 11 ms to start.
package struct LanguageRules: Sendable {
    package let plural: PluralRule
    package let direction: TextDirection
    /// The separator between thousands. Digits are Latin in every language.
    let thousands: String
    /// A number with fewer digits gets no separator.
    let leastDigitsParted: Int

    private init(_ plural: PluralRule, _ direction: TextDirection, thousands: String, leastDigitsParted: Int = 4) {
        self.plural = plural
        self.direction = direction
        self.thousands = thousands
        self.leastDigitsParted = leastDigitsParted
    }

    /// In the order in which pages offer them.
    private static let known: [(tag: String, rules: LanguageRules)] = [
        ("en", LanguageRules(.one, .leftToRight, thousands: ",")),
        ("de", LanguageRules(.one, .leftToRight, thousands: ".")),
        ("fr", LanguageRules(.french, .leftToRight, thousands: "\u{202F}", leastDigitsParted: 5)),
        ("ar", LanguageRules(.arabic, .rightToLeft, thousands: ",")),
    ]

    static let tags = known.map(\.tag)

    /// Those of `pt` serve `pt-br`. Nil for a language that is not known.
    package init?(_ language: Language) {
        guard let found = Self.known.first(where: { $0.tag == language.primary }) else { return nil }
        self = found.rules
    }

    package func number(_ number: Int) -> String {
        let digits = String(number)
        guard digits.utf8.count >= leastDigitsParted else { return digits }
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += thousands }
            text.append(digit)
        }
        return text
    }
}

/// The plural forms of a language for whole numbers, as CLDR's cardinal rules have them
/// (https://cldr.unicode.org/index/cldr-spec/plural-rules).
package enum PluralRule: Sendable {
    /// English and German.
    case one
    /// 0 is singular, and millions have a form of their own.
    case french
    case arabic

    package enum Category: String, Sendable, CaseIterable {
        case zero, one, two, few, many, other
    }

    /// The forms that a catalogue of the language must have.
    package var categories: [Category] {
        switch self {
        case .one: [.one, .other]
        case .french: [.one, .many, .other]
        case .arabic: Category.allCases
        }
    }

    /// - Precondition: not negative.
    package func category(of number: Int) -> Category {
        switch self {
        case .one: return number == 1 ? .one : .other
        case .french: return number < 2 ? .one : number % 1_000_000 == 0 ? .many : .other
        case .arabic:
            switch number {
            case 0: return .zero
            case 1: return .one
            case 2: return .two
            default: break
            }
            switch number % 100 {
            case 3...10: return .few
            case 11...99: return .many
            default: return .other
            }
        }
    }
}

extension Language {
    /// As RFC 5646 §2.1.1 recommends writing it: `pt-BR`, `zh-Hant`.
    package var tag: String {
        let region = description.dropFirst(primary.count + 1)
        guard !region.isEmpty else { return primary }
        let isScript = region.utf8.count == 4 && region.first?.isLetter == true
        return "\(primary)-" + (isScript ? region.prefix(1).uppercased() + region.dropFirst() : region.uppercased())
    }
}
