import Foundation
import PosternTestSupport
import Testing

/// A relay that has been taken over answers on its control socket what it likes. Then root calls a command.
@Suite(
    "A relay that lies to root's commands gets nothing out of them (Z2)", .serialized, .enabled(if: geteuid() == 0),
    .timeLimit(.minutes(40)))
struct LyingRelayTests {
    private let server: ScriptedSMTPServer
    private let postern: Installation
    private let treasure: Treasure
    private let folder: TemporaryFolder

    init() async throws {
        server = try await ScriptedSMTPServer.start()
        (treasure, folder) = (try Treasure(), try TemporaryFolder())
        postern = try await Installation(smtpPort: server.port, settings: TwoUsersTests.users, isOpen: true)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
    }

    private func end() async throws {
        try await postern.cutOff()
        await server.stop()
    }

    /// Has the relay lie while `body` runs.
    private func lying<Result>(_ lie: String, _ body: () async throws -> Result) async throws -> Result {
        let liar = try await Trap.lie(lie, in: postern, about: treasure.secret, scratch: folder)
        defer { _ = liar.killTree() }
        return try await body()
    }

    /// Puts the relay's own socket back.
    private func tellTheTruth() throws {
        let run = postern.home + "/run/relay"
        try FileManager.default.removeItem(atPath: run + "/control.sock")
        try FileManager.default.moveItem(atPath: run + "/true.sock", toPath: run + "/control.sock")
    }

    /// Every kind of answer, for a person and for a program.
    private func commands(_ id: String) -> [[String]] {
        [
            ["queue", "count"], ["queue", "list"], ["queue", "list", "--json"], ["queue", "show", id],
            ["queue", "release", "--all", "--yes"],
            ["log", "list"], ["log", "list", "--limit", "0"], ["log", "show", id, "--json"], ["log", "operations"],
            ["site", "list"], ["keys", "status"], ["keys", "status", "--json"],
            ["site", "show", "photos"], ["site", "set", "photos", "--name", "Example Photos"], ["block", "list"],
            ["recipient", "list", "--site", "photos"], ["recipient", "show", "pat", "--site", "photos"],
            ["recipient", "alias", "list", "--site", "photos"],
            ["recipient", "import", folder.path("people.csv"), "--site", "photos", "--dry-run"],
            ["backup", folder.path("copy-\(UUID())")], ["doctor"], ["doctor", "--json"],
        ]
    }

    @Test func `Answers of any form: no file of root's is read, made or changed, and its terminal gets no control character`()
        async throws
    {
        #expect(try await postern.post().status == 202)
        try await server.received(count: 1)
        try await postern.succeed("recipient", "alias", "add", "pat", "patricia", "--site", "photos")
        try await postern.succeed("block", "add", "--text", "casino", "--reason", "spam")
        try "handle,name,email\nkim,Kim,kim@private.example\n".write(
            toFile: folder.path("people.csv"), atomically: true, encoding: .utf8)
        let listed = try await postern.succeed("queue", "list", "--json").output
        let id = try #require(listed.firstMatch(of: #/"id":"([0-9a-z]{26})"/#)).1
        for lie in ["nonsense", "nested", "another shape", "controls", "refused", "links", "largest", "smallest", "huge"] {
            try await lying(lie) {
                for words in commands(String(id)) {
                    let ended = try await postern.run(words)
                    let said = ended.output + ended.errors
                    // Of sysexits(3): none was killed, nor ended by a fault of its own.
                    #expect(
                        [0, 65, 69, 73, 75, 78].contains(ended.status), "\(lie), \(words): \(ended.status) \(said.suffix(500))")
                    #expect(!said.unicodeScalars.contains(where: Self.isControl), "\(lie), \(words)")
                    #expect(!said.contains("ZZZZ"), "\(lie), \(words)")
                }
            }
            try treasure.isUntouched(lie)
        }
        try await end()
    }

    /// Characters that a terminal obeys, or that turn the text after them.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case ..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    @Test func `What it says is the matter is shown, and no command of its making is there to be copied`() async throws {
        try await lying("commands") {
            let report = try await postern.doctor(status: 69)
            let line = try #require(report.findings.first { $0.finding.contains("Letters are held.") })
            #expect(line.commands.isEmpty, "\(line)")
        }
        try await end()
    }

    @Test func `Who is said to be erased, and is not, gets no letter all the same`() async throws {
        let ended = try await lying("erased") {
            try await postern.succeed("recipient", "erase", "pat", "--site", "photos", "--yes")
        }
        #expect(ended.output.contains("is erased"))
        try tellTheTruth()
        #expect(try await postern.post().status == 202)
        try await eventually("the vault refuses it", within: .seconds(30)) {
            try await postern.succeed("queue", "list", "--held").output.contains("the recipient was erased")
        }
        #expect(server.messages.isEmpty)
        try await end()
    }

    @Test func `It cannot say that nobody is there to be erased, and that they are erased`() async throws {
        let ended = try await lying("nobody") {
            try await postern.command("recipient", "erase", "pat", "--site", "photos", "--yes")
        }
        #expect(ended.status == 69 && ended.errors.contains("The vault was told nothing"), "\(ended.output)\(ended.errors)")
        try await end()
    }
}
