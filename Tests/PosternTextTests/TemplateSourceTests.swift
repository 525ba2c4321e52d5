import PosternTestSupport
import PosternText
import Testing

@Suite("A template is held against the page it shows")
struct TemplateSourceTests {
    // What an editor may do to a mail's template, and what the operator is told.
    @Test(arguments: [
        (
            "{{message}}{{why}}\n{{mesage}}",
            TemplateFault.Reason.unknownTag("mesage", line: 2, known: ["message", "why", "about"])
        ),
        ("{{message}}{{#why}}x{{/why}}", .missingTag("why")),
        ("{{message}}{{why}}{{> footer}}", .unsupportedTag("{{> footer}}", line: 1)),
        ("{{message}}{{uppercased(why)}}{{why}}", .unsupportedTag("{{uppercased(why)}}", line: 1)),
        ("{{=<% %>=}}{{message}}{{why}}", .unsupportedTag("{{=<% %>=}}", line: 1)),
        ("{{message}}{{why}}{{% CONTENT_TYPE:HTML}}", .unsupportedTag("{{% CONTENT_TYPE:HTML}}", line: 1)),
        ("{{<layout}}{{message}}{{why}}{{/layout}}", .unsupportedTag("{{<layout}}", line: 1)),
        ("{{message}}\n{{#why}}{{why}}", .syntax(line: 2, .sectionEnd)),
        ("{{message}}{{why}}\n{{why", .syntax(line: 2, .tagEnd)),
        ("{{message}}{{why}}\n\n{{#why}}{{/about}}", .syntax(line: 3, .sectionName)),
        (
            "{{! {{message}} }}{{message}}{{!\n two lines\n}}{{why}}{{x}}",
            .unknownTag("x", line: 3, known: ["message", "why", "about"])
        ),
    ])
    func `A slip in a mail's template is named, with its line`(text: String, reason: TemplateFault.Reason) throws {
        let copy = try TemplatesCopy()
        try copy.write(text, to: "mail/sample.mustache")
        var folder = TemplateFolder(copy.path)
        let template = FlatTemplate(
            "mail/sample.mustache", in: &folder, tags: ["message", "why", "about"], required: ["message", "why"])
        #expect(template == nil)
        let faults = try #require(throws: TemplateFaults.self) { try folder.check() }
        // A layout's name is no tag of the page either, but one fault is told for one tag.
        #expect(faults.all.first == TemplateFault(file: "mail/sample.mustache", reason: reason))
    }

    @Test func `A mail's template shows the values there are, and leaves out the sections of those there are not`() throws {
        let copy = try TemplatesCopy()
        try copy.write(
            "{{! comment }}\r\n{{message}}\r\n{{#about}}\r\nAbout {{{about}}}\r\n{{/about}}\r\n{{^about}}-{{/about}}\r\n",
            to: "mail/sample.mustache")
        var folder = TemplateFolder(copy.path)
        let found = FlatTemplate("mail/sample.mustache", in: &folder, tags: ["message", "about"], required: [])
        try folder.check()
        let template = try #require(found)
        #expect(template.render { ["<m>", "\u{301}\""][$0] } == "<m>\nAbout \u{301}\"\n\n")
        #expect(template.render { ["<m>", nil][$0] } == "<m>\n-\n")
    }

    // What an editor may do to a page's template.
    @Test(
        arguments: [
            ("{{heading}}", nil), ("{{<web-layout}}{{$main}}{{heading}}{{text.a.b}}{{/main}}{{/web-layout}}", nil),
            ("{{frame.title}}{{heading}}{{#list}}{{.}}{{/list}}", nil),
            ("{{heading}}{{frame.titel}}", .unknownTag("frame.titel", line: 1, known: ["frame.title"])),
            ("{{heading}}{{list.first}}", .unknownTag("list.first", line: 1, known: ["heading", "list"])),
            ("{{heading}}{{text.a}}", .unknownTag("text.a", line: 1, known: ["heading", "list"])),
            ("{{heading}}{{{list}}}", .unsupportedTag("{{{list}}", line: 1)),
            ("{{heading}}{{&list}}", .unsupportedTag("{{&list}}", line: 1)),
            ("{{heading}}{{<layout}}{{/layout}}", .unknownTag("layout", line: 1, known: ["web-layout"])),
            ("{{#heading}}{{/heading}}", .missingTag("heading")),
        ] as [(String, TemplateFault.Reason?)])
    func `A slip in a page's template is named`(text: String, reason: TemplateFault.Reason?) {
        let faults = TemplateSource(text).faults(
            known: ["heading", "list"], frame: ["title"], required: ["heading"], layouts: ["web-layout"])
        #expect(faults == (reason.map { [$0] } ?? []))
    }

    @Test func `The texts that a template takes are known`() {
        #expect(TemplateSource("{{text.a.b}}{{#text.c.d}}{{! {{text.e.f}} }}{{x}}").texts == ["a.b", "c.d"])
    }
}
