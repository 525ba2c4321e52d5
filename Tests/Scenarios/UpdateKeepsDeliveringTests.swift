import Foundation
import PosternTestSupport
import Testing

@Suite("An installation of before the walls goes on delivering after the update", .timeLimit(.minutes(20)))
struct UpdateKeepsDeliveringTests {
    @Test func `What the earlier version authorised is taken over at the first start, and nothing after that`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        // As the earlier version left it: keys alone in the vault's folder, MACs that cover neither names nor sites.
        let vault = postern.home + "/vault"
        for name in try FileManager.default.contentsOfDirectory(atPath: vault) where name != "keys" {
            try FileManager.default.removeItem(atPath: "\(vault)/\(name)")
        }
        let key = try #require(
            try FileManager.default.contentsOfDirectory(atPath: vault + "/keys").first { $0.hasPrefix("authorisation-") })
        try await rows(postern, ["former", "\(vault)/keys/\(key)"])

        try await postern.start()
        #expect(try await postern.post().status == 202)
        let message = try #require(try await server.received(count: 1).first)
        #expect(message.recipients == ["<pat@private.example>"])
        try await eventually("it is over") { postern.log.contains("has taken over what the earlier version stored") }

        try await rows(postern, ["former", "\(vault)/keys/\(key)"])
        try await rows(postern, ["edit"], "UPDATE site SET name = 'Example Bank'")
        #expect(try await postern.post().status == 202)
        try await eventually("the letter is held") { try await postern.counts()["held"] == 1 }
        #expect(server.messages.count == 1)
        try await postern.stop()
        await server.stop()
    }

    private func rows(_ postern: Installation, _ task: [String], _ sql: String = "") async throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Support/rows.py").path
        let done = try await Program.run("python3", [script, postern.store] + task, input: sql)
        try #require(done.status == 0, "\(done.errors)")
    }
}
