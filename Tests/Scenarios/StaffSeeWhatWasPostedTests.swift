import Foundation
import PosternTestSupport
import Testing

@Suite("Staff see what was posted and why it was held or refused, and never who posted it", .serialized, .timeLimit(.minutes(40)))
struct StaffSeeWhatWasPostedTests {
    private struct Entry: Decodable {
        let id: String
        let verdict: String
        let handle: String
        let rules: [String]
        let tags: [String]
        let repeats: Int
    }

    private func entries(_ postern: Installation, _ filters: String...) async throws -> [Entry] {
        let finished = try await postern.run(["log", "list", "--json"] + filters)
        try #require(finished.status == 0, "\(finished.errors)")
        return try JSONDecoder().decode([Entry].self, from: Data(finished.output.utf8))
    }

    @Test
    func `A limit answers 429 with the time, survives a restart, and is in the log with its rule (L1, L4)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await postedOnOneDay(server)

        let all = try await entries(postern)
        #expect(all.map(\.verdict).sorted() == ["accept", "accept", "accept", "refuse", "refuse"])
        let limited = try await entries(postern, "--verdict", "refuse", "--rule", "limit-client", "--recipient", "photos/pat")
        #expect(limited.count == 2)
        let tag = try #require(limited.first?.tags.first)
        let own = try await entries(postern, "--tag", tag)
        #expect(own.count == 4)
        #expect(try await entries(postern, "--tag", try #require(limited.first?.tags.last)).count == 5)
        #expect(try await entries(postern, "--since", "1h", "--limit", "2").count == 2)
        #expect(try await entries(postern, "--until", "2020-01-01").isEmpty)
        let shown = try await postern.succeed("log", "show", try #require(limited.first?.id)).output
        #expect(shown.contains("limit-client") && shown.contains("POSTERN_LIMIT_CLIENT") && shown.contains(tag))
        #expect(!shown.contains("192.0.2.7"))
        try await postern.stop()
        await server.stop()
    }

    /// An installation that has taken two letters from 192.0.2.7 and refused two, before and after a restart, and then taken one
    /// from its neighbour 192.0.2.8. All of that on one day (UTC): the next day they have other tags.
    private func postedOnOneDay(_ server: ScriptedSMTPServer) async throws -> Installation {
        func day() -> Int { Int(Date().timeIntervalSince1970) / 86_400 }
        while true {
            let began = day()
            let postern = try await Installation(
                smtpPort: server.port,
                settings: ["POSTERN_LIMIT_CLIENT": "2,2/1h", "POSTERN_TRUSTED_PROXIES": "127.0.0.1/32"])
            try await postern.addRecipient("pat", "pat@private.example")
            try await postern.start()
            for number in 0..<2 {
                let answer = try await postern.post(["message": "Letter number \(number), of some length."], from: "192.0.2.7")
                #expect(answer.status == 202)
            }
            let refused = try await postern.post(from: "192.0.2.7")
            #expect(refused.status == 429)
            let wait = try #require(refused.header("Retry-After").flatMap { Int($0) })
            #expect((1_700...1_800).contains(wait))
            try await postern.stop()
            try await postern.start()
            #expect(try await postern.post(from: "192.0.2.7").status == 429)
            let other = ["email": "walter@visitor.example", "message": "Another letter by another visitor."]
            #expect(try await postern.post(other, from: "192.0.2.8").status == 202)
            if day() == began { return postern }
            try await postern.stop()
        }
    }

    @Test
    func `A block by domain holds letters silently, its removal lets the next one through, and release sends what it held`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let added = try await postern.succeed("block", "add", "--domain", "visitor.example", "--reason", "a wave of spam").output
        #expect(added.hasPrefix("Block 1: letters by domain visitor.example are held"))
        let answer = try await postern.post(["message": "This one waits for somebody to look at it."])
        #expect(answer.status == 202)
        #expect(answer.text.contains("accepted"))
        #expect(try await postern.counts()["held"] == 1)
        let id = try #require(answer.id)
        #expect(try await postern.succeed("queue", "list", "--held").output.contains(id))
        #expect(try await postern.succeed("log", "show", id).output.contains("a wave of spam"))
        #expect(try await postern.succeed("block", "list").output.contains("visitor.example"))
        try await postern.succeed("block", "remove", "1")
        _ = try await postern.post(["message": "This one goes out without being looked at."])
        try await server.received(count: 1)
        try await postern.succeed("queue", "release", id)
        try await server.received(count: 2)

        try await postern.succeed("block", "add", "--text", "cheap   PILLS", "--refuse", "--reason", "spam")
        let refused = try await postern.post(["message": "Buy cheap pills today, they are the best."])
        #expect(refused.status == 403)
        #expect(!refused.text.contains("pills"))
        for (arguments, words) in [
            (["--domain", "no domain", "--reason", "x"], "is not a domain"),
            (["--prefix", "10.1.2.3/8", "--reason", "x"], "bits after"),
            (["--tag", "abc", "--reason", "x"], "13 characters"), (["--text", "a", "--reason", "x"], "has 1 character;"),
        ] {
            let wrong = try await postern.run(["block", "add"] + arguments)
            #expect(wrong.status == 65)
            #expect(wrong.errors.contains(words), "\(wrong.errors)")
        }
        #expect(try await postern.command("block", "remove", "99").status == 65)
        #expect(try await postern.command("block", "add", "--reason", "x").status == 64)
        try await postern.stop()
        await server.stop()
    }

    @Test
    func `A block by a sender's address meets that mailbox alone, over a restart, and no file or output has the address (K2)`()
        async throws
    {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        // While nothing runs, and while it does: the vault makes the same digest.
        let first = try await postern.succeed(
            "block", "add", "--sender", "Vera@Visitor.example", "--refuse", "--reason", "threats", "--for", "90d", "--json")
        try await postern.start()
        let second = try await postern.succeed(
            "block", "add", "--sender", "-", "--reason", "again", "--json", input: "vera@visitor.example\n")
        struct Added: Decodable {
            let kind, mark: String
        }
        let (one, two) = (
            try JSONDecoder().decode(Added.self, from: Data(first.output.utf8)),
            try JSONDecoder().decode(Added.self, from: Data(second.output.utf8))
        )
        #expect(one.kind == "sender" && one.mark == two.mark && one.mark.utf8.count == 32)

        func post(_ email: String) async throws -> Web.Answer {
            try await postern.post(["email": email, "message": "A letter from \(email.count) characters."])
        }
        for _ in 0..<2 {
            let refused = try await post("VERA@visitor.example")
            #expect(refused.status == 403 && refused.text.contains("not-taken") && !refused.text.contains("threats"))
            #expect(try await post("wera@visitor.example").status == 202)
            try await postern.stop()
            try await postern.start()
        }
        for arguments in [["block", "list"], ["log", "list"], ["log", "operations"], ["log", "journal"]] {
            let shown = try await postern.run(arguments)
            #expect(shown.status == 0 && !shown.output.lowercased().contains("vera@"), "\(arguments)")
        }
        try await postern.stop()
        let store = try Data(contentsOf: URL(fileURLWithPath: postern.store))
        #expect(store.range(of: Data("vera@visitor.example".utf8)) == nil && store.range(of: Data("Vera@Visitor".utf8)) == nil)
        #expect(try await postern.succeed("block", "remove", "1").status == 0)
        #expect(try await postern.command("block", "add", "--sender", "nobody", "--reason", "x").status == 65)
        #expect(try await postern.command("block", "add", "--sender", "-", "--reason", "x").status == 66)
        await server.stop()
    }

