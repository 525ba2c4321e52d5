import Foundation
import PosternTestSupport
import Testing

@Suite("A smarthost must prove who it is before it hears a letter or a password", .serialized, .timeLimit(.minutes(40)))
struct SmarthostProvesItselfTests {
    private func installation(_ server: ScriptedSMTPServer, trusting authority: String) async throws -> (
        Installation, TemporaryFolder
    ) {
        let folder = try TemporaryFolder()
        let password = folder.path("password")
        try "pass word ü\n".write(toFile: password, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: password)
        let postern = try await Installation(
            smtpPort: server.port,
            settings: [
                "POSTERN_SMTP_URL": "smtps://localhost:\(server.port)", "POSTERN_SMTP_TLS": "required",
                "POSTERN_SMTP_USER": "relay", "POSTERN_SMTP_PASSWORD_FILE": password, "POSTERN_SMTP_CA_FILE": authority,
            ], isMade: false)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        return (postern, folder)
    }

    private func script(_ pair: TestCertificates.Pair) -> Script {
        var script = Script()
        script.security = .implicit(pair)
        script.login = Script.Login(user: "relay", password: "pass word ü")
        return script
    }

    @Test func `With a good certificate a letter goes over TLS, after a login with the password from the file`() async throws {
        let certificates = try await TestCertificates.shared()
        let server = try await ScriptedSMTPServer.start(script(certificates.good))
        let (postern, folder) = try await installation(server, trusting: certificates.authority)
        #expect(try await postern.post().status == 202)
        let message = try #require(try await server.received(count: 1).first)
        #expect(message.recipients.first?.contains("pat@private.example") == true)
        #expect(server.sessions.allSatisfy { $0.lines.allSatisfy(\.isEncrypted) })
        try await postern.drained(within: .seconds(60))
        try await postern.stop()
        await server.stop()
        withExtendedLifetime(folder) {}
    }

    // A server that cannot prove its name hears nothing, and the letter waits for a person.
    @Test(arguments: ["expired", "another name", "unknown authority"])
    func `With a bad certificate nothing is said, and the letter is kept (A14)`(flaw: String) async throws {
        let certificates = try await TestCertificates.shared()
        let pair =
            switch flaw {
            case "expired": certificates.expired
            case "another name": certificates.wrongName
            default: certificates.unknownAuthority
            }
        let server = try await ScriptedSMTPServer.start(script(pair))
        let (postern, folder) = try await installation(server, trusting: certificates.authority)
        let id = try #require(try await postern.post().id)
        try await eventually("an attempt has ended", within: .seconds(60)) {
            try await postern.succeed("queue", "show", id).output.contains("certificate")
        }
        #expect(server.messages.isEmpty)
        #expect(server.sessions.allSatisfy { $0.commands.isEmpty })
        let counts = try await postern.counts()
        #expect(counts["held", default: 0] + counts["ready", default: 0] == 1, "\(counts)")
        try await postern.stop()
        await server.stop()
        withExtendedLifetime(folder) {}
    }
}
