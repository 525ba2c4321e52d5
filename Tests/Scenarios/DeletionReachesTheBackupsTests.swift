import Foundation
import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("What was deleted stays deleted, from an old backup as well", .serialized, .timeLimit(.minutes(40)))
struct DeletionReachesTheBackupsTests {
    @Test
    func `A backup of a hundred days ago brings back a letter that nothing opens, and no key of its day (P6, K6)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        postern.setClock(try await FakeClock(days: -100))
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.succeed("block", "add", "--domain", "visitor.example", "--reason", "held, so that it stays")
        try await postern.start()
        let id = try #require(try await postern.post(["message": "This letter was held a hundred days ago."]).id)
        #expect(try await postern.counts()["held"] == 1)
        let then = try epochs(of: postern)
        #expect(!then.isEmpty)
        let backup = postern.home + "/../old.sqlite"
        try await postern.succeed("backup", backup)
        try await postern.stop()

        // A hundred days later: the vault asks whether the clock is right, destroys the keys of that day when it is told so, and
        // the relay drops what they sealed.
        postern.setClock(nil)
        try await postern.start()
        #expect(try !Set(epochs(of: postern)).isDisjoint(with: then))
        try await postern.succeed("keys", "trust-clock")
        try await eventually("the letter is dropped", within: .seconds(60)) { try await postern.counts()["dropped"] == 1 }
        #expect(try Set(epochs(of: postern)).isDisjoint(with: then))
        try await postern.stop()

        for ending in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: postern.store + ending)
        }
        try FileManager.default.moveItem(atPath: backup, toPath: postern.store)
        try await makeDue(id, in: postern.store)
        try await postern.start()
        try await eventually("it has been dropped, or failed by the vault's answer", within: .seconds(60)) {
            let counts = try await postern.counts()
            return counts["dropped", default: 0] + counts["failed", default: 0] == 1
        }
        #expect(server.messages.isEmpty)
        #expect(try Set(epochs(of: postern)).isDisjoint(with: then))
        try await postern.stop()
        await server.stop()
    }

    /// The days of which the vault holds keys, as its files are named.
    private func epochs(of postern: Installation) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: postern.home + "/vault/keys")
            .filter { $0.hasPrefix("letter-") || $0.hasPrefix("evidence-") || $0.hasPrefix("tag-") }
    }

    /// As if somebody had released it before the relay had time to look.
    private func makeDue(_ id: String, in path: String) async throws {
        let store = try await SQLiteDatabase.open(path, at: Timestamp(seconds: Int64(Date().timeIntervalSince1970)))
        _ = try await store.write { transaction in
            try transaction.run(
                "UPDATE delivery SET state = 'ready', reason = NULL, due_at = accepted_at + 8640000000, accepted_at = accepted_at + 8640000000"
            )
        }
        await store.close()
    }
}
