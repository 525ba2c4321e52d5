package import PosternCore

/// The files of a language, `templates/strings/LANGUAGE/FILE.json`. Each process reads those it shows something of.
package enum CatalogueFile: String, Sendable {
    case language, web, join, members, mail, staff

    /// Staff are few and chosen, and read English where their language has no file for them.
    var isOptional: Bool { self == .staff }
}

/// The texts that Swift asks for by name, as `section.name`.
package protocol TextKey: RawRepresentable<String>, CaseIterable, Sendable {
    static var file: CatalogueFile { get }
    /// The slots that the text must have, in every language; it may have no others. A translation that drops the site's name
    /// is as wrong as one that names a slot nobody fills.
    var slots: Set<TextSlot> { get }
}

/// The texts that depend on a number, by the section that holds their forms.
package protocol PluralKey: RawRepresentable<String>, CaseIterable, Sendable {}

/// What a file of every language must hold, and nothing else.
package struct CatalogueContents: Sendable {
    fileprivate let file: CatalogueFile
    fileprivate let slots: [String: Set<TextSlot>]
    fileprivate let plurals: [String]

    /// - Parameter shown: keys that templates take as they are.
    package init<Key: TextKey>(_: Key.Type, plurals: [String] = [], shown: Set<String> = []) {
        file = Key.file
        let own = Key.allCases.map { ($0.rawValue, $0.slots) }
        slots = Dictionary(own + shown.map { ($0, []) }) { own, _ in own }
        self.plurals = plurals
    }

    private init(_ file: CatalogueFile, _ slots: [String: Set<TextSlot>], _ plurals: [String]) {
        (self.file, self.slots, self.plurals) = (file, slots, plurals)
    }

    /// The same with the texts of a further type, which are in the same file.
    package func with<Key: TextKey>(_: Key.Type) -> CatalogueContents {
        precondition(Key.file == file, "the texts are in one file")
        return CatalogueContents(
            file, slots.merging(Key.allCases.map { ($0.rawValue, $0.slots) }) { _, own in own }, plurals)
    }

    fileprivate var sections: Set<String> { Set(slots.keys.map(Texts.section(of:)) + plurals) }

    fileprivate static let language = CatalogueContents(LanguageText.self, plurals: SpanText.allCases.map(\.rawValue))

    /// The phrases among these texts, with everything that is wrong with them.
    fileprivate func read(_ texts: Texts, _ rules: LanguageRules) -> (phrases: [String: Phrase], faults: [TemplateFault.Reason]) {
        var phrases: [String: Phrase] = [:]
        var faults: [TemplateFault.Reason] = []
        var unused = Set(texts.flatMap { section, names in names.keys.map { "\(section).\($0)" } })

        func take(_ key: String, mayHold isFit: (Set<TextSlot>) -> Bool, expected: Set<TextSlot>) {
            unused.remove(key)
            guard let text = texts[key: key], text.contains(where: { !$0.isWhitespace }) else {
                return faults.append(.missingText(key))
            }
            do {
                let phrase = try Phrase(text)
                if !isFit(phrase.slots) { faults.append(.slots(key: key, expected: expected.map(\.rawValue).sorted())) }
                phrases[key] = phrase
            } catch {
                faults.append(error)
            }
        }
        for (key, slots) in slots.sorted(by: { $0.key < $1.key }) { take(key, mayHold: { $0 == slots }, expected: slots) }
        for plural in plurals {
            for form in rules.plural.categories {
                // Arabic has words for one and two.
                take("\(plural).\(form.rawValue)", mayHold: { $0.isSubset(of: [.n]) }, expected: [.n])
            }
        }
        return (phrases, faults + unused.sorted().map { .unknownText($0) })
    }
}

/// Our texts in every language there is a folder of.
package struct Catalogues: Sendable {
    /// English first, then in the order of `LanguageRules`.
    package let languages: [Language]
    private let all: [Language: Catalogue]

    /// - Parameter contents: of the files to read, beside `language.json`. What is wrong with them is noted in the folder.
    package init(in folder: inout TemplateFolder, holding contents: [CatalogueContents]) {
        // The fallback of every other language must be there; it is read like the others and named when missing.
        var found: [Language] = [.english]
        for name in folder.folders(in: "strings") where name != "en" {
            if let language = Language(name), language.description == name, LanguageRules(language) != nil {
                found.append(language)
            } else {
                folder.note("strings/\(name)", .unknownLanguage(known: LanguageRules.tags))
            }
        }
        languages = LanguageRules.tags.flatMap { tag in found.filter { $0.primary == tag } }
        var all: [Language: Catalogue] = [:]
        for language in languages {
            all[language] = Catalogue(language, from: &folder, [.language] + contents, else: all[.english])
        }
        self.all = all
    }

    /// That of `pt-br`, else of `pt`, else of English.
    package func catalogue(for language: Language) -> Catalogue {
        guard let found = all[language] ?? Language(language.primary).flatMap({ all[$0] }) ?? all[.english] else {
            preconditionFailure("English is read always")
        }
        return found
    }
}

extension Catalogue {
    fileprivate init?(
        _ language: Language, from folder: inout TemplateFolder, _ contents: [CatalogueContents], else english: Catalogue?
    ) {
        guard let rules = LanguageRules(language) else { return nil }
        var texts: Texts = [:]
        var phrases: [String: Phrase] = [:]
        for contents in contents {
            let file = "strings/\(language)/\(contents.file.rawValue).json"
            if contents.file.isOptional, let english, !folder.has(file) {
                let sections = contents.sections
                texts.merge(english.texts.filter { sections.contains($0.key) }) { own, _ in own }
                phrases.merge(english.phrases.filter { sections.contains(Texts.section(of: $0.key)) }) { own, _ in own }
                continue
            }
            guard let sections = folder.sections(of: file) else { continue }
            let read = contents.read(sections, rules)
            folder.note(file, read.faults)
            texts.merge(sections) { own, _ in own }
            phrases.merge(read.phrases) { own, _ in own }
        }
        self.init(language, rules, texts: texts, phrases: phrases)
    }
}
