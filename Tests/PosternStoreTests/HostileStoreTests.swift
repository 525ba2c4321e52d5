import Foundation
import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A file that somebody else made or changed is refused by name, and left as it was")
struct HostileStoreTests {
    private static let now = TestStore.start

    /// A store with people and letters, closed.
    private func store(_ folder: TemporaryFolder) async throws -> String {
        let path = folder.path("s.sqlite")
        let store = try await TestStore.open(.file, path: path)
        for _ in 0..<3 { try await store.accept(store.letter()) }
        await store.database.close()
        return path
    }

    private func expectStrange(_ word: String, _ path: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        func isNamed(_ error: any Error) -> Bool {
            guard case StoreFileError.strange = error else { return false }
            return "\(error)".contains(word) && "\(error)".contains("was left as it was")
        }
        await #expect(sourceLocation: sourceLocation) {
            try await SQLiteDatabase.open(path, at: Self.now)
        } throws: {
            isNamed($0)
        }
        await #expect(sourceLocation: sourceLocation) {
            try await SQLiteDriver(path: path).look { try Migrator.standing($0) }
        } throws: {
            isNamed($0)
        }
    }

    // The rule: whatever our migrations do not make.
    @Test(arguments: [
        ("CREATE VIEW spy AS SELECT seal FROM recipient", "view “spy”"),
        ("CREATE TRIGGER redirect AFTER INSERT ON letter BEGIN DELETE FROM submission; END", "trigger “redirect”"),
        ("CREATE TABLE extra (id INTEGER)", "table “extra”"),
        ("CREATE INDEX slow ON recipient (name)", "index “slow”"),
        ("CREATE VIRTUAL TABLE words USING fts5 (text)", "table “words"),
        ("ALTER TABLE recipient ADD COLUMN forward TEXT", "table “recipient” is not as"),
        ("ALTER TABLE site ADD COLUMN shout TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL", "table “site” is not as"),
        ("DROP VIEW delivery_line", "view “delivery_line” is missing"),
        ("DROP INDEX delivery_due", "index “delivery_due” is missing"),
        ("DROP VIEW delivery_line; CREATE VIEW delivery_line AS SELECT * FROM delivery", "view “delivery_line” is not as"),
        ("ANALYZE", "table “sqlite_stat1”"),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'BLOB CHECK (length(seal) > 0)', 'TEXT') "
                + "WHERE name = 'recipient'", "table “recipient” is not as"
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'recipient.id = delivery.recipient', '1') "
                + "WHERE name = 'delivery_line'", "view “delivery_line” is not as"
        ),
        ("DROP TABLE schema_migration", "no table of Postern's migrations"),
        ("DROP TABLE schema_migration; CREATE VIEW schema_migration AS SELECT 1 AS version", "no table of Postern's migrations"),
    ])
    func `A schema that is not the one our migrations make`(_ change: String, finding: String) async throws {
        let folder = try TemporaryFolder()
        let path = try await store(folder)
        try RawSQLite(path).run(change)
        try await expectStrange(finding, path)
    }

    @Test func `A schema that cannot be read is refused as damage`() async throws {
        let folder = try TemporaryFolder()
        let path = try await store(folder)
        try RawSQLite(path).run(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE recipient (((' WHERE name = 'recipient'")
        await #expect {
            try await SQLiteDatabase.open(path, at: Self.now)
        } throws: {
            if case StoreFileError.unusable = $0 { true } else { false }
        }
    }

    // The rule: another program's database has no table of our migrations, or a number of its own in its head.
    @Test(arguments: [
        "", "PRAGMA application_id = 252006673;", "PRAGMA journal_mode = WAL;",
        "PRAGMA application_id = 1349481332;", "CREATE TABLE schema_migration (version INTEGER, name TEXT);",
    ])
    func `Another program's database is not migrated, and not a byte of it changes`(_ head: String) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        try RawSQLite(path).run("\(head) CREATE TABLE customer (name TEXT); INSERT INTO customer VALUES ('precious')")
        let before = try FileFacts.contents(of: folder.path).map(\.content)
        try await expectStrange("another program", path)
        try FileManager.default.removeItem(atPath: path + ".lock")
        for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) }
        #expect(try FileFacts.contents(of: folder.path).map(\.content) == before)
    }

    @Test func `A store of before gets its number, and one that has it keeps it`() async throws {
        let folder = try TemporaryFolder()
        let path = try await store(folder)
        func number() throws -> [String] { try RawSQLite(path).texts("PRAGMA application_id") }
        #expect(try number() == ["1349481332"])
        try RawSQLite(path).run("PRAGMA application_id = 0")
        let store = try await SQLiteDatabase.open(path, at: Self.now)
        #expect(try await store.read { try $0.queue.counts() }.accepted == 3)
        await store.close()
        #expect(try number() == ["1349481332"])
    }

    enum Plant: String, CaseIterable, Sendable {
        case link, secondName, pipe, dangling, writable
    }

    // The rule: each of the files, by each way of leading a program elsewhere.
    @Test(arguments: ["", "-wal", "-shm", "-journal", ".lock"], Plant.allCases)
    func `A link in the place of a file is not followed`(_ ending: String, _ plant: Plant) async throws {
        let folder = try TemporaryFolder()
        let path = try await store(folder)
        let (place, precious) = (path + ending, folder.path("precious"))
        if ending == "", plant == .secondName || plant == .writable {
            try FileManager.default.copyItem(atPath: path, toPath: precious)
        } else {
            try FileFacts.write("precious", to: precious)
        }
        chmod(precious, 0o600)
        try? FileManager.default.removeItem(atPath: place)
        switch plant {
        case .link: try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: precious)
        case .secondName: try FileManager.default.linkItem(atPath: precious, toPath: place)
        case .pipe: mkfifo(place, 0o600)
        case .dangling: try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: folder.path("made"))
        case .writable:
            try FileManager.default.copyItem(atPath: precious, toPath: place)
            chmod(place, 0o666)
        }
        let before = try FileFacts.bytes(precious)
        await #expect(throws: StoreFileError.self) { try await SQLiteDatabase.open(path, at: Self.now) }
        await #expect(throws: StoreFileError.self) { try await SQLiteDriver(path: path).look { _ in } }
        #expect(try FileFacts.bytes(precious) == before)
        #expect(!FileFacts.exists(folder.path("made")))
    }

    @Test func `A backup and a restore follow no link either`() async throws {
        let folder = try TemporaryFolder()
        let path = try await store(folder)
        let precious = folder.path("precious")
        try FileFacts.write("precious", to: precious)
        let open = try await SQLiteDatabase.open(path, at: Self.now)
        try FileManager.default.createSymbolicLink(atPath: folder.path("b.sqlite"), withDestinationPath: folder.path("made"))
        await #expect(throws: StoreFileError.backupExists(path: folder.path("b.sqlite"))) {
            try await open.backup(to: folder.path("b.sqlite"))
        }
        try FileManager.default.createSymbolicLink(atPath: folder.path("c.sqlite.part"), withDestinationPath: precious)
        _ = try await open.backup(to: folder.path("c.sqlite"))
        await open.close()
        try FileManager.default.createSymbolicLink(atPath: folder.path("d.sqlite"), withDestinationPath: folder.path("c.sqlite"))
        await #expect(throws: StoreFileError.notRestored(path: folder.path("d.sqlite"), finding: "it is a link")) {
            try await SQLiteDriver(path: path).restore(
                RestoreRequest(file: folder.path("d.sqlite"), trace: Sample.operation(at: Self.now)))
        }
        for ending in ["", "-wal", "-shm", "-journal", ".lock"] {
            try FileManager.default.createSymbolicLink(atPath: "\(path).restore\(ending)", withDestinationPath: precious)
        }
        _ = try await SQLiteDriver(path: path).restore(
            RestoreRequest(file: folder.path("c.sqlite"), trace: Sample.operation(at: Self.now)))
        #expect(try FileFacts.text(precious) == "precious")
        #expect(!FileFacts.exists(folder.path("made")))
    }

    @Test func `A folder that is reached by a link is the operator's affair`() async throws {
        let folder = try TemporaryFolder()
        _ = try await store(folder)
        let link = try TemporaryFolder().path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path)
        let store = try await SQLiteDatabase.open(link + "/s.sqlite", at: Self.now)
        #expect(try await store.read { try $0.queue.counts() }.accepted == 3)
        await store.close()
    }

    @Test func `A connection runs no trigger, trusts no schema and takes no text in double quotes`() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteDatabase.open(folder.path("s.sqlite"), at: Self.now)
        let settings: [(StaticString, String, Int64)] = [
            ("PRAGMA trusted_schema", "trusted_schema", 0), ("PRAGMA cell_size_check", "cell_size_check", 1),
            ("PRAGMA temp_store", "temp_store", 2), ("PRAGMA secure_delete", "secure_delete", 1),
            ("PRAGMA foreign_keys", "foreign_keys", 1),
        ]
        for (pragma, column, value) in settings {
            let found = try await store.write { try $0.row(pragma).map { row -> Int64 in try row[column] } }
            #expect(found == value, "\(column)")
        }
        try await store.write { transaction in
            try transaction.run("CREATE TABLE one (id INTEGER)")
            try transaction.run("CREATE TRIGGER two AFTER INSERT ON one BEGIN INSERT INTO one VALUES (2); END")
            try transaction.run("INSERT INTO one VALUES (1)")
        }
        #expect(try await store.read { try $0.rows("SELECT id FROM one").count } == 1)
        for statement: StaticString in [
            "SELECT \"word\"", "ATTACH 'other' AS other", "UPDATE sqlite_schema SET sql = ''", "SELECT load_extension('x')",
            "PRAGMA journal_mode = OFF",
        ] {
            if statement.description.hasPrefix("PRAGMA") {
                _ = try? await store.write { try $0.rows(statement) }
                #expect(try await store.read { try $0.row("PRAGMA journal_mode")?["journal_mode"] } == "wal")
            } else {
                await #expect(throws: StoreError.self, "\(statement)") { try await store.write { try $0.rows(statement) } }
            }
        }
        await store.close()
    }
}
