import Foundation
import PosternCore
import PosternTestSupport
import PosternText
import PosternVault
import Testing

@Suite struct MailTemplateTests {
    static let templates = ["letter.txt", "letter.html", "reply.txt", "reply.html", "confirmation.txt", "confirmation.html"].map {
        "mail/\($0).mustache"
    }

    @Test func `The templates of the package are in order, in English, German, French and Arabic`() throws {
        #expect(try MailSamples.composer().languages == Set(["en", "de", "fr", "ar"].compactMap(Language.init)))
    }

    @Test func `An empty folder is told every file it lacks, at once`() throws {
        let copy = try TemplatesCopy()
        try copy.remove("mail")
        try copy.remove("strings")
        let files = Self.templates + ["strings/en/language.json", "strings/en/mail.json"]
        #expect(Self.faults(in: copy) == files.map { TemplateFault(file: $0, reason: .missing) })
    }

    @Test(arguments: [
        ("letter", "message"), ("letter", "address"), ("reply", "message"), ("reply", "why"), ("confirmation", "link"),
    ])
    func `A template that would keep something from its reader is refused`(page: String, tag: String) throws {
        let copy = try TemplatesCopy()
        let file = "mail/\(page).txt.mustache"
        try copy.write(copy.text(file).replacing("{{\(tag)}}", with: ""), to: file)
        #expect(Self.faults(in: copy) == [TemplateFault(file: file, reason: .missingTag(tag))])
    }

    @Test(arguments: ["letter", "reply", "confirmation"])
    func `Every tag of a page is used by one of its templates, and every tag of a template is one of the page's`(_ page: String)
        throws
    {
        let copy = try TemplatesCopy()
        let used = try ["txt", "html"].reduce(into: Set<String>()) { used, form in
            let text = try copy.text("mail/\(page).\(form).mustache")
            used.formUnion(text.matches(of: /\{\{[#^\/&]?([A-Za-z]+)\}\}/).map { String($0.1) })
        }
        // The loader names what there is when it meets what there is not.
        try copy.write("{{nothing}}", to: "mail/\(page).txt.mustache")
        let known = Self.faults(in: copy).compactMap { fault -> [String]? in
            if case .unknownTag("nothing", line: 1, let known) = fault.reason { known } else { nil }
        }
        #expect(Set(try #require(known.first)) == used)
    }

    @Test(arguments: templates)
    func `No template holds a word of its own`(_ file: String) throws {
        var text = try String(contentsOf: URL(filePath: MailSamples.templates).appending(path: file), encoding: .utf8)
        for markup in [#/\{\{![^}]*\}\}/#, #/\{\{[^}]*\}\}/#, #/<[^>]*>/#, #/&nbsp;/#] { text = text.replacing(markup, with: "") }
        #expect(!text.contains { $0.isLetter || $0.isNumber })
    }

    @Test func `Templates saved with CRLF give the same mail`() throws {
        let copy = try TemplatesCopy()
        for file in Self.templates { try copy.write(copy.text(file).replacing("\n", with: "\r\n"), to: file) }
        let mail = try MailSamples.mail(MailSamples.letter(about: "photo 4711"))
        #expect(try Composer(templates: copy.path).compose(mail) == MailSamples.composer().compose(mail))
    }

    @Test func `Every text of the catalogue is printed by some mail`() async throws {
        let copy = try TemplatesCopy()
        let file = "strings/en/mail.json"
        let texts = try JSONDecoder().decode(Texts.self, from: Data(copy.text(file).utf8))
        let marked = texts.reduce(into: Texts()) { marked, section in
            marked[section.key] = section.value.reduce(into: [:]) { texts, text in
                let slots = Set(text.value.matches(of: /\{[a-z]+\}/).map { String($0.0) }).sorted().joined()
                texts[text.key] = "⟦\(section.key).\(text.key)⟧\(slots)"
            }
        }
        try copy.write(JSONEncoder().encode(marked), to: file)
        let composer = try Composer(templates: copy.path)
        let letters = try [
            MailSamples.letter(about: "x"), MailSamples.letter(shares: true),
            MailSamples.letter(address: "é@visitor.example", shares: true),
            MailSamples.letter(subject: nil), MailSamples.letter(name: "…"),
        ]
        var mails = try letters.map { try composer.compose(MailSamples.mail($0)) }
        mails.append(try composer.compose(MailSamples.confirmation(language: "en")))
        mails += try OpenedDelivery.Notice.allCases.map { try composer.compose(MailSamples.notice($0, language: "en")) }
        mails.append(try composer.compose(MailSamples.prove(language: "en")))
        mails.append(try composer.compose(MailSamples.linked(MailSamples.letter(), isFirst: true)))
        mails += try ConversationMailTests.samples.filter { $0.name.hasSuffix("-en") }.map { try composer.compose($0.make()) }
        let printed = try await ReadBack.read(mails).map { $0.subject + $0.from.name + $0.plain + $0.html }.joined()
        for (section, texts) in texts {
            for name in texts.keys { #expect(printed.contains("⟦\(section).\(name)⟧"), "nothing prints \(section).\(name)") }
        }
    }

    private static func faults(in copy: TemplatesCopy) -> [TemplateFault] {
        do throws(TemplateFaults) {
            _ = try Composer(templates: copy.path)
            return []
        } catch {
            return error.all
        }
    }
}
