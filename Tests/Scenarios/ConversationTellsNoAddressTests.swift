import Foundation
import PosternMail
import PosternTestSupport
import Testing

@Suite("In a conversation neither side learns the other's address", .timeLimit(.minutes(40)))
struct ConversationTellsNoAddressTests {
    private static let recipient = "pat.photographer@private-mailbox.example"
    private static let visitor = "vera.visitor@elsewhere-mailbox.example"
    /// Letters each way.
    private static let letters = 20

    @Test
    func
        `Twenty letters each way through SMTP: in no byte of a mail, page, header or link, in any encoding (V1), and one thread on each side (V5)`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_WITHDRAWAL": "off"])
        try await postern.addRecipient("pat", Self.recipient)
        try await postern.start()
        let both = Correspondence(postern, server, recipient: Self.recipient, visitor: Self.visitor)

        // The visitor writes with the form, and keeps the link of the page after it.
        _ = try await both.show("/c/photos/pat", to: Self.visitor)
        let posted = try await both.press(
            "/c/photos/pat",
            ["name": "Vera Visitor", "email": Self.visitor, "subject": "Your photo 4711", "message": "May I print it?"],
            as: Self.visitor)
        #expect(posted.status == 303)
        let sent = try await both.show(try #require(posted.header("Location")), to: Self.visitor)
        let kept = try #require(sent.text.firstMatch(of: /\/letter\/[0-9a-z]{36}/).map { String($0.output) }, "\(sent.text)")
        #expect(try await both.show(kept, to: Self.visitor).status == 200)

        let first = try #require(try await both.mails(to: Self.recipient, count: 1).first)
        var reply = try both.link("reply", in: first)
        for number in 1...Self.letters {
            try await both.answer(reply, "Answer \(number): of course, in any size you like.", as: Self.recipient)
            // The answer, and the copies that the visitor got of letters of their own.
            let answers = try await both.mails(to: Self.visitor, count: number * 2 - 1)
            let letter = try both.link("letter", in: try #require(answers.last { !$0.text.contains("Letter \(number - 1):") }))
            try await both.answer(letter, "Letter \(number): thank you, and one more question.", as: Self.visitor)
            try await both.mails(to: Self.visitor, count: number * 2)
            let mails = try await both.mails(to: Self.recipient, count: number * 2 + 1)
            reply = try both.link("reply", in: try #require(mails.last { $0.text.contains("Letter \(number):") }))
        }
        #expect(both.mails(to: Self.recipient).count == Self.letters * 2 + 1)
        #expect(both.mails(to: Self.visitor).count == Self.letters * 2)

        for (reader, other) in [(Self.recipient, Self.visitor), (Self.visitor, Self.recipient)] {
            let canaries = Canaries([other, String(other.prefix { $0 != "@" }), String(other.drop { $0 != "@" }.dropFirst())])
            for data in both.everything(of: reader) {
                let hits = canaries.hits(in: data)
                #expect(hits.isEmpty, "\(hits) in what \(reader) got: \(String(decoding: data.prefix(3_000), as: UTF8.self))")
            }
            // The search finds what is there.
            #expect(both.everything(of: other).contains { !canaries.hits(in: $0).isEmpty })
            let threads = Threading(both.mails(to: reader).map(\.octets))
            #expect(threads.byReferences.count == 1, "\(threads.byReferences)")
            #expect(threads.bySubject.count == 1, "\(threads.bySubject)")
            #expect(threads.byThreadIndex.count == 1)
        }
        // Neither side's headers say anything of the other's mails.
        let identifiers = [Self.recipient, Self.visitor].map { Set(Threading(both.mails(to: $0).map(\.octets)).identifiers) }
        #expect(identifiers[0].isDisjoint(with: identifiers[1]))
        #expect(try await postern.isBalanced())
        try await postern.stop()
        #expect(!postern.log.contains(Self.recipient) && !postern.log.contains(Self.visitor))
        #expect(!postern.log.contains(String(kept.dropFirst("/letter/".count))), "no log has a link")
        await server.stop()
    }

    @Test func `Two visitors with one subject are two threads for the recipient (V5)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_WITHDRAWAL": "off"])
        try await postern.addRecipient("pat", Self.recipient)
        try await postern.start()
        let visitors = ["one@first.example", "two@second.example"]
        for visitor in visitors {
            #expect(
                try await postern.post(["email": visitor, "subject": "Your photo", "message": "From \(visitor.prefix(3))."])
                    .status == 202)
        }
        try await server.received(count: 2)
        let one = Correspondence(postern, server, recipient: Self.recipient, visitor: visitors[0])
        for mail in one.mails(to: Self.recipient) {
            try await one.answer(try one.link("reply", in: mail), "Thank you.", as: Self.recipient)
        }
        // Two letters and two copies; an answer to each visitor.
        let mails = try await one.mails(to: Self.recipient, count: 4)
        for visitor in visitors { #expect(try await one.mails(to: visitor, count: 1).count == 1) }
        let threads = Threading(mails.map(\.octets))
        #expect(threads.byReferences.count == 2, "\(threads.byReferences)")
        #expect(threads.byThreadIndex.count == 2)
        try await postern.stop()
        await server.stop()
    }
}

extension ServerMessage {
    /// The decoded text part.
    fileprivate var text: String { MailView(source: octets).plain ?? "" }
}
