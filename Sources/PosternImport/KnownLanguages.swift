private import Foundation
package import PosternCore

/// The languages that pages and mails can be written in.
package struct KnownLanguages: Sendable {
    package let all: [Language]

    package init(_ all: [Language]) {
        self.all = all.sorted { $0.description < $1.description }
    }

    /// Whether texts exist in the language, or in the one that it is a region's form of.
    package func contains(_ language: Language) -> Bool { all.contains { $0 == language || $0.description == language.primary } }

    /// `ar, de, en and fr`
    package var list: String {
        let tags = all.map(\.description)
        guard let last = tags.last, tags.count > 1 else { return tags.first ?? "none" }
        return tags.dropLast().joined(separator: ", ") + " and " + last
    }
}

extension Language {
    /// As it is in a cell: a tag (`de`, `de_AT.UTF-8`), or a language by its own name or its English, German or French one. Empty is
    /// English.
    init(cell: String, _ known: KnownLanguages?) throws(CellFault) {
        // “English (United States)”, “de_DE.UTF-8”, “de-DE,de;q=0.9”
        let text = try CellText(cell).shown("locale").prefix { !"(.;,@".contains($0) }
        let word = String(text).trimmed
        guard !word.isEmpty else {
            self = .english
            return
        }
        let key = word.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
        guard let language = Language(Self.names[key] ?? word) else {
            // The text is not repeated: if two columns were swapped, it is an address.
            throw CellFault(
                description: "the locale is not a language; write one like de" + (known.map { ": there are \($0.list)" } ?? ""))
        }
        guard known?.contains(language) != false else {
            throw CellFault(
                description:
                    "there are no texts in the language “\(language)”; there are \(known?.list ?? ""). Leave it empty for English"
            )
        }
        self = language
    }

    private static let names = [
        "english": "en", "englisch": "en", "anglais": "en", "german": "de", "deutsch": "de", "allemand": "de", "french": "fr",
        "franzosisch": "fr", "francais": "fr", "arabic": "ar", "arabisch": "ar", "arabe": "ar", "العربية": "ar", "italian": "it",
        "italienisch": "it", "italien": "it", "italiano": "it", "spanish": "es", "spanisch": "es", "espagnol": "es",
        "espanol": "es", "dutch": "nl", "niederlandisch": "nl", "neerlandais": "nl", "nederlands": "nl", "portuguese": "pt",
        "portugiesisch": "pt", "portugais": "pt", "portugues": "pt",
    ]
}
