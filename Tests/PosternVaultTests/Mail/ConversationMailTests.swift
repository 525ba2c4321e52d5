import PosternCore
import PosternMail
import PosternVault
import Testing

@Suite("The mails of a conversation")
struct ConversationMailTests {
    typealias Sample = GoldenMailTests.Sample

    static let samples: [Sample] =
        [
            Sample(name: "linked-hidden-en") { try MailSamples.linked(MailSamples.letter(about: "photo 4711")) },
            Sample(name: "linked-shared-en") { try MailSamples.linked(MailSamples.letter(shares: true)) },
            Sample(name: "linked-in-text-en") {
                try MailSamples.linked(MailSamples.letter(address: "véra@visitor.example", shares: true))
            },
            Sample(name: "reply-to-recipient-en") { try MailSamples.reply(by: .visitor, to: MailSamples.letter()) },
            Sample(name: "reply-to-recipient-shared-en") {
                try MailSamples.reply(by: .visitor, to: MailSamples.letter(subject: nil, shares: true))
            },
            Sample(name: "reply-to-visitor-en") { try MailSamples.reply(by: .recipient, to: MailSamples.letter()) },
            Sample(name: "reply-to-unnamed-visitor-en") {
                try MailSamples.reply(by: .recipient, to: MailSamples.letter(name: "…", subject: nil))
            },
            Sample(name: "copy-to-recipient-en") {
                try MailSamples.reply(by: .recipient, to: MailSamples.letter(), isCopy: true)
            },
            Sample(name: "copy-to-visitor-en") { try MailSamples.reply(by: .visitor, to: MailSamples.letter(), isCopy: true) },
            Sample(name: "pause-notice-en") { try MailSamples.pauseNotice(language: "en") },
        ] + ["de", "fr", "ar"].flatMap(samples(in:))

    private static func samples(in language: String) -> [Sample] {
        [
            Sample(name: "linked-hidden-\(language)") { try MailSamples.linked(MailSamples.letter(), language: language) },
            Sample(name: "linked-shared-\(language)") {
                try MailSamples.linked(MailSamples.letter(shares: true), language: language)
            },
            Sample(name: "reply-to-recipient-\(language)") {
                try MailSamples.reply(by: .visitor, to: MailSamples.letter(), language: language)
            },
            Sample(name: "reply-to-visitor-\(language)") {
                try MailSamples.reply(by: .recipient, to: MailSamples.letter(subject: nil), language: language)
            },
            Sample(name: "copy-to-recipient-\(language)") {
                try MailSamples.reply(by: .recipient, to: MailSamples.letter(), isCopy: true, language: language)
            },
            Sample(name: "copy-to-visitor-\(language)") {
                try MailSamples.reply(by: .visitor, to: MailSamples.letter(), isCopy: true, language: language)
            },
            Sample(name: "pause-notice-\(language)") { try MailSamples.pauseNotice(language: language) },
        ]
    }

    @Test(arguments: samples)
    func `A mail of a conversation is, byte for byte, the one that was looked at`(_ sample: Sample) throws {
        try GoldenFile.check(try MailSamples.composer().compose(try sample.make()), is: sample.name)
    }

    /// Gmail cuts a mail off at 102 KB, and the links at its end with it.
    @Test(arguments: [("a", true), ("&", false)])
    func `HTML that a mail program would cut off is left out`(letter: String, hasHTML: Bool) throws {
        let text = String(repeating: letter, count: Letter.Limit.message)
        for delivery in try [
            MailSamples.linked(MailSamples.letter(message: text)),
            MailSamples.reply(by: .recipient, to: MailSamples.letter(), text: text),
        ] {
            let view = MailView(source: try MailSamples.composer().compose(delivery).bytes)
            #expect((view.html != nil) == hasHTML && view.defects.isEmpty)
            #expect((view.html ?? "").utf8.count <= 90 * 1_024)
            let plain = try #require(view.plain)
            #expect(plain.contains("https://contact.example.org/"))
        }
    }

    @Test func `A link that is none is a fault of ours`() throws {
        let letter = try MailSamples.letter()
        let bad = MailConversation(
            letter: letter, root: Array(0...15), began: MailSamples.accepted, earlier: [],
            links: .recipient(reply: "https://x.example/\"", mute: "https://x.example/m", pause: "https://x.example/p"))
        let delivery = try MailSamples.mail(letter)
        #expect(throws: ComposeFault.link) {
            try MailSamples.composer().compose(
                OpenedDelivery(delivery.job, to: delivery.address, from: delivery.mailFrom, content: .letter(letter, bad)))
        }
    }

    /// Of a name the visitor's mail has what a recipient would see of it too: not the address in it, and no at sign.
    @Test func `A visitor is written to by the name that may be shown`() throws {
        let mail = try MailSamples.composer().compose(
            MailSamples.reply(by: .recipient, to: MailSamples.letter(name: "Vera <vera@visitor.example>")))
        #expect(mail.headers["to"] == "\"Vera\" <vera@visitor.example>")
        #expect(mail.headers["from"] == "\"Pat Photographer via Example Photos\" <contact@relay.example.org>")
    }
}
