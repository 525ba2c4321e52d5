import Foundation
import PosternTestSupport
import Testing

@Suite("Addresses, client addresses and letters are nowhere they must not be", .serialized, .timeLimit(.minutes(5)))
struct NothingLeaksTests {
    static let recipients = 1_000

    @Test(
        "Of 1,000 recipients' addresses, and of letters and client addresses, no file, page, command, log or memory of the relay tells (K1, K2)"
    )
    func canaries() async throws {
        let server = try await ScriptedSMTPServer.start(refusing())
        let postern = try await Installation(
            smtpPort: server.port,
            settings: [
                "POSTERN_TRUSTED_PROXIES": "127.0.0.1/32", "POSTERN_LOG_LEVEL": "trace", "POSTERN_LIMIT_CLIENT": "4,4/1h",
                "POSTERN_LIMIT_SENDER": "off", "POSTERN_LIMIT_TEXT": "off",
            ])
        let addresses = (0..<Self.recipients).map { "canary\($0)x@private\($0).example" }
        let rows = addresses.enumerated().map { "r\($0),Recipient \($0),\($1)" }
        let file = postern.home + "/../people.csv"
        try (["handle,name,email"] + rows).joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        try await postern.start()
        #expect(
            try await postern.succeed("recipient", "import", file, "--site", "photos", "--confirmed").output.contains(
                "1000 recipients added"))
        try FileManager.default.removeItem(atPath: file)

        let text = "canary-letter-text-7731"
        let visitor = "canary-visitor@visitor.example"
        for number in 0..<200 {
            let answer = try await postern.post(
                ["message": "\(text) \(number)", "email": visitor], to: "r\(number)", from: Self.client(number))
            #expect(answer.status == 202)
        }
        // What is turned away leaves entries, too: refused by the limit, by the form, by name.
        for number in 0..<40 {
            let answer = try await postern.post(
                ["message": "\(text) \(number)", "email": visitor], to: "r1", from: Self.client(0))
            #expect(answer.status == (number < 3 ? 202 : 429))
            _ = try await postern.post(["message": "", "email": visitor], to: "r1", from: Self.client(number))
            _ = try await postern.post(["message": text, "email": visitor], to: "nobody", from: Self.client(number))
        }
        try await eventually("every letter has an outcome", within: .seconds(60)) {
            let counts = try await postern.counts()
            return counts["delivered", default: 0] + counts["failed", default: 0] == 203
        }
        var seen = Data()
        for path in ["/c/photos/r1", "/c/photos/r1/sent", "/c/photos/nobody", "/live", "/ready", "/nothing"] {
            let answer = try await postern.get(path)
            seen += answer.body
            for header in answer.headers { seen += Data("\(header.name): \(header.value)\n".utf8) }
        }
        seen += try await Web.get("http://127.0.0.1:\(postern.staffPort)/").body
        for command in [
            ["recipient", "list", "--site", "photos"], ["recipient", "list", "--site", "photos", "--json"],
            ["recipient", "show", "r1", "--site", "photos"], ["queue", "list", "--limit", "1000"], ["queue", "list", "--json"],
            ["queue", "count"], ["keys", "status"], ["log", "list", "--limit", "1000"], ["log", "list", "--json"],
            ["block", "list"], ["site", "list", "--json"],
        ] {
            let finished = try await Program.run(
                Program.postern, command + ["--home", postern.home], environment: postern.settings)
            seen += Data((finished.output + finished.errors).utf8)
        }
        try await postern.succeed("backup", postern.home + "/backup.sqlite")
        seen += Data(postern.log.utf8)
        let memory = try Memory.writable(of: try #require(postern.pid(of: .relay)))
        let files = try Self.files(under: postern.home)

        // In memory the relay has had letters in its hands; only recipients' addresses never.
        let finder = Canaries(addresses)
        #expect(finder.hits(in: seen) == [])
        #expect(finder.hits(in: memory) == [])
        for (path, content) in files { #expect(finder.hits(in: content) == [], "\(path)") }
        let letters = Canaries([text, visitor])
        #expect(letters.hits(in: seen) == [])
        for (path, content) in files { #expect(letters.hits(in: content) == [], "\(path)") }
        let clients = Canaries((0..<200).map(Self.client))
        #expect(clients.hits(in: seen) == [])
        for (path, content) in files { #expect(clients.hits(in: content) == [], "\(path)") }
        for message in server.messages { #expect(clients.hits(in: Data(message.octets)) == []) }

        // The scan itself is no check that cannot fail.
        for form in Canaries.forms(of: addresses[7]) {
            #expect(finder.hits(in: Data("xx".utf8) + form + Data("yy".utf8)) != [], "\(form as NSData)")
        }
        try await postern.stop()
        await server.stop()
    }

    /// From networks that are for documentation, and so in nothing else that is scanned.
    private static func client(_ number: Int) -> String {
        number.isMultiple(of: 2) ? "203.0.113.\(100 + number / 2)" : "2001:db8:\(7_000 + number):abcd:ef01:2345:6789:7654"
    }

    /// Half of the recipients are refused, with their address in the reply, as servers do.
    private func refusing() -> Script {
        var script = Script()
        script.choose = { stage, info in
            guard stage == .recipient, info.letter.isMultiple(of: 2) else { return nil }
            let address = info.line.drop { $0 != "<" }
            return .reply("550 5.1.1 \(address): Recipient address rejected: user unknown")
        }
        return script
    }

    private static func files(under path: String) throws -> [(String, Data)] {
        let names = FileManager.default.enumerator(atPath: path)?.allObjects.compactMap { $0 as? String } ?? []
        return names.compactMap { name in
            let whole = "\(path)/\(name)"
            // A socket cannot be read.
            guard let type = try? FileManager.default.attributesOfItem(atPath: whole)[.type] as? FileAttributeType,
                type == .typeRegular
            else { return nil }
            return FileManager.default.contents(atPath: whole).map { (name, $0) }
        }
    }
}
