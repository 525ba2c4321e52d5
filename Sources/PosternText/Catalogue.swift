package import PosternCore

/// Texts by section and name: what a template reaches as `{{text.contact.send}}`.
package typealias Texts = [String: [String: String]]

extension Texts {
    /// - Parameter key: `section.name`.
    package subscript(key key: String) -> String? {
        let section = Self.section(of: key)
        return self[section]?[String(key.dropFirst(section.count + 1))]
    }

    static func section(of key: String) -> String { String(key.prefix { $0 != "." }) }
}

/// Our texts in one language: those of its files that this process has read, whole by construction.
///
/// A text may have slots in braces, `Write to {recipient}`, which are filled in Swift; templates take texts that have none.
/// Whatever fills a slot is escaped with the rest of the page, never before.
package struct Catalogue: Sendable {
    package let language: Language
    package let rules: LanguageRules
    package let texts: Texts
    /// By `section.name`; no two files share a section.
    let phrases: [String: Phrase]

    init(_ language: Language, _ rules: LanguageRules, texts: Texts, phrases: [String: Phrase]) {
        self.language = language
        self.rules = rules
        self.texts = texts
        self.phrases = phrases
    }

    package var direction: TextDirection { rules.direction }

    /// The language's own name for itself.
    package var name: String { text(LanguageText.name.rawValue) }

    /// - Parameter key: `section.name`.
    package func phrase(_ key: String) -> Phrase {
        phrases[key] ?? Phrase(missing: key)
    }

    /// A text for people to read. Each value is isolated, so that its direction cannot reorder the sentence.
    package func text(_ key: String, _ values: [TextSlot: String] = [:]) -> String {
        phrase(key).filled(values.mapValues(direction.isolating))
    }

    /// A number of things, in the form that the number takes.
    package func text(_ key: some PluralKey, _ number: Int) -> String {
        let form = "\(key.rawValue).\(rules.plural.category(of: number).rawValue)"
        // A text of the staff's may be English, which has fewer forms.
        return text(phrases[form] == nil ? "\(key.rawValue).other" : form, [.n: rules.number(number)])
    }

    /// The forms of a plural for a script that counts by itself, by CLDR's name of each, slots and all.
    package func forms(_ key: some PluralKey) -> [(category: String, text: String)] {
        rules.plural.categories.map { ($0.rawValue, texts[key.rawValue]?[$0.rawValue] ?? "") }
    }

    package func number(_ number: Int) -> String { rules.number(number) }

    /// `25 November 2026, 16:44 UTC`.
    package func date(_ moment: Timestamp) -> String {
        let date = CalendarDate(moment)
        let months = text(LanguageText.months.rawValue).split(separator: " ")
        guard months.count == 12 else { return moment.rfc3339 }
        return text(
            LanguageText.date.rawValue,
            [
                .day: String(date.day), .month: String(months[date.month - 1]), .year: String(date.year),
                .time: "\(date.hour.padded(to: 2)):\(date.minute.padded(to: 2))",
            ])
    }

    /// `25 November 2026`, in UTC.
    package func day(_ moment: Timestamp) -> String {
        let date = CalendarDate(moment)
        let months = text(LanguageText.months.rawValue).split(separator: " ")
        guard months.count == 12 else { return Epoch(containing: moment).description }
        return text(
            LanguageText.day.rawValue,
            [.day: String(date.day), .month: String(months[date.month - 1]), .year: String(date.year)])
    }

    /// `16:44 UTC`.
    package func time(_ moment: Timestamp) -> String {
        let date = CalendarDate(moment)
        return text(LanguageText.time.rawValue, [.time: "\(date.hour.padded(to: 2)):\(date.minute.padded(to: 2))"])
    }

    package enum SpanCase: Sendable {
        /// As in "wait 12 minutes".
        case plain
        /// As in "after 28 days", which some languages inflect.
        case after
    }

    /// In the largest unit that a person would use, rounded up: anyone who waits that long has waited long enough.
    package func span(_ duration: Duration, _ form: SpanCase = .plain) -> String {
        let seconds = max(1, duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0))
        let (plain, after, count): (SpanText, SpanText, Int64) =
            switch seconds {
            case ..<90: (.seconds, .afterSeconds, seconds)
            case ..<5_400: (.minutes, .afterMinutes, (seconds + 59) / 60)
            case ..<129_600: (.hours, .afterHours, (seconds + 3_599) / 3_600)
            default: (.days, .afterDays, (seconds + 86_399) / 86_400)
            }
        return text(form == .plain ? plain : after, Int(count))
    }
}

/// The texts of `language.json`: what pages and mails alike need to name, count and date things.
enum LanguageText: String, TextKey {
    case name = "language.name"
    case date = "date.long"
    case day = "date.day"
    case time = "date.time"
    /// Twelve words, January first.
    case months = "date.months"

    static var file: CatalogueFile { .language }

    var slots: Set<TextSlot> {
        switch self {
        case .name, .months: []
        case .date: [.day, .month, .year, .time]
        case .day: [.day, .month, .year]
        case .time: [.time]
        }
    }
}

enum SpanText: String, PluralKey {
    case seconds, minutes, hours, days
    case afterSeconds = "after_seconds"
    case afterMinutes = "after_minutes"
    case afterHours = "after_hours"
    case afterDays = "after_days"
}
