import Foundation
import PosternMail
import PosternTestSupport
import Testing

@Suite("Who answers, mutes, pauses, closes or takes back decides it alone, and can undo it", .timeLimit(.minutes(40)))
struct MembersDecideTests {
    private static let recipient = "pat@private.example"
    private static let visitor = "vera@visitor.example"

    private struct Running {
        let server: ScriptedSMTPServer
        let postern: Installation
        let both: Correspondence

        init(_ settings: [String: String] = ["POSTERN_WITHDRAWAL": "off"]) async throws {
            server = try await ScriptedSMTPServer.start()
            postern = try await Installation(smtpPort: server.port, settings: settings)
            try await postern.addRecipient("pat", MembersDecideTests.recipient)
            try await postern.start()
            both = Correspondence(postern, server, recipient: MembersDecideTests.recipient, visitor: MembersDecideTests.visitor)
        }

        /// Posts a letter of the visitor's.
        /// - Returns: the visitor's link, and the letter's mail.
        func letter(_ subject: String) async throws -> (page: String, mail: ServerMessage) {
            let answer = try await postern.post(["email": both.visitor, "subject": subject])
            #expect(answer.status == 202)
            let page = try #require(answer.page)
            try await eventually("“\(subject)” arrives", within: .seconds(60)) {
                both.mails(to: both.recipient).contains { $0.header("Subject") == subject }
            }
            return (page, try #require(both.mails(to: both.recipient).first { $0.header("Subject") == subject }))
        }

        func stop() async throws {
            #expect(try await postern.isBalanced())
            try await postern.stop()
            await server.stop()
        }
    }

