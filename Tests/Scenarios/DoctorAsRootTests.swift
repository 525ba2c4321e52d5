import Foundation
import PosternTestSupport
import Testing

@Suite(
    "As root the doctor sees both users' parts; others are told what they may not see", .serialized,
    .enabled(if: geteuid() == 0), .timeLimit(.minutes(40)))
struct DoctorAsRootTests {
    @Test func `As root all is well with two users; the relay's user is told what was not checked, and no secret`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: TwoUsersTests.users, isOpen: true)
        try await postern.addRecipient("pat", "pat@private.example")
        for isRunning in [true, false] {
            if isRunning { try await postern.start() } else { try await postern.stop() }
            let report = try await postern.doctor()
            #expect(report.troubles.isEmpty, "running \(isRunning): \(report.troubles)")
            #expect(report.findings.contains { $0.check == "users" && $0.level == "ok" && $0.finding.contains("games") })
            let unseen = try await postern.doctor(as: "games").findings
            #expect(
                unseen.contains { $0.check == "keys" && $0.level == "warn" && $0.finding.contains("not checked") }, "\(unseen)")
            #expect(unseen.contains { $0.check == "store" && $0.level == "ok" }, "\(unseen)")
            let nobody = try await postern.doctor(as: "nobody").findings
            #expect(nobody.contains { $0.check == "store" && $0.finding.contains("not checked") }, "\(nobody)")
        }
        // It starts again: root has left nothing that the users cannot open.
        try await postern.start()
        try await postern.stop()
        let key = try #require(
            FileManager.default.contentsOfDirectory(atPath: postern.home + "/vault/keys").first { $0.hasPrefix("tag-") })
        let path = postern.home + "/vault/keys/" + key
        #expect(chown(path, 0, 0) == 0)
        // The vault's user looks at the keys, and cannot read this one.
        let found = try await postern.doctor(status: 69).troubles
        #expect(found.map(\.check) == ["keys", "modes"] && found.allSatisfy { $0.finding.contains(path) }, "\(found)")
        #expect(found.last?.finding.contains("belongs to root") == true, "\(found)")
        #expect(found.last?.commands.contains("chown news \(path)") == true, "\(found)")
        await server.stop()
    }

    @Test(arguments: ["POSTERN_RELAY_USER", "POSTERN_VAULT_USER"])
    func `With a user that does not exist root opens nothing of theirs, and advises no other owner`(setting: String) async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: TwoUsersTests.users, isOpen: true)
        try await postern.addRecipient("pat", "pat@private.example")
        let amiss = postern.settings.merging([setting: "nosuchuser"]) { $1 }
        let folder = try TemporaryFolder()
        let traced = folder.path("opened")
        let told = try await Program.run(
            "strace",
            ["-f", "-qq", "-e", "trace=open,openat", "-o", traced, Program.postern, "doctor", "--json", "--home", postern.home],
            environment: amiss)
        let report = try JSONDecoder().decode(DoctorReport.self, from: Data(told.output.utf8))
        #expect(told.status == 78, "\(told.output)\(told.errors)")
        #expect(!report.findings.contains { $0.commands.contains { $0.contains("chown") } }, "\(report.troubles)")
        for check in ["keys", "store", "modes", "smarthost", "users"] {
            let lines = report.findings.filter { $0.check == check }
            #expect(
                lines.contains { $0.finding.hasPrefix("not checked: ") && $0.remedy == "Correct the configuration first." },
                "\(check): \(lines)")
        }
        let opened = try String(contentsOfFile: traced, encoding: .utf8).split(separator: "\n").filter {
            $0.contains("\(postern.home)/vault/") || $0.contains("\(postern.home)/store/")
        }
        #expect(opened.isEmpty, "\(opened)")
        await server.stop()
    }

    @Test func `A disk below the intake's threshold is FAIL, with the threshold`() async throws {
        let folder = try TemporaryFolder()
        let mount = folder.path("small")
        try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
        let mounted = try await Program.run("mount", ["-t", "tmpfs", "-o", "size=96m,mode=0755", "tmpfs", mount])
        try #require(mounted.status == 0, "\(mounted.errors)")
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(
            smtpPort: server.port, settings: ["POSTERN_DATABASE": "sqlite:\(mount)/postern.sqlite"])
        let report = try await postern.doctor(status: 69)
        _ = try await Program.run("umount", ["-l", mount])
        try report.requireOnly("FAIL", "disk", "nearly full", "down to 256 MiB", "No letter is taken", mount, "Make room")
        await server.stop()
    }
}
