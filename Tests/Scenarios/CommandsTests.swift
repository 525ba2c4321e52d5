import Foundation
import PosternTestSupport
import Testing

@Suite("An operator sees and moves what waits, and never an address", .serialized, .timeLimit(.minutes(40)))
struct CommandsTests {
    @Test
    func `A refused login holds the letter as our fault; once it is fixed and released, the letter goes (held, show, release)`()
        async throws
    {
        let gate = Gate()
        var script = Script()
        script.choose = { stage, info in
            stage == .mailFrom && info.session == 0 ? .reply("550 5.7.1 sender contact@relay.example.org rejected") : nil
        }
        let server = try await ScriptedSMTPServer.start(script)
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let id = try #require(try await postern.post().id)
        try await eventually("held", within: .seconds(60)) { try await postern.counts()["held"] == 1 }
        let shown = try await postern.succeed("queue", "show", id)
        #expect(shown.output.contains("our-fault") && shown.output.contains("mail-from") && shown.output.contains("550"))
        #expect(!shown.output.contains("contact@relay"))
        #expect(try await postern.succeed("queue", "list", "--held").output.contains(id))
        await server.closeConnections()
        #expect(try await postern.succeed("queue", "release", id).output == "1 delivery released.\n")
        try await server.received(count: 1)
        try await postern.drained(within: .seconds(60))
        let again = try await postern.command("queue", "release", id)
        #expect(again.status == 65)
        #expect(again.errors.contains("is delivered"))
        gate.open()
        try await postern.stop()
        await server.stop()
    }

    @Test
    func `A smarthost that is away opens the breaker; when it is back, everything goes out and nothing is lost (A8)`()
        async throws
    {
        let port = try FreePort.find()
        let postern = try await Installation(smtpPort: port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        for number in 0..<20 { #expect(try await postern.post(["subject": "n\(number)"]).status == 202) }
        try await eventually("five attempts were made", within: .seconds(60)) {
            try await postern.succeed("queue", "list").output.contains("connect") || postern.log.contains("stage=connect")
        }
        let counts = try await postern.counts()
        #expect(counts["ready"] == 20, "\(counts)")
        let server = try await ScriptedSMTPServer.start(port: port)
        // M10. That the breaker then asks at once, and does not wait for its time, is shown by `BreakerTests`.
        let retried = try await postern.succeed("queue", "retry", "--all")
        #expect(retried.output == "20 deliveries due now.\n")
        try await eventually("all have arrived", within: .seconds(60)) { server.messages.count >= 20 }
        try await postern.drained(within: .seconds(60))
        #expect(server.messages.count == 20)
        #expect(try await postern.isBalanced())
        try await postern.stop()
        await server.stop()
    }

    @Test
    func `Hold, release, drop and retry, bulk by reason too, say what cannot be, with the service stopped too`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        try await postern.addRecipient("pat", "pat@private.example")
        // The vault is stopped: letters are accepted and wait.
        try await postern.start()
        postern.kill(.vault, SIGSTOP)
        var ids: [String] = []
        for _ in 0..<12 { ids.append(try #require(try await postern.post().id)) }
        try await postern.cutOff()

        let last = try #require(ids.last)
        #expect(try await postern.succeed("queue", "hold", last, "--note", "looks odd").output == "1 delivery held.\n")
        #expect(try await postern.succeed("queue", "list", "--held").output.contains("looks odd"))
        #expect(try await postern.succeed("queue", "drop", last).output == "1 delivery dropped.\n")
        let dropped = try await postern.command("queue", "release", last)
        #expect(dropped.status == 65 && dropped.errors.contains("is dropped"))
        let unknown = try await postern.command("queue", "show", "01m85w9wp1fesjt7anqm7c0ktn")
        #expect(unknown.status == 65 && unknown.errors.contains("there is no delivery"))
        let noID = try await postern.command("queue", "show", "x")
        #expect(noID.status == 65 && noID.errors.contains("26 characters"))
        #expect(try await postern.command("queue", "list", "--state", "lost").status == 64)
        #expect(try await postern.command("queue", "retry").status == 64)

        // By what they have in common. Some are leased to a process that is gone.
        let ready = try #require(try await postern.counts()["ready"])
        #expect(ready > 1)
        // --reason chooses here too, and does not say why.
        let misspelt = try await postern.command("queue", "hold", "--reason", "nothing has this")
        #expect(misspelt.status == 65 && misspelt.output.isEmpty && misspelt.errors.contains("none matches"))
        #expect(misspelt.errors.contains("postern queue list --state ready"))
        #expect(try await postern.counts()["held"] == 0)
        let held = try await postern.succeed("queue", "hold", "--site", "photos", "--note", "SendAsDenied")
        #expect(held.output == "\(ready) deliveries held.\n")
        let listed = try await postern.succeed("queue", "list", "--reason", "sendas", "--limit", "1").output
        #expect(listed.contains("1 of \(ready); --limit 0 for all"), "\(listed)")
        #expect(
            try await postern.succeed("queue", "list", "--reason", "sendas", "--limit", "0").output.split(separator: "\n").count
                == ready + 1)
        for (search, words) in [
            (["--reason", "Nothing"], "none matches"), (["--site", "elsewhere"], "there is no site"),
            (["--site", "photos", "--recipient", "nobody"], "there is no recipient"),
        ] {
            let none = try await postern.run(["queue", "release"] + search)
            #expect(
                none.status == 65 && none.errors.contains(words) && none.errors.contains("postern "), "\(search): \(none.errors)")
        }
        #expect(try await postern.counts()["held"] == ready)
        // Nobody has searched for anything.
        #expect(try await postern.succeed("queue", "retry", "--state", "expired").output.contains("none matches"))
        let refused = try await postern.command("queue", "drop", "--reason", "SendAsDenied")
        #expect(
            refused.status == 64 && refused.errors.contains("Drop for good \(ready) deliveries?")
                && refused.errors.contains("--yes"))
        let released = try await postern.succeed("queue", "release", "--reason", "SendAsDenied")
        #expect(released.output == "\(ready) deliveries released.\n")
        #expect(try await postern.command("queue", "release", "--state", "delivered").status == 65)
        _ = try await postern.succeed("queue", "hold", "--all")
        #expect(try await postern.succeed("queue", "drop", "--state", "held", "--yes").output == "\(ready) deliveries dropped.\n")
        #expect(try await postern.isBalanced())
    }

