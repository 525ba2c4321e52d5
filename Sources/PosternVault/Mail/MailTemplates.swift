private import Foundation
import PosternCore

/// The files of `templates/mail/` and the mail catalogues of `templates/strings/`, read once when the vault starts.
struct MailTemplates: Sendable {
    let letter: Pair<LetterPage>
    let confirmation: Pair<ConfirmationPage>
    private let words: [Language: MailWords]
    private let english: MailWords

    /// A text and an HTML template of one page.
    struct Pair<Page: MailPage>: Sendable {
        let plain: MailTemplate<Page>
        let html: MailTemplate<Page>
    }

    /// - Parameter folder: the path of `templates/`.
    /// - Throws: every fault of every file.
    init(folder: String) throws(TemplateFaults) {
        let root = URL(filePath: folder, directoryHint: .isDirectory)
        var faults: [TemplateFault] = []

        func read(_ file: String) throws(TemplateFault.Reasons) -> Data {
            let place = root.appending(path: file)
            guard FileManager.default.fileExists(atPath: place.path) else { throw TemplateFault.Reasons(all: [.missing]) }
            do {
                return try Data(contentsOf: place)
            } catch {
                throw TemplateFault.Reasons(all: [.unreadable(error.localizedDescription)])
            }
        }
        func collect<Value>(_ file: String, _ make: (Data) throws(TemplateFault.Reasons) -> Value) -> Value? {
            do {
                return try make(read(file))
            } catch {
                faults += error.all.map { TemplateFault(file: file, reason: $0) }
                return nil
            }
        }
        func template<Page: MailPage>(_ file: String, for _: Page.Type) -> MailTemplate<Page>? {
            collect("mail/\(file).mustache") { data throws(TemplateFault.Reasons) in
                guard let text = String(validating: data, as: UTF8.self) else { throw TemplateFault.Reasons(all: [.notUTF8]) }
                return try MailTemplate<Page>(text)
            }
        }
        func pair<Page: MailPage>(_ name: String, for page: Page.Type) -> Pair<Page>? {
            let (plain, html) = (template("\(name).txt", for: page), template("\(name).html", for: page))
            guard let plain, let html else { return nil }
            return Pair(plain: plain, html: html)
        }

        let letter = pair("letter", for: LetterPage.self)
        let confirmation = pair("confirmation", for: ConfirmationPage.self)

        var words: [Language: MailWords] = [:]
        // The fallback of every other language must be there; it is read like the others and named when missing.
        let listed = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "strings").path)) ?? []
        let catalogues = Set(listed.filter { $0.hasPrefix("mail.") && $0.hasSuffix(".json") } + ["mail.en.json"])
        for name in catalogues.sorted() {
            let file = "strings/\(name)"
            guard let language = Language(String(name.dropFirst("mail.".count).dropLast(".json".count))) else {
                faults.append(TemplateFault(file: file, reason: .languageName))
                continue
            }
            words[language] = collect(file) { data throws(TemplateFault.Reasons) in try MailWords(language: language, json: data)
            }
        }

        guard faults.isEmpty, let letter, let confirmation, let english = words[.english] else {
            throw TemplateFaults(all: faults)
        }
        (self.letter, self.confirmation, self.words, self.english) = (letter, confirmation, words, english)
    }

    /// `pt-br`, else `pt`, else English.
    func words(for language: Language) -> MailWords {
        words[language] ?? Language(language.primary).flatMap { words[$0] } ?? english
    }

    /// The languages there are texts for.
    var languages: Set<Language> { Set(words.keys) }
}
