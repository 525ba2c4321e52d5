import PosternCore
import PosternWeb
import Testing

struct PageEscapingTests {
    // By code point: a mark behind a quotation mark makes another Character of it, and still ends the attribute.
    @Test(arguments: [
        ("<b>", "&lt;b&gt;"),
        ("\"'&", "&quot;&#39;&amp;"),
        ("\"\u{301} onfocus=x", "&quot;\u{301} onfocus=x"),
        ("<\u{338}script>", "&lt;\u{338}script&gt;"),
        ("'\u{200D}", "&#39;\u{200D}"),
        ("&\u{FE0F}lt;", "&amp;\u{FE0F}lt;"),
        ("\r\n", "\r\n"),
        ("a\0b", "a\u{FFFD}b"),
        ("{{tags}} {{{more}}}", "{{tags}} {{{more}}}"),
    ])
    func `Text is escaped`(text: String, escaped: String) {
        // Swift compares texts by canonical equivalence; escaping is about bytes.
        #expect(Array(PageEscaping().escapeText(text).utf8) == Array(escaped.utf8))
    }

    @Test func `Every template escapes that way, in content and in attributes, partials and all`() throws {
        let templates = try Templates(folder: templatesFolder)
        let hostile = "\"\u{301}><\u{301}script>'\u{301}&\u{301}{{frame.title}}"
        let names = RecipientNames(try #require(Example.contact(name: hostile)))
        var form = LetterForm()
        form.letter.name = hostile
        form.letter.message = hostile
        form.letter.about = hostile
        let page = ContactPage(
            form, token: "t", to: names, at: .init(page: "/", privacy: "/"), occasion: .fresh, .unbranded(templates))
        let html = Array(templates.render(page).unicodeScalars)
        for (index, scalar) in html.enumerated() where scalar == "\u{301}" {
            #expect(html[index - 1] == ";", "a mark stands behind something that was not escaped")
        }
        #expect(String(String.UnicodeScalarView(html)).contains("{{frame.title}}"))
    }
}
