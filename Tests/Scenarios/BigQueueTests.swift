import Foundation
import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A long queue does not keep the service from starting", .serialized, .timeLimit(.minutes(10)))
struct BigQueueTests {
    @Test func `With 100,000 queued letters it is ready within 5 s (A13)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await Self.fill(postern.home + "/postern.sqlite", count: 100_000)
        // Nobody is there to take them: they must stay queued while we look.
        await server.stop()
        var taken = try await Self.timedStart(postern)
        #expect(try await postern.post().status == 202)
        let counts = try await postern.counts()
        #expect(counts.values.reduce(0, +) == 100_001)
        #expect(try await postern.isBalanced())
        // The least of three starts: a queue that costs too much does so every time, and a pause of the machine comes once.
        for _ in 0..<2 where taken > .seconds(5) {
            try await postern.stop()
            taken = min(taken, try await Self.timedStart(postern))
        }
        #expect(taken <= .seconds(5))
        try await postern.stop()
    }

    private static func timedStart(_ postern: Installation) async throws -> Duration {
        let began = ContinuousClock.now
        try await postern.start(within: .seconds(60))
        let taken = ContinuousClock.now - began
        print("ready with 100,000 queued letters after \(taken)")
        return taken
    }

    /// Letters as intake would have left them; their seals open to nothing, which nobody finds out here.
    private static func fill(_ path: String, count: Int) async throws {
        let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
        var settings = SQLiteSettings()
        settings.lockTimeout = .seconds(10)
        let store = try await SQLiteDatabase.open(path, settings: settings, at: now)
        let site = try SiteID("photos")
        let handle = try Handle("pat")
        let recipient = try #require(try await store.read { try $0.recipients.find(handle, at: site) })
        for chunk in stride(from: 0, to: count, by: 2_000) {
            var randomness = SeededRandomness(seed: UInt64(chunk))
            let letters = (0..<2_000).map { _ in
                AcceptedLetter(
                    entry: SubmissionEntry(
                        id: LetterID(at: now, using: &randomness), at: now, site: site.text, handle: handle.text,
                        recipient: recipient.id, verdict: .accept, evidence: Array(repeating: 8, count: 80), letterBytes: 1_500),
                    seal: Array(repeating: 7, count: 1_600), tokens: MailTokens(using: &randomness))
            }
            try await store.write { transaction in
                for letter in letters { _ = try transaction.intake.accept(letter) }
            }
        }
        await store.close()
    }
}
