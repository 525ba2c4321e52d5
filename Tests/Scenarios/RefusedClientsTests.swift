import Foundation
import PosternTestSupport
import Testing

@Suite("Whose letters are refused is told to the firewall where an operator wants it, and to no log", .timeLimit(.minutes(40)))
struct RefusedClientsTests {
    @Test func `The file has the client that posts too much, and no other file of the installation has it`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let outside = try TemporaryFolder()
        let file = outside.path("refused")
        let postern = try await Installation(
            smtpPort: server.port,
            settings: [
                "POSTERN_LIMIT_CLIENT": "1,1/1h", "POSTERN_TRUSTED_PROXIES": "127.0.0.1/32", "POSTERN_BAN_FILE": file,
            ])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        #expect(try await postern.post(from: "192.0.2.77").status == 202)
        #expect(!FileManager.default.fileExists(atPath: file))
        for _ in 0..<3 { #expect(try await postern.post(from: "192.0.2.77").status == 429) }
        #expect(try await postern.post(from: "2001:db8:77::1").status == 202)
        try await eventually("three lines") {
            (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n").count == 3
        }
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasSuffix(" postern: refused client=192.0.2.77 rule=limit-client") })
        #expect(try await postern.get("/privacy/photos").text.contains("firewall"))
        #expect(!postern.log.contains("192.0.2.77") && !postern.log.contains("refused-client"))
        try await postern.stop()
        await server.stop()
    }
}
