import Foundation
import PosternCore
import PosternMail
import Testing

@Suite("All mails of a conversation to one side are one thread")
struct MailThreadTests {
    private static let root: [UInt8] = Array(0x10...0x1F)
    private static let began = Timestamp(seconds: 1_795_514_709)

    private static func thread(_ earlier: [String] = [], topic: String = "Your photo", isAnswer: Bool = true) -> MailThread {
        MailThread(root: root, began: began, earlier: earlier, topic: topic, isAnswer: isAnswer)
    }

    /// RFC 5322 §3.6.4: References has the parent's References and the parent, In-Reply-To the parent.
    @Test(
        arguments: [
            ([], ["root"], nil), (["m1"], ["root", "m1"], "m1"), (["m1", "m2", "m3"], ["root", "m1", "m2", "m3"], "m3"),
        ] as [([String], [String], String?)])
    func `A mail refers to the root and to all before it, and answers the last`(
        earlier: [String], references: [String], parent: String?
    ) {
        let root = Identifier<Int>(bytes: Self.root)?.description ?? ""
        let thread = Self.thread(earlier)
        #expect(
            thread.references(at: "relay.example.org") == references.map { "<\($0 == "root" ? root : $0)@relay.example.org>" })
        #expect(thread.inReplyTo(at: "relay.example.org") == parent.map { "<\($0)@relay.example.org>" })
    }

    /// RFC 5256 §2.1 takes `Re: ` off, and what is left must not change.
    @Test(arguments: [
        ("Your photo", false, "Your photo"), ("Your photo", true, "Re: Your photo"), ("Re: Your photo", true, "Re: Your photo"),
        ("RE: x", true, "RE: x"), ("Regards", true, "Re: Regards"), ("سؤال", true, "Re: سؤال"),
    ])
    func `The subject is the first one, after one Re`(topic: String, isAnswer: Bool, subject: String) {
        #expect(Self.thread(topic: topic, isAnswer: isAnswer).subject == subject)
    }

    /// [MS-OXOMSG] §2.2.1.3: 2026-11-24T10:05:09Z is the FILETIME 0x01DD5BD8C5E75080, of which six bytes stay.
    @Test func `Outlook's index begins with the time and the root, and each mail's goes on where the last one's ended`() {
        let fileTime = (UInt64(1_795_514_709) + 11_644_473_600) * 10_000_000
        let head = (0..<6).map { UInt8(truncatingIfNeeded: fileTime >> UInt64(56 - $0 * 8)) }
        #expect(head.first == 1)
        let first = Self.thread().index
        #expect(first == head + Self.root && first.count == 22)
        var last = first
        var earlier: [String] = []
        for number in 1...5 {
            earlier.append("m\(number)")
            let index = Self.thread(earlier).index
            #expect(index.count == 22 + 5 * number && index.starts(with: last))
            // The delta code is 0, and time goes on.
            #expect(index.suffix(5) == [0, 0, 0, UInt8(number), 0])
            last = index
        }
    }

    private static func mail(_ thread: MailThread?, html: String? = "<p>x</p>", unsubscribe: String? = nil) throws
        -> OutgoingMessage
    {
        try OutgoingMessage(
            from: .init(name: "Site", address: try EmailAddress("contact@relay.example.org")),
            to: .init(name: "", address: try EmailAddress("pat@mailbox.example")), replyTo: nil,
            subject: thread?.subject ?? "x", languageTag: "en", tokens: MailTokens(messageID: "m9", envelope: "e1"),
            date: began, plain: "plain ü", html: html, thread: thread, unsubscribe: unsubscribe)
    }

    @Test func `A mail has all of it in its header, folded where that is allowed`() throws {
        let earlier = (10..<40).map { "0000000000tv5x1k8m2q7d4b\($0)" }
        let thread = Self.thread(earlier, topic: "Grüße")
        let mail = try Self.mail(thread)
        let view = MailView(source: mail.bytes)
        #expect(view.defects.isEmpty)
        let fields = Dictionary(view.fields.map { ($0.name, $0.value) }) { first, _ in first }
        #expect(fields["References"] == thread.references(at: "relay.example.org").joined(separator: " "))
        #expect(fields["In-Reply-To"] == "<\(earlier[29])@relay.example.org>")
        #expect(fields["Thread-Topic"] == "Grüße" && view.subject == "Re: Grüße")
        #expect(fields["Thread-Index"] == Data(thread.index).base64EncodedString())
        #expect(fields["To"] == "<pat@mailbox.example>")
        let head = String(decoding: mail.bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n")[0]
        #expect(head.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 998 })
    }

    @Test func `Without HTML a mail is one part of plain text`() throws {
        let mail = try Self.mail(nil, html: nil)
        let view = MailView(source: mail.bytes)
        #expect(view.plain?.contains("plain ü") == true && view.html == nil && view.defects.isEmpty)
        #expect(view.fields.contains { $0.name == "Content-Type" && $0.value == "text/plain; charset=utf-8" })
    }

    /// RFC 8058 §3.1.
    @Test func `Mail programs stop it with one press`() throws {
        let link = "https://contact.example.org/pause/x"
        let view = MailView(source: try Self.mail(nil, unsubscribe: link).bytes)
        #expect(view.fields.contains { $0.name == "List-Unsubscribe" && $0.value == "<\(link)>" })
        #expect(view.fields.contains { $0.name == "List-Unsubscribe-Post" && $0.value == "List-Unsubscribe=One-Click" })
    }

    @Test func `A Message-ID that is none of ours is not referred to`() {
        #expect(throws: ComposeFault.token) { try Self.mail(Self.thread(["x> y"])) }
    }
}
