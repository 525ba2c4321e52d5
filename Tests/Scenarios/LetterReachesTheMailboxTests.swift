import Foundation
import PosternTestSupport
import Testing

@Suite("A letter posted over HTTP reaches its recipient's mailbox through two processes", .timeLimit(.minutes(40)))
struct LetterReachesTheMailboxTests {
    @Test func `As JSON and as a form, to the sealed address, with nothing of the visitor in the headers`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()

        let answer = try await postern.post(["about": "photo 4711"])
        #expect(answer.status == 202)
        #expect(answer.text.contains("\"status\":\"accepted\""))
        let form = try await postern.form([
            "name": "Vera Visitor", "email": "vera@visitor.example", "subject": "By form", "message": "Hello.",
        ])
        #expect(form.status == 303)
        #expect(form.header("Location")?.wholeMatch(of: /\/c\/photos\/pat\/[0-9a-z]{36}\/sent/) != nil)

        let messages = try await server.received(count: 2)
        for message in messages {
            #expect(message.recipients == ["<pat@private.example>"])
            #expect(message.sender.contains("@relay.example.org"))
            #expect(!message.sender.contains("contact@"))
            let head = String(decoding: message.octets, as: UTF8.self).components(separatedBy: "\r\n\r\n").first ?? ""
            #expect(!head.contains("vera@visitor.example"))
            // But for the links, which lead to this machine.
            #expect(!head.replacing("http://127.0.0.1", with: "").contains("127.0.0.1"))
            #expect(message.header("Auto-Submitted") != nil)
        }
        #expect(Set(messages.map(\.sender)).count == 2, "each letter has an envelope sender of its own")
        try await postern.drained(within: .seconds(60))
        #expect(try await postern.counts()["delivered"] == 2)
        #expect(try await postern.isBalanced())
        #expect(try await postern.stop() == 0)
        await server.stop()
    }

    @Test func `50 posts of one key at once are one letter, and the key with another letter is refused (A5)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let answers = try await withThrowingTaskGroup(of: Web.Answer.self) { group in
            for _ in 0..<50 { group.addTask { try await postern.post(key: "one") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 202 })
        #expect(Set(answers.compactMap(\.id)).count == 1)
        let other = try await postern.post(["message": "Something else."], key: "one")
        #expect([409, 422].contains(other.status))
        #expect(try await postern.post(key: "two").status == 202)
        try await server.received(count: 2)
        try await postern.drained(within: .seconds(60))
        #expect(server.messages.count == 2)
        try await postern.stop()
        await server.stop()
    }

    @Test
    func `A final dot that is answered late holds up no other letter, whether they come one by one or all at once (A10)`()
        async throws
    {
        let gate = Gate()
        var script = Script()
        script.choose = { stage, info in
            guard stage == .finalDot, info.recipients.contains(where: { $0.contains("slow@") }) else { return nil }
            return ServerAction.once(gate, .standard)
        }
        let server = try await ScriptedSMTPServer.start(script)
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.addRecipient("slow", "slow@private.example")
        try await postern.start()
        let alone = try await waits(100, postern, server)
        #expect(try await postern.post(["subject": "slow"], to: "slow").status == 202)
        let beside = try await waits(100, postern, server)
        #expect(
            Figure.note("202 to 250 beside a late final dot, p50", beside.p50, limit: max(alone.p50 * 2, .milliseconds(100))))
        #expect(Figure.note("202 to 250 beside a late final dot, p99", beside.p99, limit: max(alone.p99 * 2, .seconds(1))))
        for letter in 0..<99 { #expect(try await postern.post(["subject": "n\(letter)"]).status == 202) }
        // Every letter except the slow one, which is still under way.
        try await server.received(count: 299)
        try await eventually("one letter is under way") { try await postern.counts()["leased"] == 1 }
        gate.open()
        try await server.received(count: 300)
        try await postern.drained(within: .seconds(60))
        #expect(try await postern.counts()["delivered"] == 300)
        try await postern.stop()
        await server.stop()
    }

    /// How long letters take from the answer to their delivery, posted one after another.
    private func waits(
        _ count: Int, _ postern: Installation, _ server: ScriptedSMTPServer
    ) async throws -> (p50: Duration, p99: Duration) {
        var samples: [Duration] = []
        for number in 0..<count {
            let before = server.messages.count { $0.isAccepted == true }
            #expect(try await postern.post(["subject": "one \(number)"]).status == 202)
            let accepted = ContinuousClock.now
            try await server.received(count: before + 1)
            samples.append(accepted.duration(to: .now))
        }
        samples.sort()
        return (samples[count / 2], samples[count * 99 / 100])
    }

    @Test func `An unconfirmed recipient is asked by mail, and gets letters after saying yes`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example", confirmed: false)
        try await postern.start()
        #expect(try await postern.post().status != 202)
        let question = try #require(try await server.received(count: 1).first)
        let link = try #require(question.link(containing: "/confirm/"))
        #expect(link.hasPrefix("http://127.0.0.1:\(postern.port)/confirm/photos/pat/"))

        let page = try await Web.get(link)
        #expect(page.status == 200)
        // Opening the page changes nothing: mail programs open links by themselves.
        #expect(try await postern.post().status != 202)
        #expect(link.hasSuffix("?lang=en"), "the page is in the recipient's language")
        let address = String(link.dropLast("?lang=en".count))
        // A digit other than the one that is there: a fixed digit would be right now and then.
        let other = address.dropLast() + (address.hasSuffix("0") ? "1" : "0")
        let forged = try await Web.post(String(other), body: Data(), headers: [])
        #expect(forged.status >= 400)
        #expect(try await postern.post().status != 202)
        let confirmed = try await Web.post(link, body: Data(), headers: [("Content-Type", "application/x-www-form-urlencoded")])
        #expect(confirmed.status < 400, "\(confirmed.status)")
        #expect(try await postern.post().status == 202)
        try await server.received(count: 2)
        try await postern.stop()
        await server.stop()
    }

    @Test
    func `Letters reach addresses sealed with X25519 too, and the privacy statement says so (P8)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, addressSuite: "x25519")
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        #expect(try await postern.succeed("keys", "status").output.contains("ed25519"))
        let statement = try await postern.get("/privacy/photos.json").text
        #expect(statement.contains(#""address_suite":"X25519, ChaCha20-Poly1305""#))
        let wrong = try await postern.command("init", "--address-suite", "rot13")
        #expect(wrong.status == 64)
        try await postern.stop()
        await server.stop()
    }
}
