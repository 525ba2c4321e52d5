import Foundation
import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite(
    "Only the vault says which address is real: a forged or swapped row is never delivered to", .serialized,
    .timeLimit(.minutes(40)))
struct ForgedRowsTests {
    /// What anyone who can write to the database might do.
    enum Forgery: String, CaseIterable, Sendable {
        case sealsSwapped, sealAndWordSwapped, handlesSwapped, sealChanged, wordForged, versionRaised
    }

    @Test(arguments: Forgery.allCases)
    func `The letter is held, the fault is reported, and nothing is sent anywhere`(forgery: Forgery) async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.addRecipient("eve", "eve@evil.example")
        try await tamper(postern.store, forgery)
        try await postern.start()
        let id = try #require(try await postern.post().id)
        try await eventually("the letter is held", within: .seconds(60)) { try await postern.counts()["held"] == 1 }
        let shown = try await postern.succeed("queue", "show", id).output
        #expect(shown.contains("not authorised by this vault"), "\(shown)")
        #expect(postern.log.contains("could not be prepared and is held"))
        #expect(server.messages.isEmpty)
        #expect(server.sessions.isEmpty, "nobody was dialled")
        #expect(try await postern.isBalanced())
        try await postern.stop()
        await server.stop()
    }

    @Test func `A letter moved to another recipient in the store does not open`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.addRecipient("eve", "eve@evil.example")
        try await postern.start()
        postern.kill(.vault, SIGSTOP)
        let id = try #require(try await postern.post().id)
        try await postern.cutOff()
        try await edit(postern.store) { transaction in
            try transaction.run("UPDATE delivery SET recipient = (SELECT id FROM recipient WHERE handle = 'eve')")
        }
        try await postern.start()
        try await eventually("the letter is held", within: .seconds(60)) { try await postern.counts()["held"] == 1 }
        #expect(try await postern.succeed("queue", "show", id).output.contains("not-authentic"))
        #expect(server.messages.isEmpty)
        try await postern.stop()
        await server.stop()
    }

    private func tamper(_ path: String, _ forgery: Forgery) async throws {
        try await edit(path) { transaction in
            switch forgery {
            case .sealsSwapped:
                try transaction.run(
                    "UPDATE recipient SET seal = (SELECT seal FROM recipient WHERE handle = 'eve') WHERE handle = 'pat'")
            case .sealAndWordSwapped:
                try transaction.run(
                    """
                    UPDATE recipient
                    SET seal = (SELECT seal FROM recipient WHERE handle = 'eve'),
                        authorisation = (SELECT authorisation FROM recipient WHERE handle = 'eve')
                    WHERE handle = 'pat'
                    """)
            case .handlesSwapped:
                try transaction.run("UPDATE recipient SET handle = 'aside' WHERE handle = 'pat'")
                try transaction.run("UPDATE recipient SET handle = 'pat' WHERE handle = 'eve'")
            case .sealChanged:
                try transaction.run("UPDATE recipient SET seal = CAST(seal || x'00' AS BLOB) WHERE handle = 'pat'")
            case .wordForged:
                try transaction.run("UPDATE recipient SET authorisation = randomblob(32) WHERE handle = 'pat'")
            case .versionRaised:
                try transaction.run("UPDATE recipient SET record_version = 2 WHERE handle = 'pat'")
            }
        }
    }

    private func edit(_ path: String, _ change: @escaping @Sendable (any Transaction) throws -> Void) async throws {
        var settings = SQLiteSettings()
        settings.lockTimeout = .seconds(10)
        let store = try await SQLiteDatabase.open(path, settings: settings, at: Timestamp(seconds: 0))
        try await store.write { try change($0) }
        await store.close()
    }
}
