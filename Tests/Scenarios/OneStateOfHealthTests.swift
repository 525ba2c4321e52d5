import Foundation
import NIOCore
import PosternTestSupport
import Synchronization
import Testing

@Suite(
    "What is the matter is said alike in the log, by the doctor, on the staff page, by /ready and in /metrics", .serialized,
    .timeLimit(.minutes(40)))
struct OneStateOfHealthTests {
    /// All say so; the words are the smarthost's own, where there are any.
    /// - Parameters:
    ///   - found: what the doctor says, where it asks somebody else than the relay.
    ///   - topic: what `/ready` says; nil for what strangers must not hear of.
    private func expect(
        _ postern: Installation, _ condition: String, says words: String, doctor found: String? = nil, topic: String?,
        at location: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually("the log names \(condition)", within: .seconds(60)) {
            postern.log.contains("condition=\(condition)") && postern.log.contains(words)
        }
        let line = try #require(
            postern.log.split(separator: "\n").first { $0.contains("condition=\(condition) ") }, sourceLocation: location)
        #expect(line.contains("warning relay: health: something is the matter"), "\(line)", sourceLocation: location)
        #expect(line.contains(words) && line.contains("remedy="), "\(line)", sourceLocation: location)
        let metrics = try await Web.get("http://127.0.0.1:\(postern.staffPort)/metrics").text
        #expect(metrics.contains("postern_health{condition=\"\(condition)\"} 1\n"), sourceLocation: location)
        #expect(metrics.contains("postern_health{condition=\"purge\"} 0\n"), sourceLocation: location)
        let page = try await postern.staffPage().text
        #expect(page.contains(words) && !page.contains("All is well."), "\(page)", sourceLocation: location)
        let ready = try await postern.get("/ready")
        #expect(!ready.text.contains(words), "\(ready.text)", sourceLocation: location)
        if let topic { #expect(ready.text.contains("\"\(topic)\""), "\(ready.text)", sourceLocation: location) }
        let report = try await postern.doctor(status: 69)
        #expect(
            report.troubles.contains { $0.level == "FAIL" && $0.finding.contains(found ?? words) && $0.remedy != nil },
            "\(report.troubles)",
            sourceLocation: location)
    }

    private func installation(_ server: ScriptedSMTPServer, _ settings: [String: String] = [:]) async throws -> Installation {
        let postern = try await Installation(smtpPort: server.port, settings: settings)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        return postern
    }

    @Test func `A wrong SMTP password (H4)`() async throws {
        let certificates = try await TestCertificates.shared()
        var script = Script()
        script.security = .implicit(certificates.good)
        script.login = Script.Login(user: "relay", password: "right")
        script.actions[.login] = .reply("535 5.7.8 authentication failed")
        let server = try await ScriptedSMTPServer.start(script)
        let folder = try TemporaryFolder()
        let file = folder.path("password")
        try "wrong\n".write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: file)
        let postern = try await Installation(
            smtpPort: server.port,
            settings: [
                "POSTERN_SMTP_URL": "smtps://localhost:\(server.port)", "POSTERN_SMTP_TLS": "required",
                "POSTERN_SMTP_USER": "relay",
                "POSTERN_SMTP_PASSWORD_FILE": file, "POSTERN_SMTP_CA_FILE": certificates.authority,
            ], isMade: false)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        #expect(try await postern.post().status == 202)
        try await expect(postern, "smarthost-login", says: "the smarthost refuses our login: 535 5.7.8", topic: "delivery")
        try await expect(
            postern, "held", says: "1 letter is held because of how its last attempt ended, since", topic: nil)
        // The line of the attempt has the reason too.
        #expect(postern.log.contains("outcome=our-fault") && postern.log.contains("reason=\"535 5.7.8"))
        // While nothing runs, the doctor still says it.
        try await postern.stop()
        let stopped = try await postern.doctor(status: 69).troubles
        #expect(
            stopped.contains { $0.check == "letters" && $0.finding.contains("held because of how its last attempt ended") },
            "\(stopped)")
        await server.stop()
    }

    @Test func `A sender that the smarthost refuses (H4)`() async throws {
        let server = try await ScriptedSMTPServer.start(
            Script([.mailFrom: .reply("553 5.7.1 Sender address rejected: not owned by user")]))
        let postern = try await installation(server)
        #expect(try await postern.post().status == 202)
        try await expect(
            postern, "smarthost-sender", says: "the smarthost refuses our sender or our account: 553 5.7.1", topic: "delivery")
        try await postern.stop()
        await server.stop()
    }

    @Test func `A smarthost that takes nothing, until it does again: then the log says that it is over (H4)`() async throws {
        let isDown = Mutex(true)
        var script = Script()
        script.choose = { stage, _ in
            stage == .greeting && isDown.withLock { $0 } ? .reply("421 4.3.2 closed for the night") : nil
        }
        let server = try await ScriptedSMTPServer.start(script)
        let postern = try await installation(server)
        for _ in 0..<3 { #expect(try await postern.post().status == 202) }
        try await expect(
            postern, "smarthost-refuses", says: "the smarthost answers and takes nothing from us: 421 4.3.2", topic: "delivery")
        #expect(postern.log.contains("outcome=deferred") && postern.log.contains("reason=\"421 4.3.2 closed for the night"))
        isDown.withLock { $0 = false }
        try await postern.succeed("queue", "retry", "--all")
        try await server.received(count: 3)
        try await eventually("the log says that it is over", within: .seconds(60)) {
            postern.log.split(separator: "\n").contains {
                $0.contains("info relay: health: it is no longer the matter condition=smarthost-refuses")
            }
        }
        try await eventually("all is well", within: .seconds(30)) {
            try await postern.staffPage().text.contains("All is well.")
        }
        try await postern.stop()
        await server.stop()
    }

    /// Half of a budget may go out at once: of two an hour, one.
    @Test func `More than a budget of the vault lets out: it waits, and the operator is alarmed (Z1)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server, ["POSTERN_BUDGET_RECIPIENT": "2/1h"])
        for _ in 0..<3 { #expect(try await postern.post().status == 202) }
        let words = "the vault lets out no more letters to one recipient than 2/1h (POSTERN_BUDGET_RECIPIENT)"
        try await expect(
            postern, "budget", says: words, doctor: "letters wait for a budget of the vault: POSTERN_BUDGET_RECIPIENT=2/1h",
            topic: nil)
        // A stranger who posted one letter more must not see that it was one too many.
        let ready = try await postern.get("/ready")
        #expect(ready.status == 200 && !ready.text.contains("delivery"), "\(ready.text)")
        try await eventually("the count is in the metrics", within: .seconds(60)) {
            let metrics = try await Web.get("http://127.0.0.1:\(postern.staffPort)/metrics").text
            return metrics.split(separator: "\n").contains {
                $0.hasPrefix("postern_vault_over_budget_total ") && !$0.hasSuffix(" 0")
            }
        }
        let told = try await postern.doctor(status: 69).troubles.filter { $0.check == "budgets" }
        #expect(told.count == 1 && told.first?.remedy?.contains("may have been taken over") == true, "\(told)")
        // One line an hour, however many letters wait.
        let alarms = postern.log.split(separator: "\n").filter {
            $0.contains("budgets: more is asked for than the vault lets out")
        }
        #expect(alarms.count == 1 && alarms.first?.contains(" error vault: ") == true, "\(alarms)")
        // None is lost.
        #expect(server.messages.count == 1)
        let waiting = try await postern.succeed("queue", "list", "--state", "ready", "--json").output
        let deliveries = try JSONDecoder().decode([Waiting].self, from: Data(waiting.utf8))
        #expect(deliveries.count == 2, "\(waiting)")
        for delivery in deliveries { #expect(delivery.due != nil && delivery.text?.contains(words) == true, "\(waiting)") }
        try await postern.stop()
        await server.stop()
    }

    @Test func `A letter refused for its content is held and said, and nothing is the matter with delivering`() async throws {
        let script = Script([.finalDot: .reply("552 5.3.4 Message size exceeds fixed limit")])
        let server = try await ScriptedSMTPServer.start(script)
        let postern = try await installation(server)
        // More of them than the breaker would bear, were they the smarthost's trouble.
        for _ in 0..<6 { #expect(try await postern.post().status == 202) }
        try await eventually("the log says that letters are held", within: .seconds(60)) {
            postern.log.contains("condition=held ")
                && postern.log.components(separatedBy: "outcome=our-fault").count == 7
        }
        let ready = try await postern.get("/ready")
        #expect(ready.status == 200 && !ready.text.contains("\"delivery\""), "\(ready.text)")
        let metrics = try await Web.get("http://127.0.0.1:\(postern.staffPort)/metrics").text
        #expect(metrics.contains("postern_health{condition=\"held\"} 1\n"))
        let troubles = metrics.split(separator: "\n").filter { $0.hasPrefix("postern_health{condition=\"smarthost") }
        #expect(!troubles.isEmpty && troubles.allSatisfy { $0.hasSuffix(" 0") }, "\(troubles)")
        try await postern.stop()
        await server.stop()
    }

    private struct Waiting: Decodable {
        let due, text: String?
    }

    @Test func `A proxy that is not trusted (H5)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        for number in 0..<4 { #expect(try await postern.post(from: "203.0.113.\(number)").status == 202) }
        try await eventually("the log names it", within: .seconds(30)) {
            postern.log.contains("condition=proxy") && postern.log.contains("POSTERN_TRUSTED_PROXIES=127.0.0.1/32,::1/128")
        }
        #expect(postern.log.components(separatedBy: "condition=proxy").count == 2)
        let found = try await postern.doctor().troubles
        #expect(found.map(\.check) == ["proxy"] && found.first?.finding.contains("count as one client") == true, "\(found)")
        #expect(try await postern.staffPage().text.contains("count as one client"))
        #expect(!postern.log.contains("203.0.113."))
        try await postern.stop()
        await server.stop()
    }

    @Test func `A vault that stands still: everything that is asked answers, and says so (H3)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        let first = try #require(postern.pid(of: .vault))
        // Somebody is signed in already.
        #expect(try await postern.staffPage().status == 200)
        postern.kill(.vault, SIGSTOP)
        // First, while it is this one that stands still.
        let found = try await postern.doctor(status: 69).troubles
        #expect(
            found.contains {
                $0.check == "service" && $0.finding.contains("the vault (process \(first)) is stopped, as by SIGSTOP")
            },
            "\(found)")
        try await eventually("503, and not silence", within: .seconds(30)) {
            let ready = try await Web.get("http://127.0.0.1:\(postern.port)/ready", within: .seconds(5))
            return ready.status == 503 && ready.text.contains("The vault does not answer.")
        }
        try await eventually("metrics", within: .seconds(20)) {
            let metrics = try await Web.get("http://127.0.0.1:\(postern.staffPort)/metrics", within: .seconds(10)).text
            return metrics.contains("postern_vault_up 0\n") && metrics.contains("postern_health{condition=\"vault\"} 1\n")
        }
        #expect(
            try await postern.staffPage(within: .seconds(10)).text
                .contains("The vault does not answer."))
        try await eventually("the log says so") {
            postern.log.contains("a process does not answer child=vault") && postern.log.contains("condition=vault")
        }
        try await eventually("a new vault", within: .seconds(90)) { postern.pid(of: .vault).map { $0 != first } ?? false }
        try await eventually("ready again", within: .seconds(30)) { await postern.isReady() }
        try await postern.stop()
        await server.stop()
    }

    @Test func `A relay that stands still is named by the doctor and in the log, and replaced (H3)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await installation(server)
        let first = try #require(postern.pid(of: .relay))
        postern.kill(.relay, SIGSTOP)
        let found = try await postern.doctor(status: 69).troubles
        #expect(
            found.contains {
                $0.check == "service" && $0.finding.contains("the relay (process \(first)) is stopped, as by SIGSTOP")
            },
            "\(found)")
        // Its store is open in no stranger.
        #expect(!found.contains { $0.finding.contains("is open in another process") }, "\(found)")
        try await eventually("it is noticed", within: .seconds(30)) {
            postern.log.contains("a process does not answer child=relay")
        }
        try await eventually("a new relay", within: .seconds(90)) { postern.pid(of: .relay).map { $0 != first } ?? false }
        try await eventually("ready again", within: .seconds(60)) { await postern.isReady() }
        try await postern.stop()
        await server.stop()
    }
}
