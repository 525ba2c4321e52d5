import Foundation
import PosternTestSupport
import Testing

@Suite("The doctor says what is wrong with the smarthost, and never begins a letter", .serialized, .timeLimit(.minutes(40)))
struct DoctorAndSmarthostTests {
    static let password = "pass word ü"

    /// A smarthost with TLS and a login, and an installation that uses it.
    private func examine(
        _ change: (inout Script, TestCertificates) -> Void = { _, _ in }, password: String = password, scheme: String = "smtps",
        status: Int32 = 69
    ) async throws -> (DoctorReport, ScriptedSMTPServer) {
        let certificates = try await TestCertificates.shared()
        var script = Script()
        script.security = .implicit(certificates.good)
        script.login = Script.Login(user: "relaycanary", password: Self.password)
        change(&script, certificates)
        let server = try await ScriptedSMTPServer.start(script)
        let folder = try TemporaryFolder()
        let file = folder.path("password")
        try (password + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: file)
        let postern = try await Installation(
            smtpPort: server.port,
            settings: [
                "POSTERN_SMTP_URL": "\(scheme)://localhost:\(server.port)", "POSTERN_SMTP_TLS": "required",
                "POSTERN_SMTP_USER": "relaycanary", "POSTERN_SMTP_PASSWORD_FILE": file,
                "POSTERN_SMTP_CA_FILE": certificates.authority,
            ], isMade: false)
        let report = try await postern.doctor(status: status, hiding: [Self.password, password, "relaycanary"])
        // QUIT may arrive a moment after the doctor has ended.
        if status == 0 { try await eventually("QUIT") { server.commands.contains("QUIT") } }
        #expect(!server.commands.contains { $0.hasPrefix("MAIL") || $0.hasPrefix("RCPT") || $0.hasPrefix("DATA") })
        await server.stop()
        return (report, server)
    }

    @Test func `Greeting, TLS and login are well; it says QUIT`() async throws {
        for scheme in ["smtps", "smtp"] {
            let (report, server) = try await examine(
                { script, certificates in if scheme == "smtp" { script.security = .startTLS(certificates.good) } },
                scheme: scheme, status: 0)
            #expect(report.troubles.isEmpty, "\(report.troubles)")
            #expect(report.findings.first { $0.check == "smarthost" }?.finding.contains("the login is accepted") == true)
            #expect(server.commands.contains("QUIT"), "\(server.commands)")
        }
    }

    @Test func `A wrong password is reported as the login's fault, and the server's reply is redacted`() async throws {
        let (report, _) = try await examine(
            { script, _ in script.actions[.login] = .reply("535 5.7.8 <relaycanary> may not: relaycanary") },
            password: "anothercanary")
        try report.requireOnly("FAIL", "smarthost", "refuses the login", "535", "POSTERN_SMTP_PASSWORD_FILE")
    }

    @Test(arguments: [
        ("expired", "has expired", "renew"), ("another name", "for another name", "POSTERN_SMTP_URL"),
        ("unknown authority", "not trusted here", "POSTERN_SMTP_CA_FILE"),
    ])
    func `Each fault of a certificate has its own finding`(flaw: String, finding: String, remedy: String) async throws {
        let (report, server) = try await examine { script, certificates in
            script.security =
                switch flaw {
                case "expired": .implicit(certificates.expired)
                case "another name": .implicit(certificates.wrongName)
                default: .implicit(certificates.unknownAuthority)
                }
        }
        try report.requireOnly("FAIL", "smarthost", finding, remedy)
        #expect(server.commands.isEmpty)
    }

    @Test func `A greeting that refuses and missing STARTTLS are reported`() async throws {
        let (refused, _) = try await examine { script, _ in script.actions[.greeting] = .reply("554 no mail from you") }
        try refused.requireOnly("FAIL", "smarthost", "does not greet us: 554", "takes no mail from this machine")
        let (busy, _) = try await examine { script, _ in script.actions[.greeting] = .reply("421 busy") }
        try busy.requireOnly("FAIL", "smarthost", "421", "try again later")
        let (stripped, _) = try await examine({ script, _ in script.security = .none }, scheme: "smtp")
        try stripped.requireOnly("FAIL", "smarthost", "does not offer STARTTLS", "smtps://HOST:465")
    }

    @Test func `A server that is not there and one that says nothing are reported`() async throws {
        let postern = try await Installation(smtpPort: try FreePort.find())
        try await postern.doctor(status: 69).requireOnly("FAIL", "smarthost", "no connection", "refused", "POSTERN_SMTP_URL")
        let server = try await ScriptedSMTPServer.start(Script([.greeting: .stall]))
        let other = try await Installation(smtpPort: server.port)
        let began = ContinuousClock.now
        try await other.doctor(status: 69).requireOnly("FAIL", "smarthost", "does not greet us", "no answer within 10 s")
        // The doctor runs twice, for programs and for people. 40 s is a limit against hanging, not a figure.
        #expect(ContinuousClock.now - began < .seconds(40))
        await server.stop()
    }
}
