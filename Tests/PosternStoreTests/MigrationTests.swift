import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A store has the schema of the program, or is refused")
struct MigrationTests {
    static let now = TestStore.start

    private static let next = Migrator().known + 1

    private func later(_ version: Int) -> Migration {
        let statements: [StaticString] = version == Self.next ? ["CREATE TABLE later (id INTEGER NOT NULL PRIMARY KEY)"] : []
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
        let future = Migrator(Schema.migrations + (Self.next...7).map(later))
        let store = try await SQLiteDatabase.open(path, schema: future, at: Self.now)
        #expect(store.migrated == Array(1...7))
        await store.close()
        await #expect(throws: StoreError.newerSchema(known: Migrator().known, found: 7)) {
            try await SQLiteDatabase.open(path, at: Self.now)
        }
        #expect(
            StoreError.newerSchema(known: Migrator().known, found: 7).description
                == "this program knows schema \(Migrator().known), the store has 7: install the newer Postern or restore the backup made before the upgrade"
        )
        let again = try await SQLiteDatabase.open(path, schema: future, at: Self.now)
        #expect(again.migrated == [])
        await again.close()
    }

    @Test func `An older store gets what it lacks`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        await (try await SQLiteDatabase.open(path, at: Self.now)).close()
        let store = try await SQLiteDatabase.open(path, schema: Migrator(Schema.migrations + [later(Self.next)]), at: Self.now)
        #expect(store.migrated == [Self.next])
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
            version: Self.next, name: "bad",
            statements: ["CREATE TABLE good (id INTEGER NOT NULL PRIMARY KEY)", "CREATE TABLE good (id)"])
        await #expect(throws: StoreError.self) {
            try await SQLiteDatabase.open(path, schema: Migrator(Schema.migrations + [bad]), at: Self.now)
        }
        let store = try await SQLiteDatabase.open(path, at: Self.now)
        #expect(store.migrated == Array(1..<Self.next))
        let tables = try await store.read { try $0.rows("SELECT name FROM sqlite_schema WHERE name = 'good'").count }
        #expect(tables == 0)
        await store.close()
    }

    @Test func `A store of the first schema opens with all its rows`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let first = try await SQLiteDatabase.open(path, schema: Migrator([Schema.migrations[0]]), at: Self.now)
        var randomness = SeededRandomness(seed: 1)
        let site = try Sample.site("photos")
        let person = try Sample.recipient("pat", at: site.id, using: &randomness)
        let ids = (0..<3).map { _ in LetterID(at: Self.now, using: &randomness) }
        let (letter, confirmation, leased) = (ids[0], ids[1], ids[2])
        let key = [UInt8](repeating: 7, count: 32)
        // In the first schema's words, since today's verbs speak the present one's.
        try await first.write { transaction in
            _ = try transaction.sites.add(site, at: Self.now)
            _ = try transaction.recipients.add(person, at: Self.now)
            for id in ids {
                try transaction.run(
                    """
                    INSERT INTO delivery (
                        id, recipient, mailing, epoch, state, attempts, uncertain, accepted_at, due_at, lease, lease_until,
                        message_token, envelope_token)
                    VALUES (?, ?, ?, 1, ?, ?, 0, ?, ?, ?, ?, 'a', 'b')
                    """,
                    [
                        id.stored, person.id.stored, .text(id == confirmation ? "confirmation" : "letter"),
                        .text(id == leased ? "leased" : "ready"), (id == leased ? 1 : 0).stored, Self.now.stored,
                        Self.now.stored, id == leased ? id.stored : .null, id == leased ? Self.now.stored : .null,
                    ])
            }
            try transaction.run(
                """
                INSERT INTO attempt (delivery, number, lease, started_at)
                VALUES (?, 1, ?, ?)
                """, [leased.stored, leased.stored, Self.now.stored])
            try transaction.run(
                """
                INSERT INTO idempotency (key, body, letter, expires_at)
                VALUES (?, ?, ?, ?)
                """, [key.stored, key.stored, letter.stored, (Self.now + .days(1)).stored])
            try transaction.run("INSERT INTO chore (name, done_at) VALUES ('purge', ?)", [Self.now.stored])
            try transaction.run("INSERT INTO pulse (id, at) VALUES (1, ?)", [Self.now.stored])
            try transaction.run(
                """
                INSERT INTO block (id, kind, mark, effect, reason, added_at)
                VALUES (41, 'domain', 'spam.example', 'hold', 'a wave', ?)
                """, [Self.now.stored])
        }
        await first.close()

        let store = try await SQLiteDatabase.open(path, at: Self.now)
        #expect(store.migrated == Array(2..<Self.next))
        let lines = try await store.read { try $0.queue.list(limit: 9) }
        #expect(Set(lines.map(\.id)) == Set(ids))
        #expect(lines.first { $0.id == confirmation }?.kind == .confirmation)
        // Nobody holds what was leased: it is due again, marked as perhaps sent.
        let again = try #require(lines.first { $0.id == leased })
        #expect(again.state == .ready)
        #expect(again.uncertain == 1)
        #expect(again.last?.end == .interrupted)
        let record = IdempotencyRecord(key: key, body: key)
        #expect(try await store.read { try $0.intake.earlier(record, at: Self.now) } == letter)
        #expect(try await store.read { try $0.maintenance.last(.purge) } == Self.now)
        try await store.write { try $0.writeProbe.touch(at: Self.now) }
        let block = try await store.write {
            try $0.blocks.add(.domain("b.example"), effect: .hold, reason: "test", expires: nil, at: Self.now)
        }
        #expect(block == 42)
        let integrity = try await store.read { try $0.rows("PRAGMA foreign_key_check").count }
        #expect(integrity == 0)
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
