private import Foundation
private import Mustache
package import PosternCore

/// One thing that is wrong with the templates' folder.
package struct TemplateFault: Equatable, Sendable, CustomStringConvertible {
    package let file: String
    package let problem: String

    package var description: String { "\(file): \(problem)" }
}

/// Everything that is wrong with the templates' folder, never nothing.
package struct TemplateFaults: Error, Equatable, Sendable, CustomStringConvertible {
    package let all: [TemplateFault]

    package var description: String { all.map(\.description).joined(separator: "\n") }
}

/// The pages' templates, texts and assets, read once at start from one folder.
package struct Templates: Sendable {
    private let library: MustacheLibrary
    /// Those there are, English first.
    package let languages: [Language]
    private let catalogues: [Language: Catalogue]
    package let assets: [String: Asset]
    /// The description of the API, as it stands in its file.
    package let openAPI: String

    /// - Parameter folder: the folder with `web/`, `staff/`, `strings/` and `assets/` in it.
    /// - Throws: all faults at once, each naming its file.
    package init(folder: String) throws(TemplateFaults) {
        var reader = TemplateReader(folder: URL(fileURLWithPath: folder, isDirectory: true))
        library = reader.library()
        languages = Self.languageTags.compactMap { Language($0) }
        let staff = reader.texts("strings/staff.en.json")
        catalogues = Dictionary(
            uniqueKeysWithValues: languages.map { ($0, reader.catalogue($0, staff: staff)) })
        assets = reader.assets()
        openAPI = reader.openAPI()
        guard reader.faults.isEmpty else { throw TemplateFaults(all: reader.faults) }
    }

    package func render(_ page: some Page) -> String {
        // The name is one of ours, and loading found them all.
        library.render(page, withTemplate: type(of: page).template.label) ?? ""
    }

    package var english: Catalogue { catalogue(.english) }

    /// - Returns: English where there is no catalogue of that language.
    package func catalogue(_ language: Language) -> Catalogue {
        catalogues[language] ?? catalogues[.english] ?? Catalogue(language: .english, texts: [:])
    }

    /// The files every page loads.
    package enum BuiltIn: String, CaseIterable, Sendable {
        case stylesheet = "postern.css"
        case script = "postern.js"
        case icon = "icon.svg"
    }

    package func path(of file: BuiltIn) -> String { assets[file.rawValue]?.path ?? "" }

    /// A new language is a catalogue in `strings/`, its name here, and its plural rule.
    private static let languageTags = ["en", "de", "fr", "ar"]
}

/// Reads the folder and collects what is wrong with it.
private struct TemplateReader {
    let folder: URL
    private(set) var faults: [TemplateFault] = []

    init(folder: URL) {
        self.folder = folder
    }

    mutating func library() -> MustacheLibrary {
        MustacheContentTypes.register(PageEscaping(), named: PageEscaping.name)
        var library = MustacheLibrary()
        for name in TemplateName.allCases {
            let file = name.rawValue + ".mustache"
            guard let bytes = read(file), let text = self.text(bytes, of: file) else { continue }
            do {
                try library.register(PageEscaping.pragma + text, named: name.label)
            } catch let error as MustacheTemplate.ParserError {
                note(file, "line \(error.context.lineNumber): \(error.error)")
            } catch {
                note(file, "\(error)")
            }
        }
        return library
    }

    /// The catalogue of a language, with the staff's texts among it.
    mutating func catalogue(_ language: Language, staff: Texts) -> Catalogue {
        let file = "strings/web.\(language).json"
        let own = texts(file)
        let texts = own.merging(staff) { own, _ in own }
        if !own.isEmpty {
            for key in TextKey.allCases where texts[key.path.section]?[key.path.name] == nil {
                note(key.isForStaff ? "strings/staff.en.json" : file, "lacks “\(key.rawValue)”")
            }
            for key in PluralKey.allCases {
                for form in PluralRule(language).categories where texts[key.rawValue]?[form.rawValue] == nil {
                    note(file, "lacks “\(key.rawValue).\(form.rawValue)”")
                }
            }
        }
        return Catalogue(language: language, texts: texts)
    }

    mutating func texts(_ file: String) -> Texts {
        guard let bytes = read(file) else { return [:] }
        do {
            return try JSONDecoder().decode(Texts.self, from: Data(bytes))
        } catch {
            note(file, "is no JSON object of sections of texts")
            return [:]
        }
    }

    mutating func openAPI() -> String {
        let file = "assets/openapi.json"
        guard let bytes = read(file), let text = text(bytes, of: file) else { return "" }
        return text
    }

    mutating func assets() -> [String: Asset] {
        var assets: [String: Asset] = [:]
        for name in Templates.BuiltIn.allCases.map(\.rawValue) {
            guard let bytes = read("assets/" + name), let asset = Asset(name: name, content: bytes) else { continue }
            assets[name] = asset
        }
        return assets
    }

    private mutating func read(_ file: String) -> [UInt8]? {
        do {
            return Array(try Data(contentsOf: folder.appendingPathComponent(file)))
        } catch {
            note(file, "cannot be read; it must be in \(folder.path) and readable by this process")
            return nil
        }
    }

    private mutating func text(_ bytes: [UInt8], of file: String) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            note(file, "is not valid UTF-8")
            return nil
        }
        return text
    }

    private mutating func note(_ file: String, _ problem: String) {
        let fault = TemplateFault(file: file, problem: problem)
        // What the staff's catalogue lacks is found once for each language.
        if !faults.contains(fault) { faults.append(fault) }
    }
}
