import Foundation
import PosternTestSupport
import Testing

@Suite("What measurements rely on does what it says", .timeLimit(.minutes(40)))
struct BenchTests {
    @Test func `A filled installation serves as before, its letters wait, and it is not filled twice`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        let filled = try await Self.fill(postern, "--recipients", "50", "--queued", "100", "--log", "500", "--json")
        try #require(filled.status == 0, "\(filled.errors)")
        let report = try JSONDecoder().decode(Filled.self, from: Data(filled.output.utf8))
        #expect((report.recipients, report.queued, report.log) == (50, 100, 500))
        #expect(report.bytes > 500_000, "100 letters alone have 190,000 bytes, 50 addresses 70,000")

        try await postern.start()
        let busy = try await Self.fill(postern, "--recipients", "1", "--queued", "0", "--log", "0")
        #expect(busy.status == 69, "\(busy.errors)")
        #expect(try await postern.post().status == 202)
        #expect(try await server.received(count: 1).first?.recipients == ["<pat@private.example>"])
        try await eventually("the letter is delivered") { try await postern.counts()["delivered"] == 1 }
        let counts = try await postern.counts()
        #expect(counts.filter { $0.value > 0 } == ["ready": 100, "delivered": 1])
        #expect(try await postern.isBalanced())
        let log = try await postern.succeed("log", "list", "--limit", "1000", "--json").output
        let entries = try JSONDecoder().decode([Entry].self, from: Data(log.utf8))
        #expect(Dictionary(grouping: entries, by: \.verdict).mapValues(\.count) == ["accept": 101, "refuse": 400])
        #expect(try await postern.stop() == 0)

        let again = try await Self.fill(postern, "--recipients", "1", "--queued", "0", "--log", "0")
        #expect(again.status == 65)
        #expect(again.errors.contains("has taken 101 letters"))
        #expect(server.messages.count == 1)
        await server.stop()
    }

    @Test func `An installation with more than 200 recipients is in use, and is not filled`() async throws {
        let postern = try await Installation(smtpPort: try FreePort.find())
        let filled = try await Self.fill(postern, "--recipients", "201", "--queued", "0", "--log", "0")
        try #require(filled.status == 0, "\(filled.errors)")
        let again = try await Self.fill(postern, "--recipients", "1", "--queued", "0", "--log", "0")
        #expect(again.status == 65)
        #expect(again.errors.contains("more than 200 recipients"))
    }

    @Test func `The bare store counts letters that were committed in groups, and leaves nothing behind`() async throws {
        let folder = try TemporaryFolder()
        let arguments = ["store", "--folder", folder.path, "--seconds", "5", "--group", "16", "--json"]
        let finished = try await Program.run(Program.proof, arguments)
        try #require(finished.status == 0, "\(finished.errors)")
        let report = try JSONDecoder().decode(Store.self, from: Data(finished.output.utf8))
        #expect(report.letters > 16)
        #expect(report.commits <= report.letters && report.letters <= report.commits * 16)
        #expect((1_900...20_000).contains(report.bytesPerLetter), "the seal alone has 1,900 bytes")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func `The bare listener takes any POST of up to 256 KiB and nothing else, until it is told to end`() async throws {
        let folder = try TemporaryFolder()
        let url = "http://127.0.0.1:\(try FreePort.find())/any/path"
        let serving = Serving()
        defer { serving.killAll() }
        let place = String(url.dropFirst("http://".count).prefix { $0 != "/" })
        try await serving.start(
            Program.proof, ["http", "--listen", place], environment: [:], log: folder.path("log"))
        try await eventually("it listens") { (try? await Web.get(url))?.status == 405 }
        let taken = try await Web.post(url, body: Data(count: 256 * 1_024), headers: [])
        #expect(taken.status == 202)
        #expect(taken.id?.count == 26)
        #expect(try await Web.post(url, body: Data(count: 256 * 1_024 + 1), headers: []).status == 413)
        serving.signal(SIGTERM)
        #expect(try await serving.end(within: .seconds(20)) == 0)
    }

    private static func fill(_ postern: Installation, _ arguments: String...) async throws -> Finished {
        try await Program.run(
            Program.proof, ["fill"] + arguments + ["--home", postern.home], environment: postern.settings)
    }

    private struct Filled: Decodable {
        let recipients: Int
        let queued: Int
        let log: Int
        let bytes: Int
    }

    private struct Entry: Decodable {
        let verdict: String
    }

    private struct Store: Decodable {
        let letters: Int
        let commits: Int
        let bytesPerLetter: Int
    }
}
