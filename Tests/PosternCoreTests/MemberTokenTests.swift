import PosternCore
import PosternTestSupport
import Testing

@Suite("What is mailed to a member, and what a site holds, is read as people write it or not at all")
struct MemberTokenTests {
    private let id = LetterID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
    private let code = (0..<16).map { UInt8($0 * 17) }

    @Test func `A mailed token comes back from its text, in capitals and with what a mail program added`() throws {
        let token = try #require(MailedToken(id, code: code))
        #expect(token.text.utf8.count == 52)
        for text in [token.text, token.text.uppercased(), token.text + ".", token.text + ">)", token.text + "\u{201D}"] {
            #expect(MailedToken(text: text) == token, "\(text)")
        }
        #expect(token.delivery == id)
        #expect(token.change.bytes == id.bytes)
        #expect("\(token)".contains(token.text) == false)
    }

    @Test func `No other text is a mailed token`() throws {
        let text = try #require(MailedToken(id, code: code)).text
        // Of each half the first character has three bits.
        let high = "z" + text.dropFirst()
        for other in ["", ".", String(text.dropLast()), text + "0", "\u{E9}" + text.dropFirst(), "u" + text.dropFirst(), high] {
            #expect(MailedToken(text: other) == nil, "\(other)")
        }
        #expect(MailedToken(id, code: Array(code.dropLast())) == nil)
    }

    @Test func `A site's credential comes back from its text alone`() throws {
        let token = try #require(SiteToken(SiteTokenID(high: id.high, low: id.low), code: code))
        #expect(token.text.hasPrefix("postern_") && token.text.utf8.count == 60)
        #expect(SiteToken(text: token.text) == token)
        for other in [
            "", token.text.uppercased(), token.text + " ", String(token.text.dropFirst(8)), "postern-" + token.text.dropFirst(8),
        ] {
            #expect(SiteToken(text: other) == nil, "\(other)")
        }
        #expect("\(token)".contains(token.text) == false)
        #expect(SiteToken(token.id, code: []) == nil)
    }

    // As people type them, and as telephones and other scripts write them.
    @Test(arguments: [
        ("060215", "060215"), (" 060 215 ", "060215"), ("060-215", "060215"), ("060.215", "060215"), ("060\u{2011}215", "060215"),
        ("060·215", "060215"), ("060\u{A0}215", "060215"), ("٠٦٠٢١٥", "060215"),
        ("０６０２１５", "060215"), ("\u{200E}060215\u{200F}", "060215"), ("60215", nil), ("0602155", nil), ("06021a", nil), ("", nil),
        ("½60215", nil), ("060215\u{1F600}", nil), ("ⅷ60215", nil), ("+60215", nil),
    ])
    func `Six digits are read in any script, and nothing else`(text: String, read: String?) {
        #expect(MailedCode(text: text)?.text == read)
    }

    @Test func `A code has six digits whatever it is made from, and its two groups stay on one line`() {
        for number in [0, 7, 999_999, 1_000_000, UInt64.max] {
            let code = MailedCode(number)
            #expect(code.text.utf8.count == 6)
            #expect(MailedCode(text: code.shown) == code)
            #expect(code.shown.contains(" ") == false)
        }
        #expect(MailedCode(60_215).text == "060215")
    }
}
