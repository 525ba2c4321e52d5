import Foundation
import PosternTestSupport
import Testing

@Suite("A backup and the saved keys give one installation back", .serialized, .timeLimit(.minutes(40)))
struct RestoreDrillTests {
    private func post(_ subject: String, _ postern: Installation) async throws -> String {
        try await postWithLink(subject, postern).id
    }

    /// - Returns: also the path of the page that the visitor keeps.
    private func postWithLink(_ subject: String, _ postern: Installation) async throws -> (id: String, link: String) {
        let answer = try await postern.post(["subject": subject])
        try #require(answer.status == 202, "\(answer)")
        let link = try #require(answer.text.firstMatch(of: /\/letter\/[0-9a-z]{36}/))
        return (try #require(answer.id), String(link.output))
    }

    private func copies(of subject: String, at server: ScriptedSMTPServer) -> Int {
        server.messages.count { $0.isAccepted == true && $0.header("Subject") == subject }
    }

    // Two users, as root.
    @Test(arguments: geteuid() == 0 ? [false, true] : [false])
    func
        `On a bare machine with one command: each letter delivered once or named, the erased stay erased, all others are reached (H6)`(
            asTwoUsers: Bool
        ) async throws
    {
        let mood = SmarthostMood(.well)
        let server = try await ScriptedSMTPServer.start(mood.script)
        let postern = try await Installation(
            smtpPort: server.port, settings: asTwoUsers ? TwoUsersTests.users : [:], isOpen: asTwoUsers)
        for handle in ["pat", "eve"] { try await postern.addRecipient(handle, "\(handle)@private.example") }
        let outside = try TemporaryFolder()
        let (backup, saved) = (outside.path("backup.sqlite"), outside.path("saved"))

        // The old machine: one letter delivered before the backup, two that wait and go out after it, one held, one of afterwards.
        try await postern.start()
        _ = try await post("before-the-backup", postern)
        try await server.received(count: 1)
        mood.set(.deferring)
        let first = try await postWithLink("waiting-one", postern)
        let waiting = [first.id, try await post("waiting-two", postern)]
        try await postern.succeed("block", "add", "--domain", "visitor.example", "--reason", "to look")
        let (held, link) = try await postWithLink("held-for-a-look", postern)
        try await postern.succeed("block", "remove", "1")
        try await eventually("both wait") {
            let counts = try await postern.counts()
            return counts["ready"] == 2 && counts["held"] == 1 && counts["delivered"] == 1
        }
        let told = try await postern.succeed("backup", backup)
        #expect(told.output.contains("NOT ALL KEYS HAVE BEEN SAVED") && told.output.contains("It has no key"), "\(told.output)")
        #expect(try FileManager.default.attributesOfItem(atPath: backup)[.posixPermissions] as? NSNumber == 0o600)
        mood.set(.well)
        try await postern.succeed("queue", "retry", "--all")
        try await server.received(count: 3)
        try await postern.succeed("recipient", "erase", "eve", "--site", "photos", "--yes")
        try await postern.succeed("keys", "export-recovery", saved)
        _ = try await post("after-the-backup", postern)
        try await server.received(count: 4)
        try await postern.cutOff()

        let bare = try BareMachine(like: postern, isOpen: asTwoUsers)
        let restored = try await bare.run("restore", backup, "--keys", saved)
        try #require(restored.status == 0, "\(restored.output)\(restored.errors)")
        // What may have gone out, or is lost, is named.
        for id in waiting + [held] { #expect(restored.output.contains(id), "\(restored.output)") }
        #expect(restored.output.contains("end as failed") && restored.output.contains("Erased again"), "\(restored.output)")
        #expect(restored.output.contains("photos/eve"), "\(restored.output)")
        #expect(try await bare.counts()["failed"] == 3)
        let listed = try await bare.run("queue", "list", "--state", "failed").output
        for id in waiting + [held] { #expect(listed.contains(id), "\(listed)") }
        for kind in ["address-", "authorisation-", "journal-"] { #expect(try bare.keys(kind).count == 1) }

        // From now on it is a service like the one before.
        let (serving, log) = (Serving(), outside.path("log"))
        try await serving.start(Program.postern, ["serve", "--home", bare.home], environment: bare.settings, log: log)
        try await eventually("ready", within: .seconds(60)) { await postern.isReady() }
        _ = try await post("to-the-new-machine", postern)
        try await server.received(count: 5)
        #expect(try await bare.doctorFailures().isEmpty)
        #expect(try await postern.post(to: "eve").status == 403)
        // Who wrote a letter that is lost reads so on the page that they kept the link of.
        for page in [link, first.link] {
            let shown = try await postern.get(page)
            #expect(shown.status == 200 && shown.text.contains("could not be delivered"), "\(shown.status) \(shown.text)")
        }
        for subject in ["before-the-backup", "waiting-one", "waiting-two", "after-the-backup", "to-the-new-machine"] {
            #expect(copies(of: subject, at: server) == 1, "\(subject)")
        }
        #expect(copies(of: "held-for-a-look", at: server) == 0)
        serving.signal(SIGTERM)
        _ = try await serving.end(within: .seconds(40))
        await server.stop()
    }

    @Test func `Anyone who came after the keys were saved is reached on a bare machine, by the second place of own secrets (V6)`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let (outside, disk) = (try TemporaryFolder(), try TemporaryFolder())
        let (backup, saved, copy) = (outside.path("backup.sqlite"), outside.path("saved"), disk.path("postern-secrets"))
        let postern = try await Installation(smtpPort: server.port, settings: ["POSTERN_SECRETS_COPY": copy])
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.succeed("keys", "export-recovery", saved)
        try await postern.start()
        for handle in ["kim", "eve"] { try await postern.addRecipient(handle, "\(handle)@private.example") }
        try await postern.succeed("backup", backup)
        // Of this nothing but the copy knows.
        try await postern.succeed("recipient", "erase", "eve", "--site", "photos", "--yes")
        let content = { FileManager.default.contents(atPath: $0) }
        #expect(content(copy) == content(postern.home + "/vault/records-secrets"))
        #expect(try await postern.succeed("keys", "status").output.contains("are kept in \(copy) too, last compared at"))
        try await postern.cutOff()

        let bare = try BareMachine(like: postern, isOpen: false)
        let restored = try await bare.run("restore", backup, "--keys", saved, "--secrets", copy)
        #expect(restored.status == 0 && restored.output.contains("own secrets of recipients back"), "\(restored)")
        let (serving, log) = (Serving(), outside.path("log"))
        try await serving.start(Program.postern, ["serve", "--home", bare.home], environment: bare.settings, log: log)
        try await eventually("ready", within: .seconds(60)) { await postern.isReady() }
        for handle in ["kim", "eve"] { #expect(try await postern.post(to: handle).status == 202, "\(handle)'s row is there") }
        #expect(try await server.received(count: 1).flatMap(\.recipients) == ["<kim@private.example>"])
        try await eventually("the other is held") { try await bare.counts()["held"] == 1 }
        #expect(content(copy) == content(bare.home + "/vault/records-secrets"))
        serving.signal(SIGTERM)
        _ = try await serving.end(within: .seconds(40))
        await server.stop()
    }

    @Test func `On the machine itself, what was delivered after the backup is not sent again, and what is left out is named`()
        async throws
    {
        let mood = SmarthostMood(.deferring)
        let server = try await ScriptedSMTPServer.start(mood.script)
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        let outside = try TemporaryFolder()
        try await postern.start()
        let (one, two) = (try await post("goes-out-later", postern), try await post("waits-still", postern))
        try await eventually("both wait") { try await postern.counts()["ready"] == 2 }
        try await postern.succeed("backup", outside.path("backup.sqlite"))
        try await postern.succeed("queue", "hold", two)
        mood.set(.well)
        try await postern.succeed("queue", "retry", one)
        try await server.received(count: 1)
        try await eventually("that is written") { try await postern.counts()["delivered"] == 1 }
        mood.set(.deferring)
        let late = try await post("came-after-the-backup", postern)
        try await eventually("it waits") { try await postern.counts()["ready"] == 1 }
        // The service must be stopped.
        #expect(try await postern.command("restore", outside.path("backup.sqlite")).status == 75)
        try await postern.stop()

        let restored = try await postern.succeed("restore", outside.path("backup.sqlite")).output
        #expect(restored.contains("1 letter ended after the backup") && restored.contains("1 letter is held"), "\(restored)")
        #expect(restored.contains(late) && restored.contains("in the former store alone"), "\(restored)")
        #expect(restored.contains("rm ") && restored.contains("postern.sqlite.replaced-"), "\(restored)")
        #expect(try await postern.counts().filter { $0.value > 0 } == ["delivered": 1, "held": 1])
        mood.set(.well)
        try await postern.start()
        try await postern.succeed("queue", "release", "--all")
        try await server.received(count: 2)
        #expect(copies(of: "goes-out-later", at: server) == 1 && copies(of: "waits-still", at: server) == 1)
        try await postern.stop()
        await server.stop()
    }

    @Test
    func `After an init the backup alone is not taken, keys copied by hand are FAIL, and one command makes one keyring (H6)`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let old = try await Installation(smtpPort: server.port)
        try await old.addRecipient("pat", "pat@private.example")
        let outside = try TemporaryFolder()
        let (backup, saved) = (outside.path("backup.sqlite"), outside.path("saved"))
        try await old.succeed("backup", backup)
        try await old.succeed("keys", "export-recovery", saved)
        let new = try await Installation(smtpPort: server.port)
        let before = FileManager.default.contents(atPath: new.store)
        let refused = try await new.command("restore", backup)
        #expect(refused.status == 66 && refused.errors.contains("--keys FOLDER"), "\(refused.errors)")
        #expect(FileManager.default.contents(atPath: new.store) == before)

        // As the guide said once: copied beside the new ones.
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: saved) where name.hasSuffix(".key") {
            try files.copyItem(atPath: "\(saved)/\(name)", toPath: "\(new.home)/vault/keys/\(name)")
            try files.setAttributes([.posixPermissions: 0o400], ofItemAtPath: "\(new.home)/vault/keys/\(name)")
        }
        let torn = try await new.doctor(status: 69).troubles.filter { $0.level == "FAIL" }
        #expect(torn.count == 6 && torn.allSatisfy { $0.check == "saved-keys" }, "\(torn)")

        // The settings of this init are others than the saved ones, which nobody takes without being asked.
        let conf = new.home + "/postern.conf"
        let own = try String(contentsOfFile: conf, encoding: .utf8)
        let report = try await new.succeed("restore", backup, "--keys", saved).output
        for words in ["\(saved)/postern.conf", "were not taken", "POSTERN_PUBLIC_URL", "cp "] {
            #expect(report.contains(words), "\(words): \(report)")
        }
        #expect(!report.contains("restore the backup once more") && !report.contains("POSTERN_SMTP_URL"), "\(report)")
        #expect(try String(contentsOfFile: conf, encoding: .utf8) == own)
        let keys = try files.contentsOfDirectory(atPath: new.home + "/vault/keys").filter { $0.hasSuffix(".key") }
        #expect(keys.count == 3, "\(keys)")
        // As the report says, and then there is nothing more to say.
        let savedSettings = try String(contentsOfFile: "\(saved)/postern.conf", encoding: .utf8)
        try savedSettings.write(toFile: conf, atomically: false, encoding: .utf8)
        let again = try await new.succeed("restore", backup, "--keys", saved).output
        #expect(!again.contains("were not taken"), "\(again)")
        try own.write(toFile: conf, atomically: false, encoding: .utf8)
        #expect(try await new.doctor().troubles.isEmpty)
        try await new.start()
        #expect(try await new.post().status == 202)
        try await server.received(count: 1)
        try await new.stop()
        await server.stop()
    }

    // As root each of the two users has a cage, in which no file changes its folder.
    @Test(arguments: geteuid() == 0 ? [false, true] : [false])
    func `After an init that made keys of its own, one command sets these aside, with what was counted under them`(
        asTwoUsers: Bool
    ) async throws {
        let server = try await ScriptedSMTPServer.start()
        let users = asTwoUsers ? TwoUsersTests.users : [:]
        let old = try await Installation(smtpPort: server.port, settings: users, isOpen: asTwoUsers)
        try await old.addRecipient("pat", "pat@private.example")
        let outside = try TemporaryFolder()
        let (backup, saved) = (outside.path("backup.sqlite"), outside.path("saved"))
        try await old.succeed("backup", backup)
        try await old.succeed("keys", "export-recovery", saved)
        let new = try await Installation(smtpPort: server.port, settings: users, isOpen: asTwoUsers)
        // Letters are counted there, before anybody thinks of the backup.
        try await new.addRecipient("kim", "kim@private.example")
        try await new.start()
        #expect(try await new.post(to: "kim").status == 202)
        try await server.received(count: 1)
        try await new.stop()

        try await new.succeed("restore", backup, "--keys", saved)
        let vault = new.home + "/vault"
        let files = FileManager.default
        let aside = try #require(try files.contentsOfDirectory(atPath: vault).first { $0.hasPrefix("replaced-") })
        let moved = Set(try files.contentsOfDirectory(atPath: "\(vault)/\(aside)"))
        #expect(try files.contentsOfDirectory(atPath: vault).contains { $0.hasPrefix("journal.replaced-") })
        #expect(moved.contains("budgets") && moved.count { $0.hasSuffix(".key") } == 3, "\(moved)")
        for kind in ["address-", "authorisation-", "journal-"] {
            let names = try files.contentsOfDirectory(atPath: vault + "/keys")
            #expect(names.count { $0.hasPrefix(kind) && $0.hasSuffix(".key") } == 1, "\(names)")
        }
        #expect(try await new.doctor().troubles.isEmpty)
        try await new.start()
        #expect(try await new.post().status == 202)
        try await server.received(count: 2)
        try await new.stop()
        await server.stop()
    }

    @Test(arguments: geteuid() == 0 ? [false, true] : [false])
    func `Whom the saved memory knows as erased stays erased when keys alone go into a vault with a memory of its own`(
        asTwoUsers: Bool
    ) async throws {
        let server = try await ScriptedSMTPServer.start()
        let users = asTwoUsers ? TwoUsersTests.users : [:]
        let old = try await Installation(smtpPort: server.port, settings: users, isOpen: asTwoUsers)
        for handle in ["pat", "eve"] { try await old.addRecipient(handle, "\(handle)@private.example") }
        let outside = try TemporaryFolder()
        let (backup, saved) = (outside.path("backup.sqlite"), outside.path("saved"))
        try await old.succeed("backup", backup)
        try await old.succeed("recipient", "erase", "eve", "--site", "photos", "--yes")
        try await old.succeed("keys", "export-recovery", saved)

        // The keys seemed lost: another vault went on with the backup, until they were found.
        let new = try await Installation(smtpPort: server.port, settings: users, isOpen: asTwoUsers)
        try await new.addRecipient("kim", "kim@private.example")
        try await new.succeed("restore", backup, "--without-keys")
        try await new.addRecipient("sam", "sam@private.example")
        let put = try await new.succeed("keys", "import-recovery", saved).output
        #expect(put.contains("photos/eve") && put.contains("counts from now on"), "\(put)")
        try await new.start()
        #expect(try await new.post(to: "eve").status == 403)
        #expect(try await new.post(to: "pat").status == 202)
        #expect(try await new.post(to: "sam").status == 202)
        let told = Set(try await server.received(count: 2).flatMap(\.recipients))
        #expect(told == ["<pat@private.example>", "<sam@private.example>"])
        try await new.stop()
        // The vault knows it by itself, whatever the store says: she cannot be added as if nothing had been.
        let again = try await new.run(
            ["recipient", "add", "eve", "--site", "photos", "--name", "Eve", "--confirmed"], input: "eve@private.example\n")
        #expect(again.status == 65 && again.errors.contains("--new-person"), "\(again.output)\(again.errors)")
        await server.stop()
    }

    @Test(arguments: ["gone", "cut", "unreadable"])
    func `A day's key that cannot be used: the service starts, says what is lost, the letters end or are held by name (M1)`(
        how: String
    ) async throws {
        let mood = SmarthostMood(.deferring)
        let server = try await ScriptedSMTPServer.start(mood.script)
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let (lost, link) = try await postWithLink("sealed-to-the-lost-key", postern)
        try await eventually("it waits") { try await postern.counts()["ready"] == 1 }
        try await postern.stop()
        let folder = postern.home + "/vault/keys"
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: folder) where name.hasPrefix("letter-") {
            switch how {
            case "gone": try files.removeItem(atPath: "\(folder)/\(name)")
            case "cut":
                try files.removeItem(atPath: "\(folder)/\(name)")
                try Data("postern key, ver".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
                try files.setAttributes([.posixPermissions: 0o400], ofItemAtPath: "\(folder)/\(name)")
            default: try files.setAttributes([.posixPermissions: 0o440], ofItemAtPath: "\(folder)/\(name)")
            }
        }
        mood.set(.well)
        try await postern.start()
        #expect(postern.log.contains("one cannot be used: letters of "), "\(postern.log.suffix(2_000))")
        try await postern.succeed("queue", "retry", "--all")
        let end = how == "unreadable" ? "held" : "failed"
        try await eventually("it ended") { try await postern.counts()[end] == 1 }
        let shown = try await postern.succeed("queue", "show", lost).output
        #expect(shown.contains(how == "unreadable" ? "chmod 400" : "the key of its day"), "\(shown)")
        let page = try await postern.get(link).text
        #expect(page.contains(how == "unreadable" ? "on its way" : "could not be delivered"), "\(page)")
        // New letters are sealed to new keys and go out.
        _ = try await post("sealed-to-a-new-key", postern)
        try await server.received(count: 1)
        let found = try await postern.doctor(status: 69).troubles.filter { $0.level == "FAIL" }
        let check = how == "unreadable" ? "modes" : "keys"
        #expect(found.contains { $0.check == check } && found.allSatisfy { $0.finding.contains("/letter-") }, "\(found)")
        try await postern.stop()
        await server.stop()
    }

    @Test
    func `A clock that was forty days ahead for a moment at the start costs nothing, and the doctor is content again (M11)`()
        async throws
    {
        let mood = SmarthostMood(.deferring)
        let server = try await ScriptedSMTPServer.start(mood.script)
        let postern = try await Installation(smtpPort: server.port)
        let clock = try await FakeClock(days: 0)
        postern.setClock(clock)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        _ = try await post("from-before", postern)
        try await eventually("it waits") { try await postern.counts()["ready"] == 1 }
        try await postern.stop()
        let keys = { Set(try FileManager.default.contentsOfDirectory(atPath: postern.home + "/vault/keys")) }
        let before = try keys()
        try clock.jump(toDays: 40)
        try await postern.start()
        _ = try await post("from-the-false-time", postern)
        try await eventually("the relay has looked at both") { try await postern.counts()["ready"] == 2 }
        try clock.jump(toDays: 0)
        try await eventually("the vault sees that it is right again", within: .seconds(30)) {
            postern.log.contains("it was ahead, and is right again")
        }
        #expect(try keys().isSuperset(of: before))
        mood.set(.well)
        try await postern.succeed("queue", "retry", "--all")
        try await server.received(count: 2)
        let clockLines = try await postern.doctor().findings.filter { $0.check == "clock" }
        #expect(!clockLines.contains { $0.level == "FAIL" }, "\(clockLines)")
        try await postern.stop()
        #expect(try await postern.doctor().findings.allSatisfy { $0.level != "FAIL" })
        postern.setClock(nil)
        await server.stop()
    }
}
