import Foundation
import PosternCore
import PosternMail
import PosternVault
import Testing

@Suite struct MailFormTests {
    @Test func `Composing twice gives the same bytes`() throws {
        let mail = try MailSamples.mail(MailSamples.letter(name: "訪問者", about: "photo 4711", shares: true))
        let first = try MailSamples.composer().compose(mail)
        #expect(try MailSamples.composer().compose(mail) == first)
        #expect(
            try MailSamples.composer().compose(MailSamples.confirmation(language: "de"))
                == MailSamples.composer().compose(MailSamples.confirmation(language: "de")))
    }

    @Test func `The headers are these, in this order, and no others`() throws {
        let composed = try MailSamples.composer().compose(MailSamples.mail(MailSamples.letter(shares: true)))
        let head = composed.text.components(separatedBy: "\r\n\r\n")[0]
        let names = head.components(separatedBy: "\r\n").filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "Date", "From", "To", "Reply-To", "Subject", "Message-ID", "Content-Language", "Auto-Submitted",
                "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
            ])
        #expect(composed.headers["date"] == "Tue, 24 Nov 2026 10:05:09 +0000")
        #expect(composed.headers["from"] == #""Visitor \"Vera Visitor\" via Example Photos" <contact@relay.example.org>"#)
        #expect(composed.headers["to"] == "\"Pat Photographer\" <pat@mailbox.example>")
        #expect(composed.headers["reply-to"] == #""Visitor \"Vera Visitor\"" <vera@visitor.example>"#)
        #expect(composed.headers["message-id"] == "<0000000000tv5x1k8m2q7d4b9s@relay.example.org>")
        #expect(composed.headers["auto-submitted"] == "auto-generated")
        #expect(composed.envelopeSender == "0000000000zr3n6c1h5w8j2f4p@relay.example.org")
        #expect(!composed.needsSMTPUTF8)
    }

    // One language asked for, the one that is written: the very one, else its primary subtag, else English.
    @Test(arguments: [("en", "en"), ("de", "de"), ("de-at", "de"), ("fr-ca", "fr"), ("ar", "ar"), ("ja", "en"), ("pt-br", "en")])
    func `The recipient's language is taken as near as there is one`(asked: String, written: String) throws {
        let composed = try MailSamples.composer().compose(MailSamples.mail(MailSamples.letter(), language: asked))
        #expect(composed.headers["content-language"] == written)
    }

    // Where UTF-8 stands, what becomes of Reply-To and whether the server must offer SMTPUTF8.
    @Test(arguments: [
        ("pat@mailbox.example", "véra@visitor.example", true, false, false),
        ("jörg@mailbox.example", "véra@visitor.example", true, true, true),
        ("jörg@mailbox.example", "vera@visitor.example", false, false, true),
        ("pat@mailbox.example", "véra@visitor.example", false, false, false),
        ("pat@mailbox.example", "vera@bücher.example", true, true, false),
    ])
    func `SMTPUTF8 is needed for the recipient's or our address, never for the visitor's`(
        recipient: String, visitor: String, shares: Bool, hasReplyTo: Bool, isNeeded: Bool
    ) throws {
        let letter = try MailSamples.letter(address: visitor, shares: shares)
        let composed = try MailSamples.composer().compose(MailSamples.mail(letter, recipient: recipient))
        #expect(composed.needsSMTPUTF8 == isNeeded)
        #expect((composed.headers["reply-to"] != nil) == hasReplyTo)
        #expect(composed.bytes.allSatisfy { $0 < 0x80 } == !isNeeded)
    }

    // Longest addresses of RFC 5321: kept whole, since folding inside an address is often misread, and after their field if nothing
    // stands before them there.
    @Test func `Only an address that is itself longer makes a header line longer than 78`() throws {
        let domain = [
            String(repeating: "a", count: 60), String(repeating: "b", count: 60), String(repeating: "c", count: 50), "example",
        ]
        .joined(separator: ".")
        let address = String(repeating: "l", count: 64) + "@" + domain
        let composed = try MailSamples.composer().compose(
            MailSamples.mail(MailSamples.letter(), recipient: address, from: address))
        let long = composed.text.components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n").filter {
            $0.utf8.count > 78
        }
        #expect(long == [" <\(address)>", " <\(address)>", "Message-ID: <\(MailSamples.tokens.messageID)@\(domain)>"])
    }

    @Test(arguments: ["", "a b", "a\"b", "a@b", "a>b", "a\r\nb", String(repeating: "a", count: 41)])
    func `A token that is more than letters and digits is refused`(_ text: String) throws {
        let composer = try MailSamples.composer()
        let letter = try MailSamples.letter()
        for tokens in [MailTokens(messageID: text, envelope: "ok"), MailTokens(messageID: "ok", envelope: text)] {
            #expect(throws: ComposeFault.token) { try composer.compose(MailSamples.mail(letter, tokens: tokens)) }
        }
    }

    @Test(arguments: [
        "", "https://", "ftp://x.example/", "javascript:alert(1)", "https://x.example/a b", "https://x.example/\"",
        "https://x.example/ü", "https://x.example/\r\n",
    ])
    func `A confirmation link is an absolute URL or no mail is made`(_ link: String) throws {
        let composer = try MailSamples.composer()
        #expect(throws: ComposeFault.link) { try composer.compose(MailSamples.confirmation(language: "en", link: link)) }
    }
}
