package import PosternCore

/// Sections of texts by name: what a template reaches as `{{text.contact.send}}`.
package typealias Texts = [String: [String: String]]

/// Every text of the pages in one language, from `templates/strings/web.LANGUAGE.json`; those for staff, who are few and
/// chosen, in English.
///
/// A text may have places in braces, `Write to {recipient}`, which are filled in Swift; templates take the texts that
/// have none. Filled-in values are escaped with the rest of the page, never before.
package struct Catalogue: Sendable {
    package let language: Language
    package let texts: Texts
    private let plural: PluralRule

    package init(language: Language, texts: Texts) {
        (self.language, self.texts) = (language, texts)
        plural = PluralRule(language)
    }

    /// - Returns: the key itself where the catalogue lacks it, which loading rules out.
    package func callAsFunction(_ key: TextKey, _ values: [String: String] = [:]) -> String {
        let (section, name) = key.path
        guard let text = texts[section]?[name] else { return key.rawValue }
        return values.isEmpty ? text : Self.filled(text, with: values)
    }

    /// A number of things, in the form that the number takes.
    package func callAsFunction(_ key: PluralKey, _ number: Int) -> String {
        let form = plural.category(of: number).rawValue
        guard let text = texts[key.rawValue]?[form] else { return key.rawValue }
        return Self.filled(text, with: ["n": self.number(number)])
    }

    /// The forms of a plural for the page's script, which counts by itself: a JSON object of texts by category.
    package func forms(_ key: PluralKey) -> String {
        let forms = texts[key.rawValue] ?? [:]
        return JSONText.object { json in
            for category in PluralRule.Category.allCases {
                if let text = forms[category.rawValue] { json.member(dynamic: category.rawValue, text) }
            }
        }
    }

    /// With the language's own mark between thousands. Digits are Latin in every language, as in the letters' own numbers.
    package func number(_ number: Int) -> String {
        let separator =
            switch language.primary {
            case "de": "."
            case "fr": "\u{202F}"
            default: ","
            }
        let digits = String(number)
        guard digits.utf8.count > 4 || separator != "\u{202F}" && digits.utf8.count > 3 else { return digits }
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += separator }
            text.append(digit)
        }
        return text
    }

    /// `25 November 2026, 16:44 UTC`.
    package func date(_ moment: Timestamp) -> String {
        let date = CalendarDate(moment)
        let months = self(.dateMonths).split(separator: " ")
        guard months.count == 12 else { return moment.rfc3339 }
        return self(
            .dateLong,
            [
                "day": String(date.day), "month": String(months[date.month - 1]), "year": String(date.year),
                "time": "\(date.hour.padded(to: 2)):\(date.minute.padded(to: 2))",
            ])
    }

    package enum SpanCase: Sendable {
        /// As in "wait 12 minutes".
        case plain
        /// As in "after 28 days", which some languages inflect.
        case after
    }

    /// In the largest unit that a person would use, rounded up: whoever waits for that long has waited long enough.
    package func span(_ duration: Duration, _ form: SpanCase = .plain) -> String {
        let seconds = max(1, duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0))
        let (unit, count): (SpanUnit, Int64) =
            switch seconds {
            case ..<90: (.seconds, seconds)
            case ..<5_400: (.minutes, (seconds + 59) / 60)
            case ..<129_600: (.hours, (seconds + 3_599) / 3_600)
            default: (.days, (seconds + 86_399) / 86_400)
            }
        return self(unit.key(form), Int(count))
    }

    private enum SpanUnit {
        case seconds, minutes, hours, days

        func key(_ form: SpanCase) -> PluralKey {
            switch (self, form) {
            case (.seconds, .plain): .seconds
            case (.minutes, .plain): .minutes
            case (.hours, .plain): .hours
            case (.days, .plain): .days
            case (.seconds, .after): .afterSeconds
            case (.minutes, .after): .afterMinutes
            case (.hours, .after): .afterHours
            case (.days, .after): .afterDays
            }
        }
    }

    /// One pass over the text, so that a value with braces of its own stays what it is.
    private static func filled(_ text: String, with values: [String: String]) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            result += values[name] ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}

/// The texts that depend on a number, by the section that holds their forms.
package enum PluralKey: String, Sendable, CaseIterable {
    case seconds, minutes, hours, days
    case afterSeconds = "after_seconds"
    case afterMinutes = "after_minutes"
    case afterHours = "after_hours"
    case afterDays = "after_days"
    case charactersLeft = "characters_left"
    case charactersOver = "characters_over"
}
