import Foundation
import PosternTestSupport
import Testing

/// Two of the users every Debian system has. Only root can become another user.
@Suite("Started as root, relay and vault are two users", .serialized, .enabled(if: geteuid() == 0), .timeLimit(.minutes(40)))
struct TwoUsersTests {
    static let users = ["POSTERN_RELAY_USER": "games", "POSTERN_VAULT_USER": "news"]

    @Test
    func `A letter arrives, each process runs as its own user, and the relay's user can read nothing of the vault's`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: Self.users, isOpen: true)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        try await postern.addRecipient("sam", "sam@private.example")
        #expect(try await postern.post().status == 202)
        #expect(try await postern.post(to: "sam").status == 202)
        try await server.received(count: 2)
        for (process, user) in [(Processes.relay, "games"), (.vault, "news")] {
            let pid = try #require(postern.pid(of: process))
            // Not ps: /proc gives the folder of a process that is not dumpable to root.
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            let ids = try #require(status.split(separator: "\n").first { $0.hasPrefix("Uid:") }).split(separator: "\t")
                .dropFirst()
            let id = try await Program.run("id", ["-u", user]).output.trimmingCharacters(in: .whitespacesAndNewlines)
            // Real, effective, saved and file-system user: there is no other to go back to.
            #expect(ids.count == 4 && ids.allSatisfy { $0 == id }, "\(process): \(ids)")
            // Neither is dumpable: then the files in /proc belong to root, no matter who runs the process (proc(5)).
            let environment = try FileManager.default.attributesOfItem(atPath: "/proc/\(pid)/environ")
            #expect(environment[.ownerAccountID] as? Int == 0, "\(process) is dumpable")
        }
        let keys = postern.home + "/vault/keys"
        let key = try #require(FileManager.default.contentsOfDirectory(atPath: keys).first { $0.hasPrefix("address-") })
        let vault = try #require(postern.pid(of: .vault))
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Support/attempts.py")
            .path
        let attempts = ["python3", "-", postern.home, "\(keys)/\(key)", String(vault)]
        // Through standard input: the relay's user may not be able to read the tests' folder.
        let source = try String(contentsOfFile: script, encoding: .utf8)
        let tried = try await Program.run("runuser", ["-u", "games", "--"] + attempts, input: source)
        let lines = tried.output.split(separator: "\n")
        print(tried.output)
        #expect(lines.count == 34 && lines.last == "33 attempts, 0 done", "\(tried.output)\(tried.errors)")
        for line in lines.dropLast() { #expect(line.hasPrefix("refused "), "the relay's user: \(line)") }
        // The control: a user who is allowed to succeeds, so it was the permission that was missing.
        let control = try await Program.run(attempts[0], Array(attempts.dropFirst()) + ["--reading"], input: source)
        let last = try #require(control.output.split(separator: "\n").last)
        #expect(last == "15 attempts, 15 done", "\(control.output)\(control.errors)")
        #expect(postern.pid(of: .vault) == vault)
        let store = try await Program.run("runuser", ["-u", "news", "--", "cat", postern.store])
        #expect(store.status != 0, "the vault's user reads the store")
        #expect(!postern.log.contains("as one user"))
        #expect(try await postern.stop() == 0)

        // Root works on it while nothing is served; then it is served again.
        try await postern.addRecipient("eve", "eve@private.example")
        #expect(try await postern.succeed("keys", "status").output.contains("address"))
        try await postern.start()
        #expect(try await postern.post(to: "eve").status == 202)
        try await server.received(count: 3)
        try await postern.stop()
        await server.stop()
    }

    // What root does to the file, with the vault's user as its owner or not.
    @Test(arguments: [(owner: "root", mode: 0o400), ("news", 0o440)] as [(owner: String, mode: mode_t)])
    func `A reload with a password that the vault may not read, or does not take, leaves the running vault as it is`(
        owner: String, mode: mode_t
    ) async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port, settings: Self.users, isOpen: true)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let former = [postern.pid(of: .relay), postern.pid(of: .vault)]
        let password = postern.home + "/vault/password"
        try "x\n".write(toFile: password, atomically: true, encoding: .utf8)
        chmod(password, mode)
        if owner != "root" { _ = try await Program.run("chown", [owner, password]) }
        let conf = postern.home + "/postern.conf"
        let lines = "POSTERN_SMTP_USER=x\nPOSTERN_SMTP_PASSWORD_FILE=\(password)\n"
        try (String(contentsOfFile: conf, encoding: .utf8) + lines).write(toFile: conf, atomically: true, encoding: .utf8)
        chmod(conf, 0o644)
        postern.kill(.supervisor, SIGHUP)
        try await eventually("it is told") { postern.log.contains("reload: nothing was reloaded") }
        #expect(postern.log.contains("POSTERN_SMTP_PASSWORD_FILE"), "\(postern.log.suffix(2_000))")
        #expect([postern.pid(of: .relay), postern.pid(of: .vault)] == former)
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        #expect(try await postern.stop() == 0)
        await server.stop()
    }

    @Test func `A user that does not exist, or one user for both, is a fault`() async throws {
        let postern = try await Installation(smtpPort: 2_525, settings: ["POSTERN_RELAY_USER": "nosuchuser"], isMade: false)
        let unknown = try await postern.command("serve")
        #expect(unknown.status == 78 && unknown.errors.contains("there is no user “nosuchuser”"))
        let same = try await Installation(
            smtpPort: 2_525, settings: ["POSTERN_RELAY_USER": "games", "POSTERN_VAULT_USER": "games"], isMade: false)
        let both = try await same.command("serve")
        #expect(both.status == 78 && both.errors.contains("the same user"))
    }
}
