import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("What was answered survives; what failed is not tried again")
struct CrashTests {
    @Test(arguments: [false, true])
    func `A store abandoned without a close keeps every letter that was answered`(tornTail: Bool) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let store = try await TestStore.open(.file, path: path)
        var answered: [LetterID] = []
        for _ in 0..<100 { answered.append(try await store.accept(store.letter(seal: Array(repeating: 5, count: 1_800)))) }
        _ = try await store.claim(10)
        // As the disk would be found if the process ended now. (A copy by descriptor lets go of SQLite's locks on the
        // file, which nobody else wants here.)
        let copy = folder.path("copy.sqlite")
        try FileFacts.copy(path, to: copy)
        try FileFacts.copy(path + "-wal", to: copy + "-wal")
        if tornTail {
            // A frame whose writing was cut short: it fails its checksum, and no commit answered for it.
            try FileFacts.append(Array(repeating: 0xA5, count: 3_000), to: copy + "-wal")
        }
        await store.database.close()

        let found = try await SQLiteDatabase.open(copy, at: TestStore.start)
        #expect(
            try await found.read { try $0.queue.list(limit: 1_000).map(\.id) }
                == answered.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) })
        #expect(try await found.read { try $0.queue.counts() } == QueueCounts(states: [.ready: 90, .leased: 10], accepted: 100))
        #expect(try await found.write { try $0.queue.recoverLeases(of: 1, at: TestStore.start) } == 10)
        #expect(try await found.read { try $0.rows("PRAGMA integrity_check").first?["integrity_check"] } == "ok")
        await found.close()
    }

    @Test func `A full file breaks the store at once and for good; what was answered is there after a restart`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        var settings = SQLiteSettings()
        settings.mostPages = 120
        let store = try await TestStore.open(.file, path: path, settings: settings)
        var answered: [LetterID] = []
        var failure: (any Error)?
        while failure == nil, answered.count < 10_000 {
            do {
                answered.append(try await store.accept(store.letter(seal: Array(repeating: 5, count: 1_800))))
            } catch {
                failure = error
            }
        }
        guard case StoreError.broken(let fault)? = failure else {
            Issue.record("expected a broken store, got \(String(describing: failure))")
            return
        }
        // SQLITE_FULL.
        #expect(fault.code == 13)
        #expect(store.database.health == .broken(fault))
        let commits = store.commits.batches.count
        await #expect(throws: StoreError.broken(fault)) { try await store.accept(store.letter(seal: [1])) }
        await #expect(throws: StoreError.broken(fault)) { try await store.database.write { _ in } }
        #expect(store.commits.batches.count == commits)
        // What is there can still be looked at.
        #expect(try await store.counts().accepted == answered.count)
        await store.database.close()

        let restarted = try await SQLiteDatabase.open(path, at: TestStore.start)
        #expect(restarted.health == .well)
        #expect(!answered.isEmpty)
        #expect(try await restarted.read { try $0.queue.list(limit: 10_000).map(\.id) }.count == answered.count)
        #expect(try await restarted.read { try $0.queue.counts().difference } == 0)
        try await restarted.write { try $0.writeProbe.touch(at: TestStore.start) }
        await restarted.close()
    }

    @Test func `Everybody who waits when the store breaks is told so, and none of them was answered before`() async throws {
        let folder = try TemporaryFolder()
        var settings = SQLiteSettings()
        settings.mostPages = 120
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"), settings: settings)
        let gate = try await Gate.shut(store.database)
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<400 {
                group.addTask {
                    do {
                        try await store.accept(store.letter(seal: Array(repeating: 5, count: 1_800)))
                        return true
                    } catch StoreError.broken {
                        return false
                    }
                }
            }
            try await gate.gathered(400)
            try await gate.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 400)
        #expect(answers.filter { $0 }.count == (try await store.counts().accepted))
        #expect(answers.contains(false))
        await store.database.close()
    }

    @Test func `A commit that fails breaks the store, whatever the reason`() async throws {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"))
        // A foreign key that is looked at only when the transaction ends makes COMMIT itself fail.
        let letter = store.letter()
        await #expect {
            try await store.database.write { transaction in
                try transaction.run("PRAGMA defer_foreign_keys = ON")
                try transaction.run(
                    """
                    INSERT INTO letter (id, seal)
                    VALUES (?, ?)
                    """, [letter.id.stored, [1].stored])
            }
        } throws: { error in
            guard case StoreError.broken = error else { return false }
            return true
        }
        await #expect(throws: StoreError.self) { try await store.accept(letter) }
        #expect(try await store.counts().accepted == 0)
        await store.database.close()
    }

    @Test(arguments: StoreKind.allCases)
    func `An error names the table and the rule, and never a value`(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(kind, path: folder.path("s.sqlite"))
        let secret = "canary-4711"
        do {
            _ = try await store.database.write { transaction in
                try transaction.run(
                    """
                    INSERT INTO site (id, name, origins, created_at)
                    VALUES (?, ?, ?, ?)
                    """, [.text("x"), .text(secret + String(repeating: "x", count: 200)), .text(secret), .integer(1)])
            }
            Issue.record("a name of 200 characters was taken")
        } catch let error as StoreError {
            guard case .constraint = error else {
                Issue.record("\(error)")
                return
            }
            for text in ["\(error)", String(reflecting: error), String(describing: error)] {
                #expect(!text.contains(secret))
                #expect(text.contains("INSERT INTO site"))
            }
            #expect(error.permanence == .permanent)
        }
        await store.database.close()
    }
}
