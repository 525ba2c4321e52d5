import Foundation
import PosternTestSupport
import Testing

@Suite(
    "A smarthost that takes a letter and hangs up before it says so gets few copies of it", .serialized, .timeLimit(.minutes(40)))
struct UncertainEndsMakeFewCopiesTests {
    private struct Delivery: Decodable {
        let state: String
        let attempts: Int
        let due: String?
        let uncertain: Int
        let reason: String?
    }

    private struct History: Decodable {
        let delivery: Delivery
    }

    private func show(_ id: String, _ postern: Installation) async throws -> Delivery {
        let text = try await postern.succeed("queue", "show", id, "--json").output
        return try JSONDecoder().decode(History.self, from: Data(text.utf8)).delivery
    }

    /// Minutes until it is tried again.
    private func wait(_ delivery: Delivery) throws -> Double {
        let due = try #require(delivery.due)
        // With or without a fraction of a second.
        let date = try Date.ISO8601FormatStyle(includingFractionalSeconds: due.contains(".")).parse(due)
        return date.timeIntervalSinceNow / 60
    }

    @Test
    func `S4: after each end the pause is longer, the third holds the letter, the doctor names the server, a person decides`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start(Script([.finalDot: .drop]))
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let id = try #require(try await postern.post().id)

        // The first end: about half an hour. The second: about four hours.
        for (copies, shortest) in [(1, 20.0), (2, 180.0)] {
            try await eventually("copy \(copies) is uncertain") { try await show(id, postern).uncertain == copies }
            let delivery = try await show(id, postern)
            #expect(delivery.state == "ready")
            #expect(try wait(delivery) > shortest)
            #expect(server.messages.count == copies)
            try await postern.succeed("queue", "retry", id)
        }
        try await eventually("it is held") { try await show(id, postern).state == "held" }
        let held = try await show(id, postern)
        #expect(server.messages.count == 3)
        #expect(held.reason?.contains("the recipient may have it already") == true, "\(held.reason ?? "")")
        #expect(try await postern.command("queue", "retry", id).status == 65)
        #expect(try await postern.isBalanced())

        let report = try await postern.doctor(status: 69)
        let finding = try #require(report.findings.first { $0.check == "smarthost" && $0.level == "FAIL" })
        for words in ["127.0.0.1:\(server.port)", "never said whether it took it", "3 times"] {
            #expect(finding.finding.contains(words), "\(finding)")
        }

        // One more try for each release, and no more.
        try await postern.succeed("queue", "release", id)
        try await eventually("it is held again") {
            let delivery = try await show(id, postern)
            return delivery.state == "held" && delivery.uncertain == 4
        }
        #expect(server.messages.count == 4)
        #expect(Set(server.messages.prefix(3).map(\.octets)).count == 1, "copies are alike")
        // What a person released has the date of that.
        #expect(Set(server.messages.map { $0.header("Message-ID") }).count == 1)
        try await postern.succeed("queue", "drop", id)
        #expect(try await show(id, postern).state == "dropped")
        #expect(try await postern.isBalanced())
        try await postern.stop()
        await server.stop()
    }

    @Test func `S4: one that answers at the second try has two copies at most, and nobody is alarmed`() async throws {
        let script = {
            var script = Script()
            script.choose = { stage, info in stage == .finalDot && info.letter == 0 ? .drop : nil }
            return script
        }()
        let server = try await ScriptedSMTPServer.start(script)
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let id = try #require(try await postern.post().id)
        try await eventually("the first is uncertain") { try await show(id, postern).uncertain == 1 }
        try await postern.drained(within: .seconds(60))
        #expect(try await show(id, postern).state == "delivered")
        #expect(server.messages.count == 2 && Set(server.messages.map(\.octets)).count == 1)
        let report = try await postern.doctor()
        #expect(report.findings.contains { $0.check == "smarthost" && $0.level == "warn" && $0.finding.contains("once") })
        try await postern.stop()
        await server.stop()
    }
}
