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
        let active: Bool
    }

    @Test func `On later days the same client is still refused, and another one is not`()
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

        // It posts nothing on the first of these days.
        for day in 1...3 {
            try await postern.stop()
            try clock.jump(toDays: day)
            try await postern.start()
            try await eventually("the block goes on", within: .seconds(60)) { try await blocks(postern).first?.active == true }
            guard day > 1 else { continue }
            #expect(try await postern.post(from: "192.0.2.7").status == refused)
        }
        #expect(try await postern.post(from: "198.51.100.9").status == 202)

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
