import PosternCore
import Testing

@Suite("Text from strangers becomes harmless, or is refused")
struct TextTests {
    /// No form field can contain a CR or LF, so a program sent it: a header field would end there.
    @Test(arguments: [
        ("Vera\r\nBcc: x@evil.example", TextFault.lineBreak), ("Vera\nX", .lineBreak), ("Vera\rX", .lineBreak),
        ("Vera\n\u{1}\u{200B}\nX", .lineBreak), ("", .empty), ("   ", .empty), ("\r\n", .empty), ("\u{1}\u{0}", .empty),
        ("\u{200B}\u{2060}", .empty), ("\u{202E}", .empty), ("\u{3164}", .empty), ("\u{200F}\u{2800}", .empty),
        ("\u{FE0F}\u{200D}", .empty),
    ])
    func `A line break between the words of a one-line field is refused, and so is one with nothing to see`(
        raw: String, fault: TextFault
    ) {
        #expect(throws: fault) { try HeaderText(raw, limit: 100) }
    }

    // As typed or pasted → as it stands in a header.
    @Test(arguments: [
        ("Vera Visitor\r\n", "Vera Visitor"), ("\n\n Vera", "Vera"), ("Vera\u{0B}Visitor", "Vera Visitor"), ("a\u{0C}b", "a b"),
        ("a\u{2028}b", "a b"), ("a\u{2029}b", "a b"), ("a\u{85}b", "a…b"), ("a\u{0}b", "ab"), ("a\u{1B}[31mb", "a[31mb"),
        ("a\u{7F}b", "ab"), ("O\u{92}Hara", "O’Hara"), ("Anna\u{1E}Lena", "Anna-Lena"), ("a\u{1F}b", "ab"),
        ("\u{A0}Vera\u{3000}Visitor\u{FEFF}", "Vera Visitor"),
    ])
    func `T2: what came along with a pasted name is dropped or becomes what it meant`(raw: String, text: String) throws {
        #expect(try HeaderText(raw, limit: 100).text == text)
    }

