import PosternText
import Testing

struct HTMLTests {
    // By code point: a mark after a quotation mark makes another Character of it, and the quotation mark still ends the
    // attribute.
    @Test(arguments: [
        ("<b>", "&lt;b&gt;"),
        ("\"'&", "&quot;&#39;&amp;"),
        ("\"\u{301} onfocus=x", "&quot;\u{301} onfocus=x"),
        ("<\u{338}script>", "&lt;\u{338}script&gt;"),
        ("\u{0600}<b>", "\u{0600}&lt;b&gt;"),
        ("'\u{200D}", "&#39;\u{200D}"),
        ("&\u{FE0F}lt;", "&amp;\u{FE0F}lt;"),
        ("\r\n", "\r\n"),
        ("a\0b", "a\u{FFFD}b"),
        ("{{tags}} {{{more}}}", "{{tags}} {{{more}}}"),
        ("", ""),
        ("nothing to do: ünd doch", "nothing to do: ünd doch"),
        (">", "&gt;"),
    ])
    func `Text is escaped`(text: String, escaped: String) {
        // Swift compares texts by canonical equivalence; escaping is about octets.
        #expect(Array(HTML.escaped(text).utf8) == Array(escaped.utf8))
    }

    @Test func `Line feeds become elements where that is asked for`() {
        #expect(HTML.escaped("a\n\nb", breaksLines: true) == "a<br><br>b")
        #expect(HTML.escaped("a\nb") == "a\nb")
    }
}
