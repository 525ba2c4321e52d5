import Foundation
import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A backup is put in the place of a store that nobody has open, and that one is kept")
struct RestoreTests {
    /// A store with some letters, its backup, and more letters after it.
    private func prepare(_ kind: StoreKind, _ folder: TemporaryFolder) async throws -> (store: String, backup: String) {
        let (path, backup) = (folder.path("s.sqlite"), folder.path("backup.sqlite"))
        let store = try await TestStore.open(kind, path: path)
        for _ in 0..<5 { try await store.accept(store.letter()) }
        _ = try await store.database.backup(to: backup)
        for _ in 0..<3 { try await store.accept(store.letter()) }
        await store.database.close()
        return (path, backup)
    }

    private static func request(
        _ backup: String, days: Set<Epoch>? = nil, inspect: @escaping @Sendable (any Transaction) throws -> Void = { _ in }
    ) -> RestoreRequest {
        RestoreRequest(
            file: backup, name: "/elsewhere/backup", days: days, trace: Sample.operation(at: TestStore.start), inspect: inspect)
    }

    private func accepted(_ kind: StoreKind, in path: String) async throws -> Int {
        let store = try await kind.open(path)
        let counts = try await store.read { try $0.queue.counts() }
        await store.close()
        return counts.accepted
    }

    @Test(arguments: StoreKind.lasting)
    func `The store is as it was at the backup, and the one that was there is whole under another name`(_ kind: StoreKind)
        async throws
    {
        let folder = try TemporaryFolder()
        let (path, backup) = try await prepare(kind, folder)
        let report = try await kind.driver(path).restore(Self.request(backup))
        #expect(try await accepted(kind, in: path) == 5)
        #expect(try await accepted(kind, in: try #require(report.replaced)) == 8)
    }

