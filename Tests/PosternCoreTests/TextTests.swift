import PosternCore
import Testing

@Suite("Text from strangers becomes harmless, or is refused")
struct TextTests {
    /// No form field can contain these, so a program sent them.
    @Test(arguments: [
        ("Vera\r\nBcc: x@evil.example", TextFault.lineBreak), ("Vera\nX", .lineBreak), ("Vera\rX", .lineBreak),
        ("a\u{0B}b", .lineBreak), ("a\u{0C}b", .lineBreak), ("a\u{85}b", .lineBreak), ("a\u{2028}b", .lineBreak),
        ("a\u{2029}b", .lineBreak), ("a\u{0}b", .controlCharacter), ("a\u{1B}[31mb", .controlCharacter),
        ("a\u{7F}b", .controlCharacter), ("a\u{9B}b", .controlCharacter), ("", .empty), ("   ", .empty),
        ("\u{200B}\u{2060}", .empty), ("\u{202E}", .empty),
    ])
    func `A line break or control character in a one-line field is refused`(raw: String, fault: TextFault) {
        #expect(throws: fault) { try HeaderText(raw, limit: 100) }
    }

    /// What reorders, hides or piles up is removed; what scripts need stays.
    @Test(arguments: [
        ("  Vera   Visitor\t", "Vera Visitor"),
        ("invoice\u{202E}gpj.exe", "invoicegpj.exe"),
        ("\u{2066}x\u{2069}", "x"),
        ("zero\u{200B}width\u{FEFF}", "zerowidth"),
        ("soft\u{AD}hyphen", "softhyphen"),
        ("tag\u{E0041}\u{E007F}", "tag"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("می‌خواهم", "می‌خواهم"),
        ("שלום\u{200F}!", "שלום\u{200F}!"),
        ("Zoë Ñandú 李", "Zoë Ñandú 李"),
    ])
    func `Characters that deceive are removed, and those that languages need stay`(raw: String, text: String) throws {
        #expect(try HeaderText(raw, limit: 100).text == text)
    }

    @Test(arguments: ["a\t\u{301}b", " \u{301}", "a \u{301} \u{302}", "a\u{2003}\u{301}b"])
    func `A line of text reads the same the second time, whatever its combining marks stand on`(raw: String) throws {
        let once = try HeaderText(raw, limit: 100).text
        #expect(try HeaderText(once, limit: 100).text.unicodeScalars.elementsEqual(once.unicodeScalars))
    }

    @Test func `Of many combining marks on one letter eight stay`() throws {
        let text = try HeaderText("Z" + String(repeating: "\u{0301}", count: 90), limit: 100).text
        #expect(text.unicodeScalars.count == 9)
    }

    @Test func `A limit counts code points, and says how many there were`() throws {
        #expect(try HeaderText(String(repeating: "字", count: 100), limit: 100).text.count == 100)
        #expect(throws: TextFault.tooLong(limit: 100, count: 101)) {
            try HeaderText(String(repeating: "字", count: 101), limit: 100)
        }
        #expect(throws: TextFault.tooLong(limit: 3, count: 4)) { try LetterText("ab\r\nc", limit: 3) }
        #expect(try LetterText("ab\r\nc", limit: 4).text == "ab\nc")
    }

    @Test(arguments: [
        ("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\n\nb", "a\n\nb"), ("a\r\n\r\nb", "a\n\nb"), ("a\n\rb", "a\n\nb"),
        ("a\u{2028}b", "a\nb"), ("\ttabbed", "\ttabbed"), ("  two  spaces  ", "  two  spaces  "), (".\n.", ".\n."),
    ])
    func `A message's lines end in LF, whatever the browser sends`(raw: String, text: String) throws {
        #expect(try LetterText(raw, limit: 100).text == text)
    }

    @Test func `Taming a text a second time changes nothing`() throws {
        for raw in ["a\u{202E}b\u{200B}", "Z" + String(repeating: "\u{0301}", count: 40), "  x  y "] {
            let once = try HeaderText(raw, limit: 200).text
            #expect(try HeaderText(once, limit: 200).text == once)
        }
    }
}
