import PosternCore
import PosternMail
import PosternTestSupport
import Testing

@Suite("A mail is written so that it reads as it was meant")
struct MailWritingTests {
    // Values no type of ours lets through. The writer refuses them all the same.
    @Test(arguments: ["a\r\nBcc: x@evil.example", "a\nb", "a\rb", "a\0b", "a\u{7F}b", "ü\r\n\r\nbody"])
    func `The header writer refuses every control character`(_ text: String) throws {
        let address = try EmailAddress("pat@mailbox.example")
        var writer = HeaderWriter()
        #expect(throws: ComposeFault.controlCharacter(header: "Subject")) { try writer.write("Subject", text: text) }
        #expect(throws: ComposeFault.controlCharacter(header: "From")) {
            try writer.write("From", phrase: text, address: address)
        }
        #expect(throws: ComposeFault.controlCharacter(header: "X")) { try writer.write("X", pieces: ["ok", text]) }
        #expect(writer.text == "")
    }

    private static func mail(subject: String, plain: String, html: String) throws -> OutgoingMessage {
        try OutgoingMessage(
            from: .init(name: "Site", address: try EmailAddress("contact@relay.example.org")),
            to: .init(name: "Pat", address: try EmailAddress("pat@mailbox.example")), replyTo: nil, subject: subject,
            languageTag: "en", tokens: MailTokens(messageID: "m1", envelope: "e1"), date: Timestamp(seconds: 1_795_514_709),
            plain: plain, html: html)
    }

    private static let pieces = [
        "a", "B", "word ", " ", "=", "=?", "?=", "_", ".", "From ", "--=_m1--", "\n", "\n.", "\t", "ä", "ß", "€", "سلمى", "橋",
        "👩‍👩‍👧‍👦",
        "e\u{301}\u{302}",
    ]

    @Test(arguments: 0..<200)
    func `Our own reader reads what our writer wrote, without a defect`(seed: UInt64) throws {
        var randomness = SeededRandomness(seed: seed)
        func text(_ count: Int, of pieces: [String]) -> String {
            (0..<Int.random(in: 0...count, using: &randomness)).map { _ in pieces.randomElement(using: &randomness) ?? "" }
                .joined()
        }
        // A subject is trimmed and has single spaces before it gets here.
        let words = text(60, of: Self.pieces.filter { !$0.contains("\n") && $0 != "\t" })
        let subject = "s" + words.split(separator: " ").joined(separator: " ") + "s"
        let (plain, html) = (text(400, of: Self.pieces) + "x", text(400, of: Self.pieces) + "y")
        let mail = try Self.mail(subject: subject, plain: plain, html: html)
        let view = MailView(source: mail.bytes)
        #expect(view.defects.isEmpty && view.fault == nil)
        #expect(view.subject?.utf8.elementsEqual(subject.utf8) == true)
        #expect(view.plain?.utf8.elementsEqual(plain.crlf.utf8) == true)
        #expect(view.html?.utf8.elementsEqual(html.crlf.utf8) == true)
        #expect(!mail.needsSMTPUTF8 && mail.envelopeSender == "e1@relay.example.org")
    }

    @Test func `Whatever line ends a text has, a mail has CRLF`() throws {
        let mail = try Self.mail(subject: "s", plain: "a\r\nb\rc\nd", html: "x\r\ny")
        let view = MailView(source: mail.bytes)
        #expect(view.plain == "a\r\nb\r\nc\r\nd")
        #expect(view.html == "x\r\ny")
        #expect(view.defects.isEmpty)
    }
}