    @Test func `The files keep their modes, the backup is untouched, and nothing else is left`() async throws {
        let folder = try TemporaryFolder()
        let (path, backup) = try await prepare(.file, folder)
        let before = try FileFacts.mode(backup)
        _ = try await StoreKind.file.driver(path).restore(Self.request(backup))
        #expect(try FileFacts.mode(path) == 0o600 && FileFacts.mode(backup) == before)
        for ending in ["-wal", "-shm"] { #expect(!FileFacts.exists(backup + ending)) }
        for ending in ["", "-wal", ".lock"] { #expect(!FileFacts.exists("\(path).restore\(ending)")) }
    }

    @Test(arguments: StoreKind.lasting)
    func `Where no store is, the backup becomes one`(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let (_, backup) = try await prepare(kind, folder)
        let report = try await kind.driver(folder.path("new.sqlite")).restore(Self.request(backup))
        #expect(report.replaced == nil)
        #expect(try await accepted(kind, in: folder.path("new.sqlite")) == 5)
    }

    @Test(arguments: StoreKind.lasting)
    func `A store that is in use stays as it is`(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let (path, backup) = try await prepare(kind, folder)
        let store = try await kind.open(path)
        await #expect(throws: StoreFileError.self) { try await kind.driver(path).restore(Self.request(backup)) }
        #expect(try await store.read { try $0.queue.counts() }.accepted == 8)
        await store.close()
    }

    @Test(arguments: StoreKind.lasting, ["", "no store at all, only a text that is longer than a head"])
    func `What is no backup leaves everything as it was`(_ kind: StoreKind, content: String) async throws {
        let folder = try TemporaryFolder()
        let (path, _) = try await prepare(kind, folder)
        try FileFacts.write(content, to: folder.path("wrong"))
        for name in ["wrong", "none"] {
            await #expect(throws: (any Error).self) {
                try await kind.driver(path).restore(Self.request(folder.path(name)))
            }
        }
        #expect(try await accepted(kind, in: path) == 8)
        #expect(!FileFacts.exists(path + ".restore"))
    }

    /// The letters of a store at its backup, and what became of them after it.
    private struct Letters {
        let waiting, delivered, dropped, held, released, after: LetterID
    }

    private func prepareLetters(_ folder: TemporaryFolder) async throws -> (store: String, backup: String, letters: Letters) {
        let (path, backup) = (folder.path("s.sqlite"), folder.path("backup.sqlite"))
        let store = try await TestStore.open(.file, path: path)
        let delivered = try await store.accept(store.letter())
        let (lease, _) = try await store.claim(1)
        let (waiting, dropped) = (try await store.accept(store.letter()), try await store.accept(store.letter()))
        let (held, released) = (
            try await store.accept(store.letter(verdict: .held)), try await store.accept(store.letter(verdict: .held))
        )
        try await store.database.write { try $0.maintenance.note(.backup, at: TestStore.start) }
        _ = try await store.database.backup(to: backup)
        let job = try #require(try await store.database.read { try $0.queue.show(delivered)?.delivery })
        try #require(job.state == .leased)
        let later = TestStore.start + .minutes(5)
        _ = try await store.database.write { transaction in
            try transaction.queue.drop(dropped, because: "unwanted", at: later)
        }
        _ = try await store.database.write { try $0.queue.release(released, at: TestStore.start - .minutes(1)) }
        var middle = Middle()
        let settlement = try Settlement(
            of: Sample.outcome(.delivered), attempt: 1, since: TestStore.start, at: later, schedule: .standard, using: &middle)
        _ = try await store.database.write { try $0.queue.settle(delivered, under: lease, as: settlement) }
        let (second, claimed) = try await store.claim(1)
        let first = try #require(claimed.first)
        let id = first.id
        try #require(id == released)
        _ = try await store.database.write { try $0.queue.settle(id, under: second, as: settlement) }
        let after = try await store.accept(store.letter())
        await store.database.close()
        return (
            path, backup,
            Letters(
                waiting: waiting, delivered: delivered, dropped: dropped, held: held, released: released, after: after)
        )
    }

    @Test func `Nothing goes out twice unnamed: what waited is held, what the former store delivered or dropped ends so (H6)`()
        async throws
    {
        let folder = try TemporaryFolder()
        let (path, backup, letters) = try await prepareLetters(folder)
        let report = try await StoreKind.file.driver(path).restore(
            Self.request(backup, days: [Epoch(containing: TestStore.start)]))
        #expect(report.letters.backedUp == TestStore.start && report.letters.lost.count == 0)
        #expect(report.letters.endedSince == 3 && report.letters.held == 2)
        #expect(report.letters.left.first.map(\.id) == [letters.after] && report.letters.left.count == 1)
        let store = try await StoreKind.file.open(path)
        let lines = try await store.read { transaction in try transaction.queue.list(limit: 10) }
        #expect(lines.count == 5)
        let states = Dictionary(uniqueKeysWithValues: lines.map { ($0.id, $0.state) })
        #expect(states[letters.delivered] == .delivered && states[letters.released] == .delivered)
        #expect(states[letters.dropped] == .dropped && states[letters.waiting] == .held && states[letters.held] == .held)
        for line in lines where line.state == .held {
            let reason = try #require(line.reason)
            #expect(
                reason.hasPrefix("restored from a backup of 2026-11-24T08:00:00Z; it may have been delivered since"), "\(reason)")
            // Why it was held before is not forgotten.
            #expect(reason.contains("before that: ") == (line.id == letters.held), "\(reason)")
        }
        #expect(try await store.read { try $0.queue.counts() }.difference == 0)
        #expect(try await store.read { try $0.operationTrace.latest(limit: 1) }.count == 1)
        await store.close()
    }

