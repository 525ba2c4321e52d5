import Foundation
import PosternTestSupport
import Testing

@Suite(
    "A client is blocked by its tag for as long as staff said, although it has another tag each day (L7)", .serialized,
    .timeLimit(.minutes(40)))
struct ABlockedClientStaysBlockedTests {
    private struct Entry: Decodable {
        let tags: [String]
    }

    private struct Listed: Decodable {
        let mark: String
        let active: Bool
    }

    @Test func `The next day the same client is still refused, another one is not, and the journal shows that it was followed`()
        async throws
    {
        let (clock, server) = (try await FakeClock(days: 0), try await ScriptedSMTPServer.start())
        let postern = try await Installation(
            smtpPort: server.port, settings: ["POSTERN_TRUSTED_PROXIES": "127.0.0.1/32", "POSTERN_LIMIT_CLIENT": "off"])
        postern.setClock(clock)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        #expect(try await postern.post(from: "192.0.2.7").status == 202)
        let entries = try JSONDecoder().decode(
            [Entry].self, from: Data(try await postern.succeed("log", "list", "--json").output.utf8))
        let tag = try #require(entries.first?.tags.first)
        try await postern.succeed("block", "add", "--tag", tag, "--refuse", "--for", "7d", "--reason", "an advertisement")
        let refused = try await postern.post(from: "192.0.2.7").status
        #expect(refused == 422 || refused == 403)

        try await postern.stop()
        try clock.jump(toDays: 1)
        try await postern.start()
        try await eventually("the block goes on", within: .seconds(60)) {
            let block = try await blocks(postern).first
            return block?.active == true && block?.mark != tag
        }
        #expect(try await postern.post(from: "192.0.2.7").status == refused)
        #expect(try await postern.post(from: "198.51.100.9").status == 202)
        #expect(try await postern.succeed("log", "operations").output.contains("block.carry"))

        // After its last day it is over, and nobody is followed.
        try await postern.stop()
        try clock.jump(toDays: 8)
        try await postern.start()
        #expect(try await postern.post(from: "192.0.2.7").status == 202)
        #expect(try await blocks(postern).map(\.active) == [false])
        try await postern.stop()
        await server.stop()
    }

    private func blocks(_ postern: Installation) async throws -> [Listed] {
        try JSONDecoder().decode(
            [Listed].self, from: Data(try await postern.succeed("block", "list", "--json").output.utf8))
    }
}