    // In a message: what word processors, PDFs and scripts leave in a text → what it meant.
    @Test(arguments: [
        ("co\u{1E}operate", "co-operate"), ("a\u{1F}b", "ab"), ("a\u{2}b", "ab"), ("don\u{92}t", "don’t"),
        ("\u{93}x\u{94} \u{96} 5 \u{80}\u{85}", "“x” – 5 €…"), ("a\u{81}\u{8D}\u{8F}\u{90}\u{9D}b", "ab"),
        ("a\u{0B}b\u{0C}c", "a\nb\nc"),
        ("a\u{2028}b\u{2029}c", "a\nb\nc"), ("a\u{0}\u{8}\u{1B}\u{7F}b", "ab"), ("\u{F0B7} one\n\u{F0A7} two", "• one\n▪ two"),
        (
            "\u{F06E}\u{F06F}\u{F071}\u{F076}\u{F0A8}\u{F0D8}\u{F0FC}\u{F0FE}\u{F0FD}\u{F06C}\u{F075}\u{F0AB}\u{F02D}",
            "■□❑❖◻➢✓☑☒●◆★-"
        ),
        ("a \u{F0E0} b \u{F0DF} c \u{F0E8} d \u{F0F3} \u{F04A}\u{F04B}\u{F04C} \u{F028}", "a → b ← c ➔ d ⇔ ☺😐☹ ☎"),
        ("\u{F06D}\u{F070}\u{F0C5}\u{E000}\u{F8FF}", "\u{F06D}\u{F070}\u{F0C5}\u{E000}\u{F8FF}"),
        ("see\u{FFFC}", "see"), ("x\u{1C}\u{1D}\u{E}y", "xy"), ("é\u{1E}é\u{2}", "é-é"),
    ])
    func `T2: a control character in a message is replaced or dropped, and never refused`(raw: String, text: String) throws {
        let found = try LetterText(raw, limit: 100).text
        #expect(found.unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    // Each in a name and in a message. Kept where UTS #37 and UTS #51 give it a meaning, as it was typed; dropped elsewhere.
    @Test(arguments: [
        ("葛\u{E0100}城", "葛\u{E0100}城"), ("a\u{E0100}", "a"), ("葛\u{E0100}\u{E0101}", "葛\u{E0100}"), ("神\u{FE00}", "神\u{FE00}"),
        ("a\u{FE0F}b\u{FE00}", "ab"), ("☕\u{FE0F}\u{FE0F}", "☕\u{FE0F}"), ("❤\u{FE0E}", "❤\u{FE0E}"),
        ("1\u{FE0F}\u{20E3} #\u{FE0F}\u{20E3}", "1\u{FE0F}\u{20E3} #\u{FE0F}\u{20E3}"), ("0\u{FE00}", "0\u{FE00}"),
        ("≨\u{FE00}", "≨\u{FE00}"),
        (
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}!",
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}!"
        ),
        ("🏴\u{E0067}\u{E0062}", "🏴"), ("x\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", "x"), ("🏴\u{E007F}", "🏴"),
        ("🏴\u{E0049}\u{E0067}\u{E006E}\u{E007F}", "🏴"), ("a\u{E0001}b", "ab"),
        ("👩\u{200D}👩\u{200D}👧 🏳\u{FE0F}\u{200D}🌈 👩🏿\u{200D}🚀", "👩\u{200D}👩\u{200D}👧 🏳\u{FE0F}\u{200D}🌈 👩🏿\u{200D}🚀"),
        ("👩\u{200D}", "👩"), ("a\u{200D}b\u{200C}c", "abc"), ("ᠠ\u{180B} \u{180E}ᠠ", "ᠠ\u{180B} ᠠ"), ("ᠨ\u{180E}ᠠ", "ᠨ\u{180E}ᠠ"),
        ("a\u{180B}", "a"), ("\u{115F}\u{1161}", "\u{115F}\u{1161}"), ("x\u{1160}\u{3164}\u{FFA0}", "x"),
    ])
    func `T3: variation sequences, flags, families and keycaps stay, and their parts alone do not`(raw: String, text: String)
        throws
    {
        #expect(try HeaderText(raw, limit: 100).text.unicodeScalars.elementsEqual(text.unicodeScalars))
        #expect(try LetterText(raw, limit: 100).text.unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    // In a message → in a name, where no line is broken.
    @Test(arguments: [
        ("ខ្ញុំ\u{200B}ស្រលាញ់", "ខ្ញុំ\u{200B}ស្រលាញ់", "ខ្ញុំស្រលាញ់"), ("สวัสดี\u{200B}ครับ", "สวัสดี\u{200B}ครับ", "สวัสดีครับ"),
        ("ສະບາຍ\u{200B}ດີ", "ສະບາຍ\u{200B}ດີ", "ສະບາຍດີ"), ("မြန်မာ\u{200B}စာ", "မြန်မာ\u{200B}စာ", "မြန်မာစာ"),
        ("a\u{200B}b", "ab", "ab"), ("ก\u{200B}\u{200B}ข", "ก\u{200B}ข", "กข"), ("ก\u{200B} ข", "ก ข", "ก ข"),
        ("می\u{200C}خواهم", "می\u{200C}خواهم", "می\u{200C}خواهم"), ("ක්\u{200D}ර", "ක්\u{200D}ර", "ක්\u{200D}ර"),
        ("ন্\u{200C}ত ه\u{200D}", "ন্\u{200C}ত ه\u{200D}", "ন্\u{200C}ত ه\u{200D}"), ("ក\u{200C}ខ", "ក\u{200C}ខ", "ក\u{200C}ខ"),
        ("Auf\u{200C}lage", "Auflage", "Auflage"),
    ])
    func `T4: places to break a line stay in scripts without spaces, and joiners where letters join`(
        raw: String, message: String, name: String
    ) throws {
        #expect(try LetterText(raw, limit: 100).text.unicodeScalars.elementsEqual(message.unicodeScalars))
        #expect(try HeaderText(raw, limit: 100).text.unicodeScalars.elementsEqual(name.unicodeScalars))
    }

    // NFC would change the first, the third and the last.
    @Test(arguments: ["\u{FA19}", "é", "e\u{301}", "ﬁ ① Ａ ｶ", "\u{212B}"])
    func `Letters stay as they were typed`(raw: String) throws {
        #expect(try HeaderText(raw, limit: 100).text.unicodeScalars.elementsEqual(raw.unicodeScalars))
        #expect(try LetterText(raw, limit: 100).text.unicodeScalars.elementsEqual(raw.unicodeScalars))
    }

    // An earlier version kept what this one drops, and the vault's authorisation covers every byte of a name.
    @Test(arguments: [
        ("Pho\u{200D}tos", true), ("a\u{FE0F}", true), ("a\u{3164}", true), ("Example Photos", true), ("a\nb", false),
        ("a\u{0}", false),
        ("a\u{202E}b", false), ("a\u{2028}b", false), ("", false), (" ", false), (String(repeating: "x", count: 101), false),
    ])
    func `A stored name is taken as it is, or not at all`(text: String, isTaken: Bool) {
        let stored = HeaderText(stored: text, limit: 100)
        #expect(isTaken ? stored?.text.unicodeScalars.elementsEqual(text.unicodeScalars) == true : stored == nil)
    }

    /// What reorders, hides or piles up is removed; what scripts need stays.
    @Test(arguments: [
        ("  Vera   Visitor\t", "Vera Visitor"),
        ("invoice\u{202E}gpj.exe", "invoicegpj.exe"),
        ("\u{2066}x\u{2069}", "x"),
        ("zero\u{200B}width\u{FEFF}", "zerowidth"),
        ("soft\u{AD}hyphen", "softhyphen"),
        ("tag\u{E0041}\u{E007F}", "tag"), ("word\u{2060}joiner\u{34F}", "wordjoiner"), ("\u{202A}x\u{202C}", "x"),
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
        // What is dropped does not count.
        #expect(try HeaderText("\u{FEFF}" + String(repeating: "字", count: 50) + "\u{200B} \r\n", limit: 50).text.count == 50)
        #expect(try LetterText("ab\r\nc", limit: 4).text == "ab\nc")
    }

    @Test(arguments: [
        ("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\n\nb", "a\n\nb"), ("a\r\n\r\nb", "a\n\nb"), ("a\n\rb", "a\n\nb"),
        ("a\u{2028}b", "a\nb"), ("\ttabbed", "\ttabbed"), ("  two  spaces  ", "  two  spaces  "), (".\n.", ".\n."),
    ])
    func `A message's lines end in LF, whatever the browser sends`(raw: String, text: String) throws {
        #expect(try LetterText(raw, limit: 100).text == text)
    }

    // The vault reads what the relay sealed: whatever stands beside whatever.
    @Test func `Normalising a text a second time changes nothing, in 5,000 random texts of what depends on neighbours`() throws {
        let pool = Array(
            ("A1# \t\n\r\u{1E}\u{2}\u{85}\u{92}\u{A0}\u{AD}\u{301}\u{20E3}\u{600}ب\u{94D}कก\u{E31}ក\u{17D2}\u{200B}\u{200C}\u{200D}\u{200E}\u{202E}"
                + "\u{2028}❤\u{FE0F}\u{FE0E}\u{FE00}葛\u{E0100}🏴\u{E0067}\u{E0062}\u{E007F}👩🏽\u{115F}\u{1160}\u{1100}\u{1161}ᠠ\u{180B}\u{180E}\u{FEFF}\u{3164}"
                + "\u{3000}\u{F0B7}\u{F02D}\u{F04B}\u{F0FE}∩、\u{2800}\u{FFFE}").unicodeScalars)
        var random = Xorshift(state: 0x1234_5678_9ABC_DEF1)
        for _ in 0..<5_000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...12, using: &random) { scalars.append(pool.randomElement(using: &random) ?? "a") }
            if let once = try? LetterText(String(scalars), limit: 20).text {
                try #require(try LetterText(once, limit: 20).text.unicodeScalars.elementsEqual(once.unicodeScalars))
            }
            if let once = try? HeaderText(String(scalars), limit: 20).text {
                try #require(try HeaderText(once, limit: 20).text.unicodeScalars.elementsEqual(once.unicodeScalars))
            }
        }
    }
}

/// The same numbers in every run (Marsaglia 2003).
private struct Xorshift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
