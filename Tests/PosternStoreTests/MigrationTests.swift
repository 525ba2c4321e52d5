import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

@Suite("A store has the schema of the program, or is refused")
struct MigrationTests {
    static let now = TestStore.start

    private static let next = Migrator().known + 1
    private static let lasting = StoreKind.lasting

    private func later(_ version: Int) -> Migration {
        let statements: [StaticString] = version == Self.next ? ["CREATE TABLE later (id INTEGER NOT NULL PRIMARY KEY)"] : []
        return Migration(version: version, name: "something later", statements: statements)
    }

    /// The moments at which each migration was applied.
    private func applied(_ store: any OpenStore) async throws -> [Timestamp] {
        try await store.read {
            try $0.rows("SELECT applied_at FROM schema_migration ORDER BY version").map { try $0["applied_at"] }
        }
    }

    @Test(arguments: lasting)
    func `A new store goes through every migration once`(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        for moment in [Self.now, Self.now + .hours(1)] {
            let store = try await kind.open(path, at: moment)
            #expect(try await applied(store) == Schema.migrations.map { _ in Self.now })
            await store.close()
        }
    }

    // Anyone who waits for a start must hear why. A new store has nothing to bring along.
    @Test func `Who opens an older store is told before it is changed and after, and of no other`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let told = Mutex<[MigrationNews]>([])
        let hook: MigrationHook = { news in told.withLock { $0.append(news) } }
        let older = Migrator(Array(Schema.migrations.prefix(5)))
        for _ in 0..<2 {
            await (try await SQLiteDatabase.open(path, schema: older, at: Self.now, onMigration: hook)).close()
        }
        #expect(told.withLock { $0 } == [])
        for _ in 0..<2 { await (try await SQLiteDatabase.open(path, at: Self.now, onMigration: hook)).close() }
        let news = told.withLock { $0 }
        try #require(news.count == 2)
        guard case .begins(from: 5, to: Migrator().known, bytes: let bytes?) = news[0], case .ended = news[1] else {
            Issue.record("\(news)")
            return
        }
        #expect(bytes > 10_000)
        let sentence = MigrationNews.begins(from: 5, to: 6, bytes: 2_400_000_000).description
        #expect(sentence.contains("2400 MB") && sentence.contains("from schema 5 to 6") && sentence.contains("free space"))
        #expect("\(MigrationNews.ended(after: .seconds(31)))".contains("31 s"))
    }

    @Test(arguments: lasting)
    func `A store of a later program is refused, with both versions, and left as it is`(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let last = Self.next + 3
        let future = Migrator(Schema.migrations + (Self.next...last).map(later))
        let store = try await kind.open(path, schema: future)
        #expect(try await applied(store).count == last)
        await store.close()
        await #expect(throws: StoreError.newerSchema(known: Migrator().known, found: last)) { try await kind.open(path) }
        #expect(
            StoreError.newerSchema(known: 3, found: 7).description
                == "this program knows schema 3, the store has 7: install the newer Postern or restore the backup made before the upgrade"
        )
        let again = try await kind.open(path, schema: future, at: Self.now + .hours(1))
        #expect(try await applied(again) == Array(repeating: Self.now, count: last))
        await again.close()
    }

    @Test(arguments: lasting)
    func `An older store gets what it lacks`(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        await (try await kind.open(path)).close()
        let hence = Self.now + .hours(1)
        let store = try await kind.open(path, schema: Migrator(Schema.migrations + [later(Self.next)]), at: hence)
        #expect(try await applied(store) == Schema.migrations.map { _ in Self.now } + [hence])
        #expect(try await store.read { try $0.rows("SELECT id FROM later").isEmpty })
        await store.close()
    }

    @Test(arguments: lasting)
    func `A migration that was edited after it had run is named`(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        await (try await kind.open(path)).close()
        let edited = Migration(version: 1, name: "edited", statements: ["CREATE TABLE other (id INTEGER NOT NULL PRIMARY KEY)"])
        await #expect(throws: StoreError.changedMigration(version: 1, name: "edited")) {
            try await kind.open(path, schema: Migrator([edited] + Schema.migrations.dropFirst()))
        }
        #expect(StoreError.changedMigration(version: 1, name: "edited").description.contains("edited"))
    }

    @Test(arguments: lasting)
    func `A migration that fails leaves nothing behind`(_ kind: StoreKind) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let bad = Migration(
            version: Self.next, name: "bad",
            statements: ["CREATE TABLE good (id INTEGER NOT NULL PRIMARY KEY)", "CREATE TABLE good (id)"])
        await #expect(throws: StoreError.self) {
            try await kind.open(path, schema: Migrator(Schema.migrations + [bad]))
        }
        let store = try await kind.open(path)
        #expect(try await applied(store).count == Migrator().known)
        await #expect(throws: StoreError.self) { try await store.read { try $0.rows("SELECT id FROM good") } }
        await store.close()
    }

    @Test(arguments: lasting, 1...Migrator().known)
    func `A store of an earlier schema opens, and shows every row of every table`(_ kind: StoreKind, version: Int) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let earlier = try EarlierStore(version: version)
        let filled = try await earlier.make(kind, at: path)
        // The migration itself fills `counter`.
        #expect(earlier.tables.subtracting(filled).subtracting(["counter"]) == [])
        let store = try await kind.open(path)
        #expect(try await applied(store).count == Migrator().known)
        try await store.read { transaction in
            #expect(try transaction.sites.list().map(\.id) == [earlier.club.id, earlier.site.id])
            #expect(try transaction.sites.find(earlier.site.id)?.name == earlier.site.name)
            #expect(try transaction.sites.find(earlier.site.id)?.origins == earlier.site.origins)
            #expect(try transaction.sites.logo(of: earlier.site.id)?.content == earlier.logo.content)
            #expect(try transaction.recipients.find(earlier.person.handle, at: earlier.site.id) == earlier.person)
            let aliases = try transaction.aliases.list(at: earlier.site.id, limit: 9)
            #expect(aliases.map(\.alias) == (version < 5 ? [] : ["Pat Müller"]))
            let entries = try transaction.submissionLog.entries(limit: 9)
            #expect(entries.map(\.id) == [earlier.accepted, earlier.leased, earlier.refused])
            #expect(entries.allSatisfy { $0.tags == [Tag(value: 7)] && $0.evidence == [4, 5] && $0.repeats == 2 })
            for filter in [LogFilter(rule: .block), LogFilter(tag: Tag(value: 7)), LogFilter(recipient: earlier.person.id)] {
                #expect(try transaction.submissionLog.latest(filter, limit: 9).count == 3)
            }
            let lines = try transaction.queue.list(limit: 9)
            #expect(lines.map(\.id) == [earlier.accepted, earlier.leased, earlier.confirmation])
            #expect(lines.map(\.kind) == [.letter, .letter, .confirmation])
            // Nobody holds what an earlier schema had leased: it is due again, marked as perhaps sent.
            #expect(lines[1].state == (version < 3 ? .ready : .leased))
            #expect(lines[1].uncertain == (version < 3 ? 1 : 0))
            #expect(lines[1].last?.end == (version < 3 ? .interrupted : nil))
            #expect(try transaction.queue.show(earlier.leased)?.attempts.count == 1)
            let record = IdempotencyRecord(key: earlier.key, body: earlier.key)
            #expect(try transaction.intake.earlier(record, at: Self.now) == earlier.accepted)
            #expect(try transaction.limitRecords.list(after: .zero, limit: 9).map(\.record) == [earlier.limitRecord])
            let block = Block(
                id: 41, mark: .domain("spam.example"), effect: .hold, reason: "a wave", added: Self.now, expires: nil)
            #expect(try transaction.blocks.list() == [block])
            let wave = try transaction.waves.find(earlier.accepted)
            #expect(wave?.version == (version < 9 ? nil : 1) && wave?.verdict == nil && wave?.taken == nil)
            let decided = try transaction.decisions.about(earlier.accepted, limit: 9)
            #expect(decided.map(\.act) == (version < 10 ? [] : [.drop]) && decided.allSatisfy { $0.wave == nil })
            #expect(try transaction.maintenance.last(.purge) == Self.now)
            #expect(try transaction.operationTrace.latest(limit: 9) == (version < 2 ? [] : [earlier.operation]))
            let probe = try transaction.row("SELECT at FROM write_probe").map { row -> Timestamp in try row["at"] }
            #expect(probe == Self.now)
        }
        try await store.write { transaction in
            #expect(try transaction.nodes.start("only", at: Self.now).node == (version < 3 ? 1 : 3))
            let block = try transaction.blocks.add(
                .domain("b.example"), effect: .hold, reason: "test", expires: nil, at: Self.now)
            #expect(block == 42)
            let claimed = try transaction.queue.claim(
                upTo: 9, under: LeaseID(node: 9, number: 1), until: Self.now + .hours(1), at: Self.now)
            #expect(claimed.filter { $0.kind == .letter }.allSatisfy { $0.letter == earlier.seal && $0.tokens.messageID == "a" })
            #expect(claimed.count == (version < 3 ? 3 : 2))
            try transaction.writeProbe.touch(at: Self.now)
        }
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
