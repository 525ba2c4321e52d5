import Foundation
import PosternTestSupport
import Testing

@Suite("What an operator does every day works, and says what it did", .serialized, .timeLimit(.minutes(40)))
struct EveryDayTests {
    private func append(_ lines: String, to postern: Installation) throws {
        let path = postern.home + "/postern.conf"
        let settings = try String(contentsOfFile: path, encoding: .utf8)
        try (settings + lines).write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func `H7: SIGHUP reloads the settings, keeps the former ones where they are wrong, and loses nothing`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        let conf = postern.home + "/postern.conf"
        let sound = try String(contentsOfFile: conf, encoding: .utf8)
        let former = [postern.pid(of: .relay), postern.pid(of: .vault)]

        try append("POSTERN_LOG_LEVEL=loud\nnonsense\nPOSTERN_SMTP_LANES=0\n", to: postern)
        postern.kill(.supervisor, SIGHUP)
        try await eventually("the faults are told") { postern.log.contains("The configuration has 3 faults") }
        #expect(postern.log.contains("nothing was reloaded") && postern.log.contains("POSTERN_LOG_LEVEL"))
        #expect([postern.pid(of: .relay), postern.pid(of: .vault)] == former)
        #expect(try await postern.post().status == 202)

        try sound.write(toFile: conf, atomically: true, encoding: .utf8)
        try append("POSTERN_RELAY_USER=somebody\n", to: postern)
        postern.kill(.supervisor, SIGHUP)
        try await eventually("it is told what needs a restart, or that there is no such user") {
            postern.log.contains("needs a restart of the service") || postern.log.contains("there is no user “somebody”")
        }
        #expect([postern.pid(of: .relay), postern.pid(of: .vault)] == former)

        let other = sound.replacingOccurrences(of: "contact@relay.example.org", with: "other@relay.example.org")
        try other.write(toFile: conf, atomically: true, encoding: .utf8)
        postern.kill(.supervisor, SIGHUP)
        try await eventually("both are started again", within: .seconds(60)) { postern.log.contains("reload: done") }
        #expect(postern.log.contains("changed=POSTERN_MAIL_FROM"))
        try await eventually("ready again", within: .seconds(60)) { await postern.isReady() }
        #expect(zip([postern.pid(of: .relay), postern.pid(of: .vault)], former).allSatisfy { $0 != $1 })
        #expect(try await postern.post().status == 202)
        let last = try #require(try await server.received(count: 3).last)
        #expect(String(decoding: last.octets, as: UTF8.self).contains("other@relay.example.org"))
        #expect(!postern.log.contains("a process ended and is started again"))
        #expect(try await postern.stop() == 0)
        #expect(postern.log.contains("serve: starting home=") && postern.log.contains("serve: stopped, as ordered"))
        await server.stop()
    }

    @Test func `Letters that are under way during a reload arrive once`() async throws {
        let gate = Gate()
        let server = try await ScriptedSMTPServer.start(Script([.finalDot: .once(gate, .standard)]))
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        for number in 0..<4 { #expect(try await postern.post(["subject": "n\(number)"]).status == 202) }
        try await eventually("one waits for its answer") { server.messages.contains { $0.isAccepted == nil } }
        postern.kill(.supervisor, SIGHUP)
        try await eventually("the reload has begun") { postern.log.contains("reload:") }
        gate.open()
        try await eventually("both are started again", within: .seconds(90)) { postern.log.contains("reload: done") }
        try await eventually("ready again", within: .seconds(60)) { await postern.isReady() }
        try await postern.drained(within: .seconds(60))
        #expect(server.messages.count == 4)
        try await postern.stop()
        await server.stop()
    }

    @Test func `A vault that runs by itself goes on at SIGHUP, and says that it cannot read its settings again`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let folder = try TemporaryFolder()
        let vault = Serving()
        let path = folder.path("vault.log")
        func log() -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        try await vault.start(Program.postern, ["vault", "--home", postern.home], environment: postern.settings, log: path)
        try await eventually("it runs", within: .seconds(60)) { log().contains("vault: ready") }
        vault.signal(SIGHUP)
        try await eventually("it says so") { log().contains("cannot read its settings again") }
        #expect(vault.isRunning)
        vault.signal(SIGTERM)
        #expect(try await vault.end(within: .seconds(40)) == 0)
        #expect(log().contains("vault: starting process=") && log().contains("vault: stopped, as ordered"))
    }

    @Test func `init on an existing home changes nothing, and says what differs`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let before = try String(contentsOfFile: postern.home + "/postern.conf", encoding: .utf8)
        let differs = try await postern.command(
            "init", "--public-url", "https://other.example", "--mail-from", "contact@relay.example.org", "--smtp-url",
            "smtp://127.0.0.1:2526")
        #expect(differs.status == 65)
        #expect(
            differs.errors.contains("--public-url says https://other.example") && differs.errors.contains("POSTERN_SMTP_URL is"))
        #expect(!differs.errors.contains("--mail-from"))
        let name = try await postern.command("init", "--site", "photos", "--site-name", "Others")
        #expect(name.status == 65 && name.errors.contains("“Example Photos”"))
        try await postern.succeed("init", "--site", "photos", "--mail-from", "contact@relay.example.org")
        #expect(try String(contentsOfFile: postern.home + "/postern.conf", encoding: .utf8) == before)
    }

    @Test func `--version names the commit and the build`() async throws {
        let version = try await Program.run(Program.postern, ["--version"])
        #expect(version.output.contains("(commit ") && version.output.contains(" build)"))
    }

    @Test func `The doctor notices a port that is taken, and by whom`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let other = try await ScriptedSMTPServer.start(port: postern.port)
        // Processes that begin and end meanwhile may hide who it is.
        try await eventually("the doctor names the port and its holder", within: .seconds(60)) {
            let report = try await postern.command("doctor")
            // Its lines are broken anywhere.
            let told = report.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(report.status == 69 && told.contains("POSTERN_LISTEN: 127.0.0.1:\(postern.port)"), "\(report.output)")
            return told.contains("(process \(getpid()))")
        }
        await other.stop()
    }

    @Test func `A command as the wrong user says as whom to run it`() async throws {
        try #require(geteuid() == 0, "run it as root")
        let postern = try await Installation(smtpPort: 2_525, isOpen: true)
        let told = try await Program.run(
            "runuser", ["-u", "games", "--", Program.postern, "queue", "count", "--home", postern.home],
            environment: postern.settings)
        #expect(told.status == 77 || told.status == 78, "\(told.errors)")
        #expect(told.errors.lowercased().contains("as root"), "\(told.errors)")
        #expect(!told.errors.contains(".lock"))
    }
}
