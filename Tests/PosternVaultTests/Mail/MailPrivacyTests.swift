import Foundation
import PosternCore
import PosternMail
import PosternVault
import Testing

@Suite struct MailPrivacyTests {
    // Names as browsers and people put them into the field: none gives the hidden address away, what else they say stays.
    @Test(arguments: [
        ("Vera Visitor", "Visitor \"Vera Visitor\""), ("vera.canary@visitor.example", "An unnamed visitor"),
        ("Vera <Vera.Canary@Visitor.Example>", "Visitor \"Vera\""),
        ("vera.canary@visitor.example (vera.canary@visitor.example)", "An unnamed visitor"),
        ("Vera, [vera.canary@visitor.example] Köln", "Visitor \"Vera, Köln\""),
        ("vera.canary\u{200F}@visitor.example", "An unnamed visitor"),
        ("…", "An unnamed visitor"), ("🦊", "Visitor \"🦊\""), ("4", "Visitor \"4\""),
    ])
    func `An address that is not shared is in no header and nowhere in the text`(name: String, shown: String) async throws {
        let letter = try MailSamples.letter(name: name, address: "vera.canary@visitor.example")
        let composed = try MailSamples.composer().compose(MailSamples.mail(letter))
        let read = try #require(try await ReadBack.read([composed]).first)
        #expect(read.from.name == "\(shown) via Example Photos")
        #expect(read.replyTo == nil)
        for part in [composed.text, read.plain, read.html, read.from.name, read.to.name, read.subject, composed.envelopeSender] {
            #expect(!part.lowercased().contains("canary"))
        }
        #expect(read.plain.replacing("\n", with: " ").contains("a reply reaches nobody"))
    }

    // A name with any of the three at signs, and what a client shows instead of an address.
    @Test(arguments: [
        ("security@bank.example", "security (at) bank.example"), ("＠bank", "(at) bank"), ("a﹫b", "a (at) b"),
        ("Vera @ home", "Vera (at) home"),
    ])
    func `No name of a sender looks like an address`(name: String, shown: String) throws {
        let composed = try MailSamples.composer().compose(MailSamples.mail(MailSamples.letter(name: name, shares: true)))
        #expect(composed.headers["from"] == #""Visitor \"\#(shown)\" via Example Photos" <contact@relay.example.org>"#)
        #expect(composed.headers["reply-to"] == #""Visitor \"\#(shown)\"" <vera@visitor.example>"#)
    }

    // A domain that is not ASCII stands in the letter as ASCII, and in the name as it was typed.
    @Test(arguments: [
        "canary@müller.example", "Canary＠Müller.example", "<canary@xn--mller-kva.example>", "“canary@müller.example”",
    ])
    func `A hidden address is left out of the name however it is written`(name: String) throws {
        let letter = try MailSamples.letter(name: name, address: "canary@müller.example")
        let composed = try MailSamples.composer().compose(MailSamples.mail(letter))
        let from = try #require(composed.headers["from"])
        #expect(from.contains("An unnamed visitor via Example Photos"), "\(from)")
        #expect(!composed.text.lowercased().contains("canary"))
    }

    @Test
    func `A shared address stands in Reply-To and in the text, and the recipient is told what an answer shows`() async throws {
        let composed = try MailSamples.composer().compose(
            MailSamples.mail(MailSamples.letter(address: "o'h?x=1&y@visitor.example", shares: true)))
        let read = try #require(try await ReadBack.read([composed]).first)
        #expect(read.replyTo == ReadBack.Mailbox(name: "Visitor \"Vera Visitor\"", address: "o'h?x=1&y@visitor.example"))
        #expect(
            read.plain.replacing("\n", with: " ").contains("shows your own")
                && read.plain.contains("\no'h?x=1&y@visitor.example\n"))
        #expect(Self.links(read.html) == ["mailto:o%27h%3Fx%3D1%26y@visitor.example", "https://photos.example"])
    }

    @Test func `A shared address that would make the whole mail SMTPUTF8 stands in the text alone`() async throws {
        let composed = try MailSamples.composer().compose(
            MailSamples.mail(MailSamples.letter(address: "véra@visitor.example", shares: true)))
        let read = try #require(try await ReadBack.read([composed]).first)
        #expect(read.replyTo == nil)
        #expect(
            read.plain.contains("\nvéra@visitor.example\n")
                && read.plain.replacing("\n", with: " ").contains("A reply to this message reaches"))
        #expect(Self.links(read.html) == ["mailto:v%C3%A9ra@visitor.example", "https://photos.example"])
    }

    @Test
    func `The HTML part loads nothing, runs nothing and links nowhere but to the site, or to the confirmation`() async throws {
        let composer = try MailSamples.composer()
        let confirmation = try MailSamples.confirmation(language: "en")
        let found = try await ReadBack.read([
            composer.compose(MailSamples.mail(MailSamples.letter())), composer.compose(confirmation),
        ])
        try #require(found.count == 2)
        #expect(Self.links(found[0].html) == ["https://photos.example"])
        #expect(Set(Self.links(found[1].html)) == [MailSamples.link, "https://photos.example"])
        for html in found.map(\.html) {
            for loader in [
                "src=", "url(", "<img", "<link", "<script", "<style", "@import", "<iframe", "<form", "srcset", "background=",
            ] {
                #expect(!html.contains(loader))
            }
        }
    }

    // Each value is markup to somebody; the last three turn `<` or `"` into another grapheme, which swift-mustache's own escaping
    // (2.1.1) lets through.
    @Test(arguments: [
        "<b>x</b>", "\"><a href=x>", "'><a href=x>", "{{{message}}}", "&lt;b>", "\u{0600}<b>", "<\u{0301}b>",
        "\"\u{0301} onmouseover=x \u{0600}\u{0600}'",
    ])
    func `Whatever a visitor types, the HTML keeps the elements it has without it`(_ text: String) async throws {
        let composer = try MailSamples.composer()
        let plain = try MailSamples.letter(name: "x", subject: "x", message: "x", about: "x")
        let hostile = try MailSamples.letter(name: "x\(text)", subject: text, message: text, about: text)
        let found = try await ReadBack.read([
            composer.compose(MailSamples.mail(plain)), composer.compose(MailSamples.mail(hostile)),
        ])
        try #require(found.count == 2)
        let counts = found.map { read in "<>\"'".utf8.map { mark in read.html.utf8.count { $0 == mark } } }
        #expect(counts[0] == counts[1])
    }

    private static func links(_ html: String) -> [String] {
        html.components(separatedBy: "href=\"").dropFirst().map {
            String($0.prefix { $0 != "\"" }).replacingOccurrences(of: "&amp;", with: "&")
        }
    }
}