    @Test func `On another machine, letters whose key was left behind end as failed, each by name`() async throws {
        let folder = try TemporaryFolder()
        let (_, backup, letters) = try await prepareLetters(folder)
        let path = folder.path("other.sqlite")
        let report = try await StoreKind.file.driver(path).restore(Self.request(backup, days: []))
        #expect(report.letters.lost.count == 5 && report.letters.held == 0 && report.letters.endedSince == 0)
        #expect(Set(report.letters.lost.first.map(\.id)).contains(letters.waiting))
        let store = try await StoreKind.file.open(path)
        let lines = try await store.read { try $0.queue.list(limit: 10) }
        #expect(
            lines.allSatisfy { $0.state == .failed && $0.reason?.contains("the key of its day, 2026-11-24, is lost") == true })
        #expect(try await store.read { try $0.queue.counts() }.difference == 0)
        await store.close()
    }

    @Test func `What was taken back or used up after the backup stays so, and nobody is signed in`() async throws {
        let folder = try TemporaryFolder()
        let (path, backup) = (folder.path("s.sqlite"), folder.path("backup.sqlite"))
        let store = try await TestStore.open(.file, path: path)
        let (now, person) = (TestStore.start, store.people[0])
        let (revoked, kept, used, open) = (store.token(), store.token(), store.invitation(), store.invitation())
        let (session, mail) = (store.session(), store.mail())
        try await store.database.write { transaction in
            for token in [revoked, kept] {
                try transaction.siteTokens.add(token.id, of: person.site, scope: .recipients, digest: token.digest, at: now)
            }
            for invitation in [used, open] { try transaction.invitations.add(invitation) }
            _ = try transaction.memberSessions.begin(session, at: now)
            try transaction.intake.enqueueService(.manage, mail, to: person.id, at: now)
        }
        _ = try await store.database.backup(to: backup)
        let link = store.session(link: mail.id)
        try await store.database.write { transaction in
            _ = try transaction.siteTokens.revoke(revoked.id, at: now + .minutes(1))
            _ = try transaction.invitations.use(madeAt: used.madeAt, digest: used.digest, for: person, at: now)
            _ = try transaction.memberSessions.begin(link, at: now)
        }
        await store.database.close()
        _ = try await StoreKind.file.driver(path).restore(Self.request(backup))
        let restored = try await StoreKind.file.open(path)
        try await restored.read { transaction in
            let tokens = try transaction.siteTokens.revoked().map { $0.id }
            #expect(tokens == [revoked.id])
            #expect(try transaction.invitations.used().map(\.digest) == [used.digest])
            for session in [session, link] {
                #expect(try transaction.memberSessions.find(session.digest, at: now) == nil)
                #expect(try transaction.memberSessions.isUsed(session.link))
            }
        }
        await restored.close()
    }

    private struct NotWanted: Error {}

    @Test func `What the inspection does not want leaves everything as it was`() async throws {
        let folder = try TemporaryFolder()
        let (path, backup) = try await prepare(.file, folder)
        await #expect(throws: NotWanted.self) {
            try await StoreKind.file.driver(path).restore(
                Self.request(backup) { backup in
                    guard try backup.recipients.sealCounts(1).isEmpty else { throw NotWanted() }
                })
        }
        #expect(try await accepted(.file, in: path) == 8)
        #expect(!FileFacts.exists(path + ".restore"))
    }

    /// How a file is spoilt → what is said of it.
    enum Spoilt: String, CaseIterable, Sendable {
        case empty, list, cut, damaged, packed, folder, foreign, newer, key
    }

    @Test(arguments: Spoilt.allCases)
    func `What is wrong is said of the file that was named, and nothing is touched (M2, M3)`(_ kind: Spoilt) async throws {
        let folder = try TemporaryFolder()
        let (path, backup) = try await prepare(.file, folder)
        var content = try #require(FileManager.default.contents(atPath: backup))
        let words: String
        switch kind {
        case .empty: (content, words) = (Data(), "it is empty")
        case .list: (content, words) = (Data("handle,name,email\npat,Pat,pat@private.example\n".utf8), "but text, such as a list")
        case .cut: (content, words) = (content.prefix(content.count / 2), "it is cut short")
        case .damaged:
            for place in stride(from: 4_096, to: content.count, by: 512) { content[place] ^= 0xFF }
            words = "it is damaged"
        case .packed: (content, words) = (Data([0x1F, 0x8B, 8, 0] + Array(content)), "Unpack it first: gunzip")
        case .key: (content, words) = (Data("postern key, version 1\nkind: address\n".utf8), "it is a key")
        case .folder: words = "it is a folder"
        case .foreign: words = "the database of another program"
        case .newer: words = "it was made by a newer version of Postern (schema 99"
        }
        let spoilt = folder.path("spoilt")
        switch kind {
        case .folder: try FileManager.default.createDirectory(atPath: spoilt, withIntermediateDirectories: false)
        case .foreign: try RawSQLite(spoilt).run("CREATE TABLE customer (name TEXT)")
        default: try content.write(to: URL(fileURLWithPath: spoilt))
        }
        if kind == .newer {
            try RawSQLite(spoilt).run("INSERT INTO schema_migration VALUES (99, 'later', '', 0)")
        }
        let before = FileManager.default.contents(atPath: spoilt)
        let error = await #expect(throws: StoreFileError.self) {
            try await StoreKind.file.driver(path).restore(Self.request(spoilt))
        }
        let text = "\(try #require(error))"
        #expect(text.hasPrefix("/elsewhere/backup was not restored: ") && text.contains(words), "\(text)")
        #expect(text.contains("Nothing was changed") && !text.contains("remov"), "\(text)")
        #expect(FileManager.default.contents(atPath: spoilt) == before)
        #expect(try await accepted(.file, in: path) == 8)
        #expect(!FileFacts.exists(path + ".restore"))
    }
}
