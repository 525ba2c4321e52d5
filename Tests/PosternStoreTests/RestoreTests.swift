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
}
