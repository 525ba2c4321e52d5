import Foundation
import PosternTestSupport
import Testing

@Suite("The doctor finds what is broken, names the remedy, and tells no secret", .serialized, .timeLimit(.minutes(40)))
struct DoctorTests {
    private static let templates = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("templates").path

    /// An installation whose smarthost takes letters, with one recipient.
    private func installation(_ server: ScriptedSMTPServer, settings: [String: String] = [:]) async throws -> Installation {
        let postern = try await Installation(smtpPort: server.port, settings: settings)
        try await postern.addRecipient("pat", "pat@private.example")
        return postern
    }

    @Test func `A healthy installation has no findings: before its first start, while it runs, and after it has stopped`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        var report = try await postern.doctor()
        #expect(report.troubles.isEmpty, "\(report.troubles)")
        try await postern.start()
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        report = try await postern.doctor()
        #expect(report.troubles.isEmpty, "\(report.troubles)")
        // Every check has a finding.
        #expect(
            Set(report.findings.map(\.check)) == [
                "letters", "proxy", "configuration", "users", "cage", "service", "keys", "saved-keys", "journal", "modes",
                "store", "sqlite",
                "curl",
                "disk", "inodes",
                "templates",
                "smarthost", "budgets", "clock", "oldest-letter", "reports", "last-purge",
            ])
        #expect(report.findings.first { $0.check == "store" }?.finding.contains("each commit is synced (FULL)") == true)
        try await postern.stop()
        report = try await postern.doctor()
        #expect(report.troubles.isEmpty, "\(report.troubles)")
        // One letter; all other sessions are greetings.
        #expect(server.messages.count == 1)
        #expect(server.commands.count { $0.hasPrefix("MAIL") } == 1)
        await server.stop()
    }

    @Test func `It leaves everything as it was`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        try await postern.start()
        try await postern.stop()
        let before = try state(of: postern.home)
        _ = try await postern.doctor()
        #expect(try state(of: postern.home) == before)
        await server.stop()
    }

    /// Path → mode, owner and content of every file, except files that SQLite makes for itself.
    private func state(of home: String) throws -> [String: String] {
        var state: [String: String] = [:]
        let files = FileManager.default
        for path in files.enumerator(atPath: home)?.allObjects.compactMap({ $0 as? String }) ?? []
        where !path.hasSuffix("-shm") && !path.hasSuffix("-wal") && !path.hasSuffix(".lock") {
            let facts = try files.attributesOfItem(atPath: "\(home)/\(path)")
            let content = files.contents(atPath: "\(home)/\(path)")?.hashValue ?? 0
            state[path] = "\(facts[.posixPermissions] ?? "") \(facts[.ownerAccountName] ?? "") \(content)"
        }
        return state
    }

    @Test func `A key file that others may read, that is gone, or whose private half belongs to another key is named`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        let folder = postern.home + "/vault/keys"
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasPrefix("address-") })
        let path = "\(folder)/\(name)"
        let content = try String(contentsOfFile: path, encoding: .utf8)

        try mode(0o644, path)
        try await postern.doctor(status: 69).requireOnly("FAIL", "modes", path, "0644", "chmod 0400 \(path)")
        try mode(0o400, path)

        let secret = try #require(content.split(separator: "\n").first { $0.hasPrefix("secret: ") })
        let other = "secret: " + Data(repeating: 7, count: 32).base64EncodedString()
        try replace(path, content.replacing(secret, with: other))
        try await postern.doctor(status: 69).requireOnly("FAIL", "keys", path, "does not give its id", "import-recovery")

        try FileManager.default.removeItem(atPath: path)
        try await postern.doctor(status: 69).requireOnly("FAIL", "keys", path, "missing", "put it back")

        try replace(path, content)
        #expect(try await postern.doctor().troubles.isEmpty)
        // While the vault runs, the loss is reported before a restart makes it final.
        try await postern.start()
        try FileManager.default.removeItem(atPath: path)
        let found = try await postern.doctor(status: 69).troubles
        #expect(found.contains { $0.check == "keys" && $0.finding.contains(path) }, "\(found)")
        try replace(path, content)
        try await postern.stop()
        await server.stop()
    }

    private func mode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func replace(_ path: String, _ content: String) throws {
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        try mode(0o400, path)
    }

    @Test func `A wrong configuration is FAIL with all its faults and 78, and everything else is still checked`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        let path = postern.home + "/postern.conf"
        let good = try String(contentsOfFile: path, encoding: .utf8)
        func write(_ more: String) throws { try (good + more).write(toFile: path, atomically: false, encoding: .utf8) }

        try write("POSTERN_LIMIT_CLIEMT=off\n")
        try await postern.doctor(status: 78).requireOnly(
            "FAIL", "configuration", "POSTERN_LIMIT_CLIEMT", "Did you mean POSTERN_LIMIT_CLIENT?")

        try write("POSTERN_RETENTION_LETTERS=never\nPOSTERN_SMTP_LANES=0\n")
        let found = try await postern.doctor(status: 78)
        #expect(found.troubles.map(\.check) == ["configuration", "configuration"], "\(found.troubles)")
        #expect(found.findings.contains { $0.check == "store" && $0.level == "ok" })
        #expect(found.findings.contains { $0.check == "smarthost" && $0.level == "ok" })
        await server.stop()
    }

    // Text in the wrong place may be a password.
    @Test(arguments: [
        "POSTERN_DATABASE=postgres://postern:hunter2canary@db/postern\n", "hunter2canary\n",
        "POSTERN_SMTP_PASSWORD=hunter2canary\n", "POSTERN_SMTP_USER=x\nPOSTERN_SMTP_PASSWORD_FILE=hunter2canary\n",
    ])
    func `A secret in the wrong place is not repeated`(line: String) async throws {
        let postern = try await Installation(smtpPort: try FreePort.find())
        let path = postern.home + "/postern.conf"
        try (String(contentsOfFile: path, encoding: .utf8) + line).write(toFile: path, atomically: false, encoding: .utf8)
        let finished = try await postern.run(["doctor"])
        #expect(finished.status != 0)
        #expect(!(finished.output + finished.errors).contains("hunter2"), "\(finished.output)")
        let served = try await postern.run(["serve"])
        #expect(!(served.output + served.errors).contains("hunter2"), "\(served.errors)")
    }

    @Test func `A missing template is named`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let folder = try TemporaryFolder()
        let copy = folder.path("templates")
        try FileManager.default.copyItem(atPath: Self.templates, toPath: copy)
        let postern = try await installation(server, settings: ["POSTERN_TEMPLATES": copy])
        #expect(try await postern.doctor().troubles.isEmpty)
        try FileManager.default.removeItem(atPath: copy + "/mail/letter.txt.mustache")
        try await postern.doctor(status: 69).requireOnly(
            "FAIL", "templates", "\(copy)/mail/letter.txt.mustache", "missing", "package")
        await server.stop()
    }

    @Test func `A store of other keys, a file that is no store, and a missing store are told apart`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let (postern, other) = (try await installation(server), try await installation(server))
        let path = postern.store
        let files = FileManager.default
        for ending in ["", "-wal", "-shm"] where files.fileExists(atPath: path + ending) {
            try files.removeItem(atPath: path + ending)
        }
        try await other.succeed("backup", path)
        let foreign = try await postern.doctor(status: 69).troubles
        #expect(foreign.contains { $0.level == "FAIL" && $0.check == "keys" && $0.finding.contains("sealed to address key") })
        #expect(foreign.filter { $0.level == "FAIL" }.count == 1, "\(foreign)")

        try files.removeItem(atPath: path)
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: path))
        try mode(0o600, path)
        let broken = try await postern.doctor(status: 69).troubles.filter { $0.level == "FAIL" }
        #expect(broken.map(\.check) == ["store"] && broken.first?.remedy?.contains("backup") == true, "\(broken)")

        for ending in ["", "-wal", "-shm"] { try? files.removeItem(atPath: path + ending) }
        let gone = try await postern.doctor(status: 69).troubles.filter { $0.level == "FAIL" }
        #expect(gone.map(\.check) == ["store"] && gone.first?.finding.contains("no store") == true, "\(gone)")
        #expect(!files.fileExists(atPath: path), "looking has made a store")
        await server.stop()
    }

    @Test func `A frozen relay is named, and the doctor does not wait for it`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        try await postern.start()
        postern.kill(.relay, SIGSTOP)
        let began = ContinuousClock.now
        let found = try await postern.doctor(status: 69).troubles
        #expect(ContinuousClock.now - began < .seconds(40))
        #expect(
            found.first { $0.level == "FAIL" }?.finding.contains("is stopped, as by SIGSTOP, and does not answer") == true,
            "\(found)")
        #expect(found.contains { $0.check == "store" && $0.finding.contains("not checked") }, "\(found)")
        postern.kill(.relay, SIGCONT)
        try await postern.stop()
        await server.stop()
    }

    @Test func `A vault that starts at the very moment the doctor looks at its lock waits, and is not turned away`() async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        let folder = try TemporaryFolder()
        let looking = Serving()
        defer { looking.killAll() }
        // As the doctor holds it, and until the vault has met it.
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Support/look.py").path
        try await looking.start(
            "/usr/bin/python3", [script, postern.home + "/vault/lock", folder.path("looks")], environment: [:],
            log: folder.path("log"))
        try await eventually("it looks") { FileManager.default.fileExists(atPath: folder.path("looks")) }
        try await postern.start()
        #expect(try await looking.end(within: .seconds(60)) == 0, "it let go because the vault waited")
        #expect(!postern.log.contains("is already running"), "\(postern.log)")
        try await postern.stop()
        await server.stop()
    }

    @Test(.enabled(if: geteuid() == 0, "only root sees the files of others"))
    func `Another process that has the store open is named`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        let visitor = Serving()
        let folder = try TemporaryFolder()
        let ready = folder.path("ready")
        try await visitor.start(
            "/usr/bin/python3",
            [
                "-c", "import sys,time; f=open(sys.argv[1]); open(sys.argv[2],'w'); time.sleep(600)",
                postern.store, ready,
            ],
            environment: [:], log: folder.path("log"))
        try await eventually("it has the store open") { FileManager.default.fileExists(atPath: ready) }
        try await postern.doctor(status: 69).requireOnly("FAIL", "store", "python3", "End that process")
        visitor.killAll()
        await server.stop()
    }

    @Test func `A clock that is ahead is a warning before a start destroys keys; one that is behind is FAIL`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        try await postern.start()
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        try await postern.stop()
        // The keys of two days, or of three if midnight came in between.
        let letterKeys = try FileManager.default.contentsOfDirectory(atPath: postern.home + "/vault/keys")
            .count { $0.hasPrefix("letter-") && $0.hasSuffix(".key") }
        #expect([2, 3].contains(letterKeys))
        // By a clock that is ahead, there was time enough for it.
        let outside = try TemporaryFolder()
        try await postern.succeed("keys", "export-recovery", outside.path("saved"))
        func clocks(_ report: DoctorReport) -> [DoctorReport.Line] {
            report.troubles.filter { $0.check == "clock" }
        }
        postern.setClock(try await FakeClock(days: 40))
        let ahead = clocks(try await postern.doctor())
        #expect(ahead.map(\.level) == ["warn"], "\(ahead)")
        #expect(ahead.first?.finding.contains("the time of \(letterKeys) keys is over by it") == true, "\(ahead)")
        #expect(ahead.first?.remedy?.contains("postern keys trust-clock") == true, "\(ahead)")
        postern.setClock(try await FakeClock(days: -3))
        try await postern.doctor(status: 69).requireOnly("FAIL", "clock", "is behind now", "keep it synchronised")
        postern.setClock(nil)
        await server.stop()
    }
}
