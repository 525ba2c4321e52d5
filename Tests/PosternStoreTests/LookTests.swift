import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A look into a store that nobody has open leaves it as it was")
struct LookTests {
    static let now = TestStore.start

    @Test func `It sees what was committed, and lets go of the store again`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let store = try await SQLiteDatabase.open(path, at: Self.now)
        try await store.write { try $0.maintenance.note(.purge, at: Self.now) }
        await store.close()
        let (report, last) = try await SQLiteDriver(path: path).look { try $0.maintenance.last(.purge) }
        #expect(report.journal == "wal")
        #expect(last == Self.now)
        #expect(try await SQLiteDriver(path: path).look { try Migrator.standing($0) }.answer == Migrator().known)
        // Opened again: nothing holds it.
        await (try await SQLiteDatabase.open(path, at: Self.now)).close()
    }

    @Test func `It can write nothing`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        await (try await SQLiteDatabase.open(path, at: Self.now)).close()
        await #expect(throws: StoreError.self) {
            try await SQLiteDriver(path: path).look { try $0.maintenance.note(.purge, at: Self.now) }
        }
    }

    @Test func `A store somebody holds is left to them; where there is none, none is made`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        await #expect(throws: StoreFileError.self) { try await SQLiteDriver(path: path).look { _ in } }
        #expect(!FileFacts.exists(path) && !FileFacts.exists(path + ".lock"))
        let store = try await SQLiteDatabase.open(path, at: Self.now)
        await #expect(throws: StoreFileError.self) { try await SQLiteDriver(path: path).look { _ in } }
        await store.close()
        try FileFacts.write(String(repeating: "no database ", count: 1_000), to: folder.path("t.sqlite"))
        await #expect(throws: StoreFileError.self) {
            try await SQLiteDriver(path: folder.path("t.sqlite")).look { try Migrator.standing($0) }
        }
    }
}
