import Foundation
import PosternTestSupport
import Testing

@Suite(
    "What one server of a pool leaves out is asked of another; what all leave out for long is a person's to fix", .serialized,
    .timeLimit(.minutes(40)))
struct OneServerOfAPoolIsWrongTests {
    private func installation(_ server: ScriptedSMTPServer) async throws -> (Installation, TemporaryFolder) {
        let folder = try TemporaryFolder()
        let password = folder.path("password")
        try "pass word ü\n".write(toFile: password, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: password)
        let postern = try await Installation(
            smtpPort: server.port,
            settings: [
                "POSTERN_SMTP_URL": "smtp://localhost:\(server.port)", "POSTERN_SMTP_TLS": "required",
                "POSTERN_SMTP_USER": "relay", "POSTERN_SMTP_PASSWORD_FILE": password,
                "POSTERN_SMTP_CA_FILE": try await TestCertificates.shared().authority,
            ], isMade: false)
        try await postern.addRecipient("pat", "pat@private.example")
        return (postern, folder)
    }

    private func script(_ isBad: @escaping @Sendable (SessionInfo) -> Bool) async throws -> Script {
        var script = Script()
        script.security = .startTLS(try await TestCertificates.shared().good)
        script.login = Script.Login(user: "relay", password: "pass word ü")
        script.choose = { stage, info in stage == .ehlo && isBad(info) ? .reply("250-mx.example", "250 8BITMIME") : nil }
        return script
    }

    private func expectNothingInTheClear(_ server: ScriptedSMTPServer) {
        let clear = server.sessions.flatMap(\.lines).filter { !$0.isEncrypted }.map(\.text)
        #expect(clear.allSatisfy { $0.hasPrefix("EHLO") || $0 == "STARTTLS" || $0 == "QUIT" }, "\(clear)")
    }

    @Test(arguments: [false, true])
    func `S3: STARTTLS or AUTH that every third connection leaves out holds no letter, and nothing is said in the clear`(
        inTLS: Bool
    ) async throws {
        // No connection is kept, so that the bad server is met often.
        var script = try await script { $0.session % 3 == 0 && $0.isEncrypted == inTLS }
        script.actions[.finalDot] = .thenDrop(.standard)
        let server = try await ScriptedSMTPServer.start(script)
        let (postern, folder) = try await installation(server)
        try await postern.start()
        for number in 0..<30 { #expect(try await postern.post(["subject": "n\(number)"]).status == 202) }
        try await postern.drained(within: .seconds(90))
        #expect(try await postern.counts()["delivered"] == 30)
        #expect(server.messages.count == 30)
        #expect(!postern.log.contains("lacks what we need"))
        expectNothingInTheClear(server)
        try await postern.stop()
        await server.stop()
        withExtendedLifetime(folder) {}
    }

    @Test func `S3: what all leave out is tried again, then held and alarmed when it lasts; released, it goes`() async throws {
        let gate = Gate()
        let server = try await ScriptedSMTPServer.start(try await script { !gate.isOpen && !$0.isEncrypted })
        let (postern, folder) = try await installation(server)
        let clock = try await FakeClock(days: 0)
        postern.setClock(clock)
        try await postern.start()
        for number in 0..<6 { #expect(try await postern.post(["subject": "n\(number)"]).status == 202) }
        try await eventually("the breaker is open") { postern.log.contains("the smarthost refuses us") }
        #expect(try await postern.counts()["ready"] == 6)
        #expect(!postern.log.contains("lacks what we need"))
        // It lasts. The breaker lets one letter try.
        try clock.jump(toDays: 1)
        try await eventually("one is held") {
            try await postern.succeed("queue", "retry", "--all")
            return try await postern.counts()["held", default: 0] >= 1
        }
        #expect(postern.log.contains("lacks what we need") && postern.log.contains("STARTTLS"))
        let report = try await postern.doctor(status: 69)
        #expect(
            report.findings.contains { $0.level == "FAIL" && $0.finding.contains("has not offered STARTTLS on any connection") },
            "\(report.findings)")
        #expect(server.messages.isEmpty)
        gate.open()
        try await eventually("all have arrived", within: .seconds(90)) {
            try await postern.succeed("queue", "release", "--all")
            try await postern.succeed("queue", "retry", "--all")
            return server.messages.count == 6
        }
        expectNothingInTheClear(server)
        try await postern.drained(within: .seconds(60))
        try await postern.stop()
        await server.stop()
        withExtendedLifetime(folder) {}
    }
}
