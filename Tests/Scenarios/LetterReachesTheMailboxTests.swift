import Foundation
import PosternTestSupport
import Testing

@Suite("A letter posted over HTTP reaches its recipient's mailbox through two processes", .timeLimit(.minutes(5)))
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
        #expect(form.header("Location")?.hasSuffix("/c/photos/pat/sent") == true)

        let messages = try await server.received(count: 2)
        for message in messages {
            #expect(message.recipients == ["<pat@private.example>"])
            #expect(message.sender.contains("@relay.example.org"))
            #expect(!message.sender.contains("contact@"))
            let head = String(decoding: message.octets, as: UTF8.self).components(separatedBy: "\r\n\r\n").first ?? ""
            #expect(!head.contains("vera@visitor.example"))
            #expect(!head.contains("127.0.0.1"))
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
    func `A final dot that is answered late delays no other letter, be they many at once or one after another (A10)`()
        async throws
    {
        // One for each try: a slow letter waits until the letters beside it are measured, and is gone when the next ones are
        // measured alone.
        let gates = [Gate(), Gate(), Gate()]
        var script = Script()
        script.choose = { stage, info in
            guard stage == .finalDot else { return nil }
            let number = gates.indices.first { number in info.recipients.contains { $0.contains("slow\(number)@") } }
            return number.map { ServerAction.once(gates[$0], .standard) }
        }
        let server = try await ScriptedSMTPServer.start(script)
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        var (delivered, isUnmoved) = (0, false)
        // Other tests run at the same time and can hold up any one letter, which is all that the 99th of a hundred is.
        for (number, gate) in gates.enumerated() where !isUnmoved {
            try await postern.addRecipient("slow\(number)", "slow\(number)@private.example")
            let alone = try await waits(100, postern, server)
            #expect(try await postern.post(["subject": "slow"], to: "slow\(number)").status == 202)
            let beside = try await waits(100, postern, server)
            print("from 202 to the smarthost's 250, p50 and p99: alone \(alone), beside a late final dot \(beside)")
            isUnmoved = beside.p50 <= max(alone.p50 * 2, .milliseconds(100)) && beside.p99 <= max(alone.p99 * 2, .seconds(1))
            #expect(isUnmoved || number < gates.count - 1, "three times: alone \(alone), beside a late final dot \(beside)")
            for letter in 0..<99 { #expect(try await postern.post(["subject": "n\(letter)"]).status == 202) }
            // All but the slow one, while that is still waiting.
            delivered += 299
            try await server.received(count: delivered)
            try await eventually("one letter is under way") { try await postern.counts()["leased"] == 1 }
            gate.open()
            delivered += 1
            try await server.received(count: delivered)
        }
        try await postern.drained(within: .seconds(60))
        #expect(try await postern.counts()["delivered"] == delivered)
        try await postern.stop()
        await server.stop()
    }

    /// How long letters posted one after another take from the answer to their delivery.
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

    @Test func `A recipient who was not vouched for is asked by mail, and gets letters once they have said yes`() async throws {
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
        // Looking changes nothing: mail programs look at links by themselves.
        #expect(try await postern.post().status != 202)
        #expect(link.hasSuffix("?lang=en"), "the page is in the recipient's language")
        let address = String(link.dropLast("?lang=en".count))
        // Another digit than the one that stands there: a fixed one is the right one now and then.
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
    func `Addresses sealed with X25519 instead are delivered to as well, and the privacy statement says so (P8)`() async throws {
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
