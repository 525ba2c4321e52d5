import Foundation
import PosternCore
import PosternVault
import Testing

@Suite struct MailTemplateTests {
    static let templates = ["letter.txt", "letter.html", "confirmation.txt", "confirmation.html"].map { "mail/\($0).mustache" }

    @Test func `The templates of the package are in order, in English, German, French and Arabic`() throws {
        #expect(try MailSamples.composer().languages == Set(["en", "de", "fr", "ar"].compactMap(Language.init)))
    }

    @Test func `An empty folder is told every file it lacks, at once`() throws {
        try Self.withCopy { folder in
            try FileManager.default.removeItem(at: folder.appending(path: "mail"))
            try FileManager.default.removeItem(at: folder.appending(path: "strings"))
            #expect(
                try Self.faults(in: folder)
                    == (Self.templates + ["strings/mail.en.json"]).map { TemplateFault(file: $0, reason: .missing) })
        }
    }

    // What an editor may do to a template, and the sentence the operator gets for it.
    @Test(arguments: [
        (
            "{{message}}{{answer}}{{address}}{{why}}\n{{mesage}}",
            "line 2 names “mesage”, which nothing fills; there are language, "
        ),
        ("{{message}}{{answer}}{{#address}}x{{/address}}{{why}}", "has no {{address}}, without which"),
        ("{{message}}{{answer}}{{address}}{{why}}{{> footer}}", "line 1 has “{{> footer}}”; only"),
        ("{{message}}{{answer}}{{address}}{{uppercased(why)}}{{why}}", "line 1 has “{{uppercased(why)}}”; only"),
        ("{{=<% %>=}}{{message}}{{answer}}{{address}}{{why}}", "line 1 has “{{=<% %>=}}”; only"),
        ("{{message}}{{answer}}{{address}}{{why}}{{% CONTENT_TYPE:HTML}}", "line 1 has “{{% CONTENT_TYPE:HTML}}”; only"),
        (
            "{{message}}{{answer}}{{address}}\n{{#why}}{{why}}",
            "line 2: a section {{#…}} or {{^…}} that began above has no end"
        ),
        ("{{message}}{{answer}}{{address}}\n{{why", "line 2: a tag has no }}"),
        ("{{message}}{{answer}}{{address}}{{why}}\n\n{{#why}}{{/about}}", "line 3: a section ends under another name"),
        ("{{! {{message}} }}{{message}}{{answer}}{{address}}{{!\n two lines\n}}{{why}}{{x}}", "line 3 names “x”"),
    ])
    func `A template that would keep something from its reader is refused, with the line and the reason`(
        text: String, sentence: String
    ) throws {
        try Self.withCopy { folder in
            try Data(text.utf8).write(to: folder.appending(path: "mail/letter.txt.mustache"))
            let faults = try Self.faults(in: folder)
            #expect(faults.count == 1)
            #expect(try #require(faults.first).description.hasPrefix("mail/letter.txt.mustache: \(sentence)"))
        }
    }

    @Test(arguments: ["letter", "confirmation"])
    func `Every tag of a page is used by one of its templates, and every tag of a template is one of the page's`(_ page: String)
        throws
    {
        try Self.withCopy { folder in
            let used = try ["txt", "html"].reduce(into: Set<String>()) { used, form in
                let text = try String(contentsOf: folder.appending(path: "mail/\(page).\(form).mustache"), encoding: .utf8)
                used.formUnion(text.matches(of: /\{\{[#^\/&]?([A-Za-z]+)\}\}/).map { String($0.1) })
            }
            // The loader names what there is when it meets what there is not.
            try Data("{{nothing}}".utf8).write(to: folder.appending(path: "mail/\(page).txt.mustache"))
            let known = try Self.faults(in: folder).compactMap { fault -> [String]? in
                if case .unknownTag("nothing", line: 1, let known) = fault.reason { known } else { nil }
            }
            #expect(Set(try #require(known.first)) == used)
        }
    }

    @Test(arguments: templates)
    func `No template holds a word of its own`(_ file: String) throws {
        var text = try String(contentsOf: URL(filePath: MailSamples.templates).appending(path: file), encoding: .utf8)
        for markup in [#/\{\{![^}]*\}\}/#, #/\{\{[^}]*\}\}/#, #/<[^>]*>/#, #/&nbsp;/#] { text = text.replacing(markup, with: "") }
        #expect(!text.contains { $0.isLetter || $0.isNumber })
    }

    // One slip of a translator each.
    @Test(arguments: [
        (
            #""letter.subject-label": "Subject:""#, #""letter.subject-label": """#,
            TemplateFault.Reason.missingWord("letter.subject-label")
        ),
        (
            #""letter.subject-label": "Subject:""#, #""letter.subject-label": "Subject:", "letter.extra": "x""#,
            .unknownWord("letter.extra")
        ),
        ("{visitor} via {site}", "{visitor} via us", .slots(word: "from", expected: ["site", "visitor"])),
        ("\"About:\"", "\"About {site}:\"", .slots(word: "letter.about-label", expected: [])),
        ("{visitor} via {site}", "{visiteur} via {site}", .brace("{visiteur}")), ("\"About:\"", "\"About }\"", .brace("}")),
        ("\"ltr\"", "\"left\"", .direction), ("\"ltr\",", "\"ltr\"", .notACatalogue),
    ])
    func `A catalogue with a slip is refused and the slip is named`(old: String, new: String, reason: TemplateFault.Reason) throws
    {
        try Self.withCopy { folder in
            let place = folder.appending(path: "strings/mail.en.json")
            let text = try String(contentsOf: place, encoding: .utf8)
            try #require(text.contains(old))
            try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: place)
            #expect(try Self.faults(in: folder) == [TemplateFault(file: "strings/mail.en.json", reason: reason)])
        }
    }

    @Test func `A catalogue under a name that is no language is refused; a new language is taken up`() throws {
        try Self.withCopy { folder in
            let english = folder.appending(path: "strings/mail.en.json")
            try FileManager.default.copyItem(at: english, to: folder.appending(path: "strings/mail.pt-br.json"))
            #expect(try Composer(templates: folder.path).languages.contains(try #require(Language("pt-br"))))
            try FileManager.default.copyItem(at: english, to: folder.appending(path: "strings/mail.english-us-old.json"))
            #expect(
                try Self.faults(in: folder) == [TemplateFault(file: "strings/mail.english-us-old.json", reason: .languageName)])
        }
    }

    @Test func `Templates saved with CRLF give the same mail`() throws {
        try Self.withCopy { folder in
            for file in Self.templates {
                let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
                try Data(text.replacingOccurrences(of: "\n", with: "\r\n").utf8).write(to: folder.appending(path: file))
            }
            let mail = try MailSamples.mail(MailSamples.letter(about: "photo 4711"))
            #expect(try Composer(templates: folder.path).compose(mail) == MailSamples.composer().compose(mail))
        }
    }

    @Test func `Every text of the catalogue is printed by some mail`() async throws {
        let folder = try Self.copy()
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = folder.appending(path: "strings/mail.en.json")
        let words = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: place))
        let marked = words.reduce(into: [String: String]()) { marked, word in
            let slots = Set(word.value.matches(of: /\{[a-z]+\}/).map { String($0.0) }).sorted().joined()
            marked[word.key] = word.key == "direction" ? "ltr" : "⟦\(word.key)⟧\(slots)"
        }
        try JSONEncoder().encode(marked).write(to: place)
        let composer = try Composer(templates: folder.path)
        let letters = try [
            MailSamples.letter(about: "x"), MailSamples.letter(shares: true),
            MailSamples.letter(address: "é@visitor.example", shares: true),
            MailSamples.letter(subject: nil), MailSamples.letter(name: "…"),
        ]
        var mails = try letters.map { try composer.compose(MailSamples.mail($0)) }
        mails.append(try composer.compose(MailSamples.confirmation(language: "en")))
        let printed = try await ReadBack.read(mails).map { $0.subject + $0.from.name + $0.plain + $0.html }.joined()
        for key in words.keys where key != "direction" { #expect(printed.contains("⟦\(key)⟧"), "nothing prints \(key)") }
    }

    private static func copy() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "postern-templates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "strings"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: folder.appending(path: "mail"), withIntermediateDirectories: true)
        for file in templates + ["en", "de", "fr", "ar"].map({ "strings/mail.\($0).json" }) {
            try FileManager.default.copyItem(
                at: URL(filePath: MailSamples.templates).appending(path: file), to: folder.appending(path: file))
        }
        return folder
    }

    private static func withCopy(_ body: (URL) throws -> Void) throws {
        let folder = try copy()
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private static func faults(in folder: URL) throws -> [TemplateFault] {
        do {
            _ = try Composer(templates: folder.path)
            return []
        } catch let faults as TemplateFaults {
            return faults.all
        }
    }
}