    @Test func `Anyone who follows the log sees each entry as it comes`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        _ = try await postern.post(["message": "One that was there before."])
        let folder = try TemporaryFolder()
        let following = Serving()
        let path = folder.path("followed")
        try await following.start(
            Program.postern, ["log", "list", "--follow", "--json", "--home", postern.home], environment: postern.settings,
            log: path)
        func lines() -> [Substring] { ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n") }
        try await eventually("the entry from before", within: .seconds(60)) { lines().count == 1 }
        let id = try #require(try await postern.post(["message": "One that comes while somebody looks."]).id)
        try await eventually("the new entry", within: .seconds(60)) { lines().count == 2 && lines()[1].contains(id) }
        following.killAll()

        // M9: what the limit cuts stays cut, however young it is.
        let limited = Serving()
        let cut = folder.path("limited")
        try await limited.start(
            Program.postern, ["log", "list", "--follow", "--limit", "1", "--json", "--home", postern.home],
            environment: postern.settings, log: cut)
        func lines() -> Int { ((try? String(contentsOfFile: cut, encoding: .utf8)) ?? "").split(separator: "\n").count }
        try await eventually("the latest entry is there") { lines() == 1 }
        for count in 2...3 {
            #expect(try await postern.post().status == 202)
            // What was cut off would have come with it.
            try await eventually("the next one too") { lines() >= count }
            #expect(lines() == count)
        }
        #expect(
            try await postern.succeed("log", "list", "--limit", "1").output.contains("1, and there are more; --limit 0 for all"))
        limited.killAll()
        try await postern.stop()
        await server.stop()
    }

    @Test func `A site's look is set, shown and removed again`() async throws {
        let postern = try await Installation(smtpPort: 2_525)
        let folder = try TemporaryFolder()
        let logo = folder.path("logo.svg")
        try "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".write(toFile: logo, atomically: true, encoding: .utf8)
        try await postern.succeed(
            "site", "set", "photos", "--accent", "#b03060", "--logo", logo, "--intro", "de=Schreiben Sie uns, gern auch kurz.",
            "--languages", "de", "en")
        let listed = try await postern.succeed("site", "list", "--json").output
        for part in ["#b03060", "image/svg+xml", "Schreiben Sie uns", "\"languages\":[\"de\",\"en\"]"] {
            #expect(listed.contains(part), "\(listed)")
        }
        try await postern.succeed("site", "set", "photos", "--accent", "", "--logo", "", "--intro", "de=", "--languages", "all")
        #expect(try await postern.succeed("site", "list", "--json").output.contains("\"languages\":[]"))
        for (arguments, words) in [
            (["--accent", "red"], "six hexadecimal digits"), (["--languages", "x"], "is not a language"),
            (["--origin", "photos.example"], "is not an origin"), (["--logo", "\(folder.path)/none.png"], "cannot be read"),
        ] {
            let wrong = try await postern.run(["site", "set", "photos"] + arguments)
            #expect(wrong.status != 0)
            #expect(wrong.errors.contains(words), "\(wrong.errors)")
        }
    }
}
