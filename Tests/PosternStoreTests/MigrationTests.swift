import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A store has the schema of the program, or is refused")
struct MigrationTests {
    static let now = TestStore.start

    private static let known = Schema.migrations.count

    private func later(_ version: Int) -> Migration {
        let statements: [StaticString] =
            version == Self.known + 1 ? ["CREATE TABLE later (id INTEGER NOT NULL PRIMARY KEY)"] : []
        return Migration(version: version, name: "something later", statements: statements)
    }

    @Test func `A new store goes through every migration once`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let first = try await SQLiteDatabase.open(path, at: Self.now)
        #expect(first.migrated == Schema.migrations.map(\.version))
        await first.close()
        let second = try await SQLiteDatabase.open(path, at: Self.now)
        #expect(second.migrated == [])
        await second.close()
    }

    @Test func `A store of a later program is refused, with both versions, and left as it is`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let (known, newest) = (Self.known, Self.known + 6)
        let future = Migrator(Schema.migrations + ((known + 1)...newest).map(later))
        let store = try await SQLiteDatabase.open(path, schema: future, at: Self.now)
        #expect(store.migrated == Array(1...newest))
        await store.close()
        await #expect(throws: StoreError.newerSchema(known: known, found: newest)) {
            try await SQLiteDatabase.open(path, at: Self.now)
        }
        #expect(
            StoreError.newerSchema(known: 1, found: 7).description
                == "this program knows schema 1, the store has 7: install the newer Postern or restore the backup made before the upgrade"
        )
        let again = try await SQLiteDatabase.open(path, schema: future, at: Self.now)
        #expect(again.migrated == [])
        await again.close()
    }

    @Test func `An older store gets what it lacks`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        await (try await SQLiteDatabase.open(path, at: Self.now)).close()
        let store = try await SQLiteDatabase.open(
            path, schema: Migrator(Schema.migrations + [later(Self.known + 1)]), at: Self.now)
        #expect(store.migrated == [Self.known + 1])
        #expect(try await store.read { try $0.rows("SELECT id FROM later").isEmpty })
        await store.close()
    }

    @Test func `A migration that was edited after it had run is named`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        await (try await SQLiteDatabase.open(path, at: Self.now)).close()
        let edited = Migration(version: 1, name: "edited", statements: ["CREATE TABLE other (id INTEGER NOT NULL PRIMARY KEY)"])
        await #expect(throws: StoreError.changedMigration(version: 1, name: "edited")) {
            try await SQLiteDatabase.open(path, schema: Migrator([edited] + Schema.migrations.dropFirst()), at: Self.now)
        }
        #expect(StoreError.changedMigration(version: 1, name: "edited").description.contains("edited"))
    }

    @Test func `A migration that fails leaves nothing behind`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let bad = Migration(
            version: Self.known + 1, name: "bad",
            statements: ["CREATE TABLE good (id INTEGER NOT NULL PRIMARY KEY)", "CREATE TABLE good (id)"])
        await #expect(throws: StoreError.self) {
            try await SQLiteDatabase.open(path, schema: Migrator(Schema.migrations + [bad]), at: Self.now)
        }
        let store = try await SQLiteDatabase.open(path, at: Self.now)
        #expect(store.migrated == Schema.migrations.map(\.version))
        let tables = try await store.read { try $0.rows("SELECT name FROM sqlite_schema WHERE name = 'good'").count }
        #expect(tables == 0)
        await store.close()
    }

    // The rule: the text counts, and where one statement ends.
    @Test func `A checksum tells statements apart`() {
        let lists: [[StaticString]] = [
            [], ["SELECT 1"], ["SELECT 1", "SELECT 2"], ["SELECT 1SELECT 2"], ["SELECT 1", "SELECT 2", ""],
        ]
        let sums = lists.map { Migration(version: 1, name: "x", statements: $0).checksum }
        #expect(Set(sums).count == lists.count)
        #expect(sums.allSatisfy { $0.utf8.count == 16 })
        // FNV-1a of nothing is its offset basis (Fowler, Noll, Vo; RFC 9923 §2).
        #expect(sums[0] == "cbf29ce484222325")
    }
}
