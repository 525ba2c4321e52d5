import Foundation
import PosternTestSupport
import Testing

@Suite("A smarthost that allows few connections gets letters over these, steadily", .serialized, .timeLimit(.minutes(40)))
struct SmarthostLimitsConnectionsTests {
    private struct Delivery: Decodable {
        let state: String
        let attempts: Int
    }

    // Greets the third with 421, hangs up on it, refuses it at MAIL.
    @Test(
        arguments: [
            (.greeting, ConnectionLimit.greeting), (.greeting, .drop),
            (.mailFrom, .thenDrop(.reply("421 4.7.0 try again later"))),
        ] as [(ServerStage, ServerAction)])
    func `S5: with two connections allowed and eight lanes every letter goes out at its first try`(
        stage: ServerStage, refusal: ServerAction
    ) async throws {
        let limit = ConnectionLimit(2, at: stage, refusal)
        var script = Script([.finalDot: .after(.milliseconds(5), .standard)])
        script.choose = { limit.action(at: $0, $1) }
        let server = try await ScriptedSMTPServer.start(script)
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_SMTP_LANES": "8"])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let ledger = Ledger()
        await postern.load(ledger, clients: 8, prefix: "s5") { ledger.count >= 150 }
        try await eventually("all have arrived") { server.messages.count { $0.isAccepted == true } >= ledger.count }
        try await eventually("all are delivered") { try await postern.counts()["delivered"] == ledger.count }

        let list = try await postern.succeed("queue", "list", "--limit", "1000", "--json").output
        let deliveries = try JSONDecoder().decode([Delivery].self, from: Data(list.utf8))
        #expect(deliveries.allSatisfy { $0.attempts == 1 }, "\(deliveries.filter { $0.attempts != 1 }.count) were tried again")
        #expect(server.messages.count == ledger.count)
        #expect(limit.peak <= 2)
        #expect(!postern.log.contains("the smarthost refuses us"), "the breaker opened")
        #expect(postern.log.components(separatedBy: "takes fewer connections at once").count == 2, "said once in the log")

        let report = try await postern.doctor()
        let finding = try #require(report.findings.first { $0.finding.contains("at once and has turned others away") })
        #expect(finding.check == "smarthost" && finding.level == "warn")
        #expect("\(finding)".contains("POSTERN_SMTP_LANES") && finding.finding.contains("127.0.0.1:\(server.port)"))
        try await postern.stop()
        await server.stop()
    }
}
