package import PosternCore

/// The plural forms of a language for whole numbers, as CLDR's cardinal rules have them
/// (https://cldr.unicode.org/index/cldr-spec/plural-rules).
package enum PluralRule: Sendable {
    /// English and German.
    case one
    /// French: 0 is singular, and millions have a form of their own.
    case french
    case arabic

    package enum Category: String, Sendable, CaseIterable {
        case zero, one, two, few, many, other
    }

    package init(_ language: Language) {
        switch language.primary {
        case "fr": self = .french
        case "ar": self = .arabic
        default: self = .one
        }
    }

    /// The forms a catalogue of the language has to have.
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
