import Foundation
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
            Sample(name: "first-letter-en") {
                try MailSamples.linked(MailSamples.letter(about: "photo 4711"), isFirst: true)
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
            Sample(name: "wave-notice-en") { try MailSamples.waveNotice(language: "en") },
        ] + ["de", "fr", "ar"].flatMap(samples(in:))

    private static func samples(in language: String) -> [Sample] {
        [
            Sample(name: "linked-hidden-\(language)") { try MailSamples.linked(MailSamples.letter(), language: language) },
            Sample(name: "first-letter-\(language)") {
                try MailSamples.linked(MailSamples.letter(), language: language, isFirst: true)
            },
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
            Sample(name: "wave-notice-\(language)") { try MailSamples.waveNotice(language: language) },
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

    /// The message between them may be long, and a quotation of it shorter.
    @Test(arguments: ["en", "de", "fr", "ar"], [true, false])
    func `Every link to act by stands before the message and after it, in both forms`(language: String, isHTML: Bool) throws {
        let letter = try MailSamples.letter()
        for delivery in try [
            MailSamples.linked(letter, language: language),
            MailSamples.reply(by: .visitor, to: letter, language: language, text: letter.text.text),
        ] {
            let view = MailView(source: try MailSamples.composer().compose(delivery).bytes)
            let text = try #require(isHTML ? view.html : view.plain)
            // Lists of mails show its beginning, which is in the HTML too.
            let message = try #require(text.range(of: "May I print it?", options: .backwards))
            for part in [text[..<message.lowerBound], text[message.upperBound...]] {
                for name in ["reply", "mute", "report", "pause"] {
                    #expect(part.contains("https://contact.example.org/\(name)/"), "\(name)")
                }
            }
        }
    }

    // Two lines of ours and no more: the relay, which says that it is the first, can put nothing else into a mail with it.
    @Test(arguments: ["en", "de", "fr", "ar"])
    func `The first letter says in both forms what it is and how to stop it; it is the same mail otherwise`(language: String)
        throws
    {
        let file = try Data(contentsOf: URL(filePath: "\(MailSamples.templates)/strings/\(language)/mail.json"))
        let texts = try #require(JSONDecoder().decode([String: [String: String]].self, from: file)["letter_mail"])
        let (first, stop) = (try #require(texts["first"]), try #require(texts["first_stop"]))
        let mails = try [true, false].map { isFirst in
            let letter = try MailSamples.linked(MailSamples.letter(), language: language, isFirst: isFirst)
            return MailView(source: try MailSamples.composer().compose(letter).bytes)
        }
        func words(_ text: String?) -> String {
            (text ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        let (told, other) = (mails[0], mails[1])
        for (form, otherForm) in [(told.plain, other.plain), (told.html, other.html)] {
            let parts = first.components(separatedBy: "{site}") + [stop]
            for part in parts { #expect(words(form).contains(words(part)) && !words(otherForm).contains(words(part))) }
        }
        #expect(told.fields.map(\.value) == other.fields.map(\.value))
        // They quote the buttons by their names.
        for button in ["pause", "mute"] { #expect(stop.contains(try #require(texts[button])), "\(button)") }
    }

    @Test func `A letter of before there were links says nothing of them`() throws {
        let letter = try MailSamples.letter()
        let linked = try MailSamples.linked(letter, isFirst: true)
        let mail = try MailSamples.composer().compose(
            OpenedDelivery(linked.job, to: linked.address, from: linked.mailFrom, content: .letter(letter)))
        #expect(MailView(source: mail.bytes).plain?.contains("first letter") == false)
    }

    /// Mail programs thread by it (V5).
    @Test(arguments: [nil, "Your photo"], [false, true])
    func `A subject never changes, whatever name and language the recipient takes meanwhile`(subject: String?, isCopy: Bool)
        throws
    {
        func topic(_ delivery: OpenedDelivery) throws -> String {
            let mail = MailView(source: try MailSamples.composer().compose(delivery).bytes)
            func value(_ name: String) throws -> String {
                try #require(mail.fields.first { $0.name.lowercased() == name }?.value)
            }
            let (topic, subject) = (try value("thread-topic"), try value("subject"))
            #expect(subject == topic || subject == "Re: \(topic)")
            return topic
        }
        let letter = try MailSamples.letter(subject: subject)
        var topics: [Party: Set<String>] = [.recipient: [try topic(MailSamples.linked(letter, language: "de", began: "de"))]]
        for author in Party.allCases {
            let side = isCopy ? author : author.other
            for (language, name) in [("de", "Pat Photographer"), ("en", "Patricia"), ("fr", "Pat")] {
                // The visitor's language is that of the page on which the letter was written, and stays.
                let reply = try MailSamples.reply(
                    by: author, to: letter, isCopy: isCopy, language: side == .visitor ? "en" : language, began: "de",
                    recipientName: name)
                topics[side, default: []].insert(try topic(reply))
            }
        }
        #expect(topics.count == 2 && topics.values.allSatisfy { $0.count == 1 }, "\(topics)")
    }

    @Test func `A link that is none is a fault of ours`() throws {
        let letter = try MailSamples.letter()
        let bad = MailConversation(
            letter: letter, root: Array(0...15), began: MailSamples.accepted, earlier: [],
            links: .recipient(
                reply: "https://x.example/\"", mute: "https://x.example/m", report: "https://x.example/r",
                pause: "https://x.example/p"))
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
