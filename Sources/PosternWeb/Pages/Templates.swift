private import Foundation
private import Mustache
private import PosternCore

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
    package let english: Catalogue
    package let assets: [String: Asset]

    /// - Parameter folder: the folder with `web/`, `staff/`, `strings/` and `assets/` in it.
    /// - Throws: all faults at once, each naming its file.
    package init(folder: String) throws(TemplateFaults) {
        var reader = TemplateReader(folder: URL(fileURLWithPath: folder, isDirectory: true))
        library = reader.library()
        english = reader.catalogue(.english)
        assets = reader.assets()
        guard reader.faults.isEmpty else { throw TemplateFaults(all: reader.faults) }
    }

    package func render(_ page: some Page) -> String {
        // The name is one of ours, and loading found them all.
        library.render(page, withTemplate: type(of: page).template.label) ?? ""
    }

    /// The frame of a page in the language of `texts`.
    package func frame(title: String, _ texts: Catalogue) -> PageFrame {
        PageFrame(
            title: title, language: texts.language.description, stylesheet: assets[Self.stylesheet]?.path ?? "",
            icon: assets[Self.icon]?.path ?? "")
    }

    fileprivate static let stylesheet = "postern.css"
    fileprivate static let icon = "icon.svg"
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

    mutating func catalogue(_ language: Language) -> Catalogue {
        let file = "strings/web.\(language).json"
        var texts: Texts = [:]
        if let bytes = read(file) {
            do {
                texts = try JSONDecoder().decode(Texts.self, from: Data(bytes))
                let missing = TextKey.allCases.filter { texts[$0.path.section]?[$0.path.name] == nil }
                for key in missing { note(file, "lacks “\(key.rawValue)”") }
            } catch {
                note(file, "is no JSON object of sections of texts")
            }
        }
        return Catalogue(language: language, texts: texts)
    }

    mutating func assets() -> [String: Asset] {
        var assets: [String: Asset] = [:]
        for name in [Templates.stylesheet, Templates.icon] {
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
        faults.append(TemplateFault(file: file, problem: problem))
    }
}