    @Test func `What an interrupted backup left beside the store goes when the relay starts, and nothing else does`() async throws
    {
        let postern = try await Installation(smtpPort: 2_525)
        let store = postern.home + "/store"
        let left = [
            "backup-0123456789abcdef.sqlite", "backup-0123456789abcdef.sqlite.part", "backup-0123456789abcdef.sqlite-journal",
        ]
        let own = ["backup-2026.sqlite", "backup-0123456789abcdef.txt", "my-backup-0123456789abcdef.sqlite"]
        for name in left + own { try Data().write(to: URL(fileURLWithPath: "\(store)/\(name)")) }
        try await postern.start()
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: store))
        #expect(names.isDisjoint(with: left) && names.isSuperset(of: own), "\(names)")
        #expect(postern.log.contains("what an interrupted backup left") && postern.log.contains("files=3"))
        let folder = try TemporaryFolder()
        try await postern.succeed("backup", folder.path("copy.sqlite"))
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: store)) == names)
        try await postern.stop()
    }

    @Test func `Pause, resume and erase do what they say, and the handle stays taken`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        try await postern.succeed("recipient", "pause", "pat", "--site", "photos")
        #expect(try await postern.post().status == 403)
        try await postern.succeed("recipient", "resume", "pat", "--site", "photos")
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        let twice = try await postern.command(
            "recipient", "add", "pat", "--site", "photos", "--name", "X", "--confirmed", input: "x@example.org\n")
        #expect(twice.status == 65 && twice.errors.contains("--replace"))
        try await postern.succeed(
            "recipient", "add", "pat", "--site", "photos", "--name", "Pat", "--confirmed", "--replace",
            input: "new@private.example\n")
        #expect(try await postern.post().status == 202)
        #expect(try await server.received(count: 2).last?.recipients == ["<new@private.example>"])
        try await postern.succeed("recipient", "erase", "pat", "--site", "photos", "--yes")
        #expect(try await postern.post().status == 403)
        #expect(try await postern.succeed("recipient", "show", "pat", "--site", "photos").output.contains("erased"))
        #expect(try await postern.command("recipient", "resume", "pat", "--site", "photos").status == 65)

        // M8: no circle of messages, and nothing of the former person's goes to the new one.
        for options in [["--replace"], []] {
            let told = try await postern.run(
                ["recipient", "add", "pat", "--site", "photos", "--name", "Kim", "--confirmed"] + options,
                input: "kim@private.example\n")
            #expect(told.status == 65 && told.errors.contains("--new-person"), "\(told.errors)")
        }
        try await postern.succeed(
            "recipient", "add", "pat", "--site", "photos", "--name", "Kim", "--confirmed", "--new-person",
            input: "kim@private.example\n")
        #expect(try await postern.post().status == 202)
        #expect(try await server.received(count: 3).last?.recipients == ["<kim@private.example>"])
        let still = try await postern.command(
            "recipient", "add", "pat", "--site", "photos", "--name", "X", "--confirmed", "--new-person",
            input: "x@private.example\n")
        #expect(still.status == 65 && still.errors.contains("erase it first"))
        let asked = try await postern.command("recipient", "erase", "pat", "--site", "photos")
        #expect(asked.status == 64 && asked.errors.contains("--yes"))
        #expect(try await postern.command("site", "remove", "photos").status == 64)
        #expect(try await postern.command("site", "set", "photos").status == 64)
        #expect(
            try await postern.command("site", "set", "photos", "--languages", "de", "xx").errors.contains("ar, de, en and fr"))
        #expect(try await postern.succeed("site", "show", "photos").output.contains("recipients 2"))
        let operations = try await postern.succeed("log", "operations").output.split(separator: "\n")
        #expect(operations.last?.contains("recipient.enrol") == true && operations.last?.contains("photos/pat") == true)
        let latest = try await postern.succeed("log", "operations", "--json", "--limit", "1").output
        #expect(latest.contains(#""actor":"operator""#))
        #expect(
            try await postern.succeed("site", "remove", "photos", "--yes").output == "Removed site photos; 1 recipient erased.\n")
        #expect(try await postern.get("/c/photos/pat").status == 404)
        #expect(try await postern.succeed("site", "list").output.contains("photos") == false)
        try await postern.succeed("site", "add", "photos", "--name", "Photos again")
        try await postern.stop()
        await server.stop()
    }

    @Test func `A malformed address is refused with a reason and is not repeated`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let finished = try await postern.command(
            "recipient", "add", "pat", "--site", "photos", "--name", "Pat", "--confirmed", input: "canary-without-at\n")
        #expect(finished.status == 65)
        #expect(finished.errors.contains("no @"))
        #expect(!finished.errors.contains("canary"))
        #expect(try await postern.command("recipient", "add", "pat", "--site", "photos", "--name", "Pat", input: "").status == 66)
    }

    @Test func `A backup made under load is complete, opens as a store, and holds no key`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        for _ in 0..<50 { #expect(try await postern.post().status == 202) }
        let path = postern.home + "/copy.sqlite"
        #expect(try await postern.succeed("backup", path).output.contains("found it whole"))
        let content = try #require(FileManager.default.contents(atPath: path))
        #expect(content.count > 50_000)
        let keys = postern.home + "/vault/keys"
        for name in try FileManager.default.contentsOfDirectory(atPath: keys) where name.hasSuffix(".key") {
            let text = try String(contentsOfFile: "\(keys)/\(name)", encoding: .utf8)
            let secret = try #require(text.split(separator: "\n").first { $0.hasPrefix("secret: ") }?.dropFirst(8))
            let bytes = try #require(Data(base64Encoded: String(secret)))
            #expect(content.range(of: bytes) == nil && content.range(of: Data(secret.utf8)) == nil, "\(name)")
        }
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber == 0o600)
        #expect(try await postern.command("backup", path).status != 0)
        try await postern.stop()
        await server.stop()
    }

    @Test
    func `A new address does not end a pause; an import does not empty its own file`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.succeed("recipient", "pause", "pat", "--site", "photos")
        try await postern.succeed(
            "recipient", "add", "pat", "--site", "photos", "--name", "Pat", "--confirmed", "--replace",
            input: "new@private.example\n")
        #expect(try await postern.succeed("recipient", "show", "pat", "--site", "photos").output.contains("paused"))
        let folder = try TemporaryFolder()
        let file = folder.path("people.csv")
        try "handle,name,email\nsam,Sam,sam@private.example\n".write(toFile: file, atomically: true, encoding: .utf8)
        let wrong = try await postern.command("recipient", "import", file, "--site", "photos", "--rejects", file)
        #expect(wrong.status == 65)
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains("sam@private.example"))
    }
}
