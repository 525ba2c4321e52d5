import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A backup is put in the place of a store that nobody has open, and that one is kept")
struct RestoreTests {
    /// A store with some letters, its backup, and more letters after it.
    private func prepare(_ folder: TemporaryFolder) async throws -> (store: String, backup: String) {
        let (path, backup) = (folder.path("s.sqlite"), folder.path("backup.sqlite"))
        let store = try await TestStore.open(.file, path: path)
        for _ in 0..<5 { try await store.accept(store.letter()) }
        _ = try await store.sqlite.backup(to: backup)
        for _ in 0..<3 { try await store.accept(store.letter()) }
        await store.database.close()
        return (path, backup)
    }

    private func accepted(in path: String) async throws -> Int {
        let store = try await SQLiteDatabase.open(path, at: TestStore.start)
        let counts = try await store.read { try $0.queue.counts() }
        await store.close()
        return counts.accepted
    }

    @Test
    func `The store is as it was at the backup, the one that was there is whole under another name, the backup is untouched`()
        async throws
    {
        let folder = try TemporaryFolder()
        let (path, backup) = try await prepare(folder)
        let before = try FileFacts.mode(backup)
        let report = try await SQLiteDatabase.restore(backup, to: path, at: TestStore.start)
        #expect(try await accepted(in: path) == 5)
        #expect(try await accepted(in: try #require(report.replaced)) == 8)
        #expect(try FileFacts.mode(path) == 0o600 && FileFacts.mode(backup) == before)
        for ending in ["-wal", "-shm"] { #expect(!FileFacts.exists(backup + ending)) }
        for ending in ["", "-wal", ".lock"] { #expect(!FileFacts.exists("\(path).restore\(ending)")) }
    }

    @Test func `Where no store is, the backup becomes one`() async throws {
        let folder = try TemporaryFolder()
        let (_, backup) = try await prepare(folder)
        let report = try await SQLiteDatabase.restore(backup, to: folder.path("new.sqlite"), at: TestStore.start)
        #expect(report.replaced == nil)
        #expect(try await accepted(in: folder.path("new.sqlite")) == 5)
    }

    @Test func `A store that is in use stays as it is`() async throws {
        let folder = try TemporaryFolder()
        let (path, backup) = try await prepare(folder)
        let store = try await SQLiteDatabase.open(path, at: TestStore.start)
        await #expect(throws: StoreFileError.self) { try await SQLiteDatabase.restore(backup, to: path, at: TestStore.start) }
        #expect(try await store.read { try $0.queue.counts() }.accepted == 8)
        await store.close()
    }

    @Test(arguments: ["", "no store at all, only a text that is longer than a head"])
    func `What is no backup leaves everything as it was`(content: String) async throws {
        let folder = try TemporaryFolder()
        let (path, _) = try await prepare(folder)
        try FileFacts.write(content, to: folder.path("wrong"))
        await #expect(throws: (any Error).self) {
            try await SQLiteDatabase.restore(folder.path("wrong"), to: path, at: TestStore.start)
        }
        await #expect(throws: StoreFileError.self) {
            try await SQLiteDatabase.restore(folder.path("none"), to: path, at: TestStore.start)
        }
        #expect(try await accepted(in: path) == 8)
        #expect(!FileFacts.exists(path + ".restore"))
    }
}