    @Test func `A muted visitor sees what everybody sees, and no letter of theirs comes until it is undone (V4)`() async throws {
        let running = try await Running()
        let (both, postern) = (running.both, running.postern)
        let (_, mail) = try await running.letter("First")
        let mute = try both.link("mute", in: mail)
        for _ in 1...2 {
            // Twice shows the same.
            #expect(try await both.press(mute, ["action": "mute"], as: both.recipient).status < 400)
        }
        #expect(try await both.show(mute, to: both.recipient).text.contains("value=\"unmute\""))

        let muted = try await postern.post(["email": both.visitor.uppercased(), "subject": "Second"])
        let other = try await postern.post(["email": "otto@visitor.example", "subject": "Second"])
        #expect(muted.status == 202 && muted.shape == other.shape)
        try await eventually("the other's letter arrives") { both.mails(to: both.recipient).count == 2 }
        try await eventually("the muted one's is held") { try await postern.counts()["held"] == 1 }
        // The pages of the two, byte for byte but for the times that they were posted at.
        let pages = [try await postern.get(try #require(muted.page)), try await postern.get(try #require(other.page))]
        #expect(pages.allSatisfy { $0.status == 200 })
        try await eventually("both pages say delivered") {
            let texts = try await [postern.get(try #require(muted.page)).untimed, postern.get(try #require(other.page)).untimed]
            return texts[0] == texts[1] && texts[0].contains("delivered")
        }

        #expect(try await both.press(mute, ["action": "unmute"], as: both.recipient).status < 400)
        _ = try await running.letter("Third")
        #expect(both.mails(to: both.recipient).count == 3, "what was held stays held")
        try await running.stop()
    }

    @Test func `Over a muted connection nobody's letter comes, and it looks delivered to them, until it is undone (V4)`()
        async throws
    {
        let running = try await Running()
        let (both, postern) = (running.both, running.postern)
        let (_, mail) = try await running.letter("First")
        let mute = try both.link("mute", in: mail)
        for action in ["mute", "mute-connection", "mute-connection"] {
            #expect(try await both.press(mute, ["action": action], as: both.recipient).status < 400)
        }
        #expect(try await both.show(mute, to: both.recipient).text.contains("value=\"unmute-connection\""))
        let other = try await postern.post(["email": "otto@visitor.example", "subject": "Second"])
        #expect(other.status == 202)
        try await eventually("it is held") { try await postern.counts()["held"] == 1 }
        let page = try #require(other.page)
        try await eventually("its page says delivered") { try await postern.get(page).text.contains("delivered") }
        #expect(both.mails(to: both.recipient).count == 1)
        #expect(try await both.press(mute, ["action": "unmute"], as: both.recipient).status < 400)
        _ = try await running.letter("Third")
        #expect(both.mails(to: both.recipient).count == 2, "what was held stays held")
        try await running.stop()
    }

    @Test func `The first letter says what it is and how to stop it, and the next one does not`() async throws {
        let running = try await Running()
        let both = running.both
        for (subject, isFirst) in [("First", true), ("Second", false)] {
            let view = MailView(source: try await running.letter(subject).mail.octets)
            for text in [view.plain, view.html] {
                #expect(try #require(text).contains("This is your first letter through") == isFirst, "\(subject)")
            }
            // Until its outcome is written, the next one would be the first as well.
            try await running.postern.drained(within: .seconds(60))
        }
        // Each recipient has a first one.
        try await running.postern.addRecipient("sam", "sam@private.example")
        #expect(try await running.postern.post(["email": both.visitor], to: "sam").status == 202)
        let mail = try #require(try await both.mails(to: "sam@private.example", count: 1).first)
        #expect(MailView(source: mail.octets).plain?.contains("This is your first letter through") == true)
        try await running.stop()
    }

    @Test
    func `One click in the mail program pauses all letters (RFC 8058), a mail says so, and its link lets them in again`()
        async throws
    {
        let running = try await Running()
        let (both, postern) = (running.both, running.postern)
        let (_, mail) = try await running.letter("First")
        let field = try #require(mail.unfolded("List-Unsubscribe"))
        #expect(mail.unfolded("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click")
        let link = try both.link("pause", in: mail)
        #expect(field == "<http://127.0.0.1:\(postern.port)\(link)>")
        #expect(try await both.press(link, ["List-Unsubscribe": "One-Click"], as: both.recipient).status == 200)
        #expect(try await postern.post(["email": both.visitor]).status == 403)
        let notice = try #require(try await both.mails(to: both.recipient, count: 2).last)
        let back = try both.link("pause", in: notice)
        #expect(try await both.press(back, ["action": "resume"], as: both.recipient).status < 400)
        _ = try await running.letter("Again")
        try await running.stop()
    }

    @Test func `An answer can be taken back for a minute, and then nobody gets it or its copy`() async throws {
        let running = try await Running([:])
        let (both, postern) = (running.both, running.postern)
        let (page, mail) = try await running.letter("First")
        let link = try both.link("reply", in: mail)
        try await both.answer(link, "I take this back.", as: both.recipient)
        let shown = try await both.show(link, to: both.recipient)
        #expect(shown.text.contains("value=\"withdraw\""))
        let back = try await both.press(link, ["action": "withdraw", "number": "1"], as: both.recipient)
        #expect(back.status == 303)
        #expect(try await both.show(link, to: both.recipient).text.contains("value=\"withdraw\"") == false)
        let counts = try await postern.counts()
        #expect(counts["dropped"] == 2 && counts["ready"] == 0, "\(counts)")
        #expect(try await both.show(page, to: both.visitor).status == 200)
        #expect(both.mails(to: both.visitor).isEmpty)
        try await running.stop()
    }

    @Test func `Either side ends the conversation, the other's text is given back to be copied, and who ended it lets it go on`()
        async throws
    {
        let running = try await Running()
        let both = running.both
        let (_, mail) = try await running.letter("First")
        let link = try both.link("reply", in: mail)
        try await both.answer(link, "Thank you.", as: both.recipient)
        let answer = try #require(try await both.mails(to: both.visitor, count: 1).first)
        let page = try both.link("letter", in: answer)
        #expect(try await both.press(link, ["action": "close"], as: both.recipient).status == 303)
        let ended = try await both.press(page, ["action": "reply", "message": "One more <question>."], as: both.visitor)
        #expect((400..<500).contains(ended.status))
        #expect(ended.text.contains("One more &lt;question&gt;."))
        // The other cannot open it again.
        _ = try await both.press(page, ["action": "reopen"], as: both.visitor)
        #expect(try await both.press(page, ["action": "reply", "message": "Hello?"], as: both.visitor).status >= 400)
        #expect(try await both.press(link, ["action": "reopen"], as: both.recipient).status == 303)
        try await both.answer(page, "Then here is my question.", as: both.visitor)
        try await both.mails(to: both.recipient, count: 3)
        try await running.stop()
    }

    @Test func `What an answer may tell is shown and asked first, the hidden address of its author above all`() async throws {
        let running = try await Running()
        let both = running.both
        let (_, mail) = try await running.letter("First")
        let link = try both.link("reply", in: mail)
        let text = "Write to PAT (at) private . example or call +49 170 1234567."
        let asked = try await both.press(link, ["action": "reply", "message": text], as: both.recipient)
        #expect(asked.status == 422)
        #expect(asked.text.contains(text) && asked.text.contains("+49 170 1234567") && asked.sure != nil)
        // What its author adds meanwhile was not asked about.
        let more = ["action": "reply", "message": text + " Or pat@studio.example.", "sure": asked.sure ?? ""]
        let again = try await both.press(link, more, as: both.recipient)
        #expect(again.status == 422 && again.text.contains("pat@studio.example"))
        #expect(both.mails(to: both.visitor).isEmpty)
        let sent = try await both.press(
            link, ["action": "reply", "message": text, "sure": asked.sure ?? ""], as: both.recipient)
        #expect(sent.status == 303)
        let answer = try #require(try await both.mails(to: both.visitor, count: 1).first)
        #expect(MailView(source: answer.octets).plain?.contains("+49 170 1234567") == true, "it is sent as it was written")
        try await running.stop()
    }

    @Test func `An address that has shown nothing gets three mails a day, and an answer by a mailed link shows enough (V3)`()
        async throws
    {
        let running = try await Running()
        let (both, postern) = (running.both, running.postern)
        let (page, mail) = try await running.letter("First")
        let link = try both.link("reply", in: mail)
        for number in 1...5 { try await both.answer(link, "Answer \(number).", as: both.recipient) }
        try await both.mails(to: both.visitor, count: 3)
        try await eventually("two wait for the budget") {
            let counts = try await postern.counts()
            return counts["ready"] == 2 && counts["leased"] == 0
        }
        // By the page that is shown after the form, nothing is proven: anybody may have typed that address.
        try await both.answer(page, "I have only this page.", as: both.visitor)
        _ = try await both.mails(to: both.recipient, count: 7)
        #expect(both.mails(to: both.visitor).count == 3)
        let mailed = try both.link("letter", in: try #require(both.mails(to: both.visitor).first))
        try await both.answer(mailed, "I have read your mail.", as: both.visitor)
        try await postern.succeed("queue", "retry", "--all")
        try await eventually("all five answers and two copies are there", within: .seconds(60)) {
            both.mails(to: both.visitor).count == 7
        }
        try await running.stop()
    }

    @Test func `A member who is erased gets no mail any more, writes none, and no conversation is left (V6)`() async throws {
        let running = try await Running([:])
        let (both, postern) = (running.both, running.postern)
        let (page, mail) = try await running.letter("First")
        let link = try both.link("reply", in: mail)
        try await both.answer(link, "This one still waits.", as: both.recipient)
        try await postern.succeed("recipient", "erase", "pat", "--site", "photos", "--yes")
        for (path, person) in [(link, both.recipient), (page, both.visitor)] {
            let shown = try await both.show(path, to: person)
            #expect(shown.status >= 400 && !shown.text.contains("Pat Photographer"), "\(shown.status)")
        }
        #expect(try await both.press(link, ["action": "reply", "message": "Still me?"], as: both.recipient).status >= 400)
        try await postern.drained(within: .seconds(60))
        #expect(both.mails(to: both.visitor).isEmpty)
        let counts = try await postern.counts()
        #expect(counts["ready"] == 0 && counts["dropped"] == 2, "\(counts)")
        try await running.stop()
    }
}

extension Web.Answer {
    /// The visitor's page that an accepted letter's answer names, without host.
    fileprivate var page: String? {
        struct Accepted: Decodable { let page: String? }
        guard let page = (try? JSONDecoder().decode(Accepted.self, from: body))?.page else { return nil }
        return page.range(of: "/letter/").map { String(page[$0.lowerBound...]) }
    }

    /// The page without its times and its form's token.
    fileprivate var untimed: String {
        text.replacing(/[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?/, with: "TIME").replacing(/\/letter\/[0-9a-z]+/, with: "LINK")
            .replacing(formToken ?? "…", with: "TOKEN").replacing(/datetime="[^"]*"/, with: "")
    }
}

extension ServerMessage {
    fileprivate func unfolded(_ name: String) -> String? {
        MailView(source: octets).fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
