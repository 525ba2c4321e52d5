import Foundation
import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A store is opened by one process, durably, or not at all")
struct OpeningTests {
    static let now = TestStore.start

    @Test func `A commit is on disk when it returns: WAL and synchronous FULL, read back after opening`() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteDatabase.open(folder.path("s.sqlite"), at: Self.now)
        #expect(store.report.notes["synchronous"] == "full")
        #expect(store.report.journal == "wal")
        #expect(store.report.isDurable == true)
        // Still so after commits and a checkpoint.
        for _ in 0..<3 { try await store.write { try $0.writeProbe.touch(at: Self.now) } }
        let level = try await store.write { try $0.row("PRAGMA synchronous").map { row -> Int in try row["synchronous"] } }
        #expect(level == 2)
        let keys = try await store.write { try $0.row("PRAGMA foreign_keys").map { row -> Int in try row["foreign_keys"] } }
        #expect(keys == 1)
        await store.close()
    }

    // The rule: a level below FULL, or another journal, loses what was answered in a power cut.
    @Test(arguments: [
        (2, "wal", true), (3, "wal", true), (1, "wal", false), (0, "wal", false), (2, "delete", false), (2, "memory", false),
        (nil, "wal", nil),
    ])
    func `Whether settings are durable`(_ synchronous: Int?, journal: String, isDurable: Bool?) {
        let report = StoreReport(version: SQLiteVersion(number: 3_040_001), journal: journal, synchronous: synchronous)
        #expect(report.isDurable == isDurable)
    }

    // The rule: 3.7.0 to 3.51.2, fixed in 3.51.3, 3.50.7 and 3.44.6.
    @Test(arguments: [
        (3_006_023, false), (3_007_000, true), (3_040_001, true), (3_044_005, true), (3_044_006, false), (3_044_009, false),
        (3_045_000, true), (3_050_006, true), (3_050_007, false), (3_051_000, true), (3_051_002, true), (3_051_003, false),
        (3_052_000, false), (4_000_000, false),
    ])
    func `Which versions of SQLite can lose pages when two connections checkpoint`(_ number: Int, isPossible: Bool) {
        #expect(SQLiteVersion(number: number).hasWALResetRace == isPossible)
    }

    @Test func `The report names the version of the library`() async throws {
        let store = try await SQLiteDatabase.inMemory(at: Self.now)
        let version = try await store.read {
            try $0.row("SELECT sqlite_version() AS version").map { row -> String in try row["version"] }
        }
        #expect(store.report.engine == version.map { "SQLite \($0)" })
        #expect(store.report.journal == "memory")
        await store.close()
    }

    @Test func `Folder and files are nobody's but ours`() async throws {
        let folder = try TemporaryFolder()
        let home = folder.path("home")
        let store = try await SQLiteDatabase.open(home + "/s.sqlite", at: Self.now)
        try await store.write { try $0.writeProbe.touch(at: Self.now) }
        #expect(try FileFacts.mode(home) == 0o700)
        for name in ["s.sqlite", "s.sqlite-wal", "s.sqlite-shm", "s.sqlite.lock"] {
            #expect(try FileFacts.mode("\(home)/\(name)") == 0o600, "\(name)")
        }
        await store.close()
        #expect(!FileFacts.exists(home + "/s.sqlite-wal"))
    }

    @Test func `A second owner is turned away with the first one's process number, and gets it afterwards`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let first = try await SQLiteDatabase.open(path, at: Self.now)
        await #expect(throws: StoreFileError.owned(path: path, pid: getpid())) {
            try await SQLiteDatabase.open(path, at: Self.now)
        }
        #expect(StoreFileError.owned(path: path, pid: 4_711).description.contains("process 4711"))
        await first.close()
        let second = try await SQLiteDatabase.open(path, at: Self.now)
        await second.close()
    }

    static func settings(lockTimeout: Duration) -> SQLiteSettings {
        var settings = SQLiteSettings()
        settings.lockTimeout = lockTimeout
        return settings
    }

    @Test func `An owner that waits gets the store when the other lets go, and gives up at its deadline`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let first = try await SQLiteDatabase.open(path, at: Self.now)
        let (short, long) = (Self.settings(lockTimeout: .milliseconds(50)), Self.settings(lockTimeout: .seconds(60)))
        await #expect(throws: StoreFileError.self) { try await SQLiteDatabase.open(path, settings: short, at: Self.now) }
        let waiting = Task { try await SQLiteDatabase.open(path, settings: long, at: Self.now) }
        await first.close()
        await (try await waiting.value).close()
    }

    @Test func `A file that is no store is refused by name, and left as it is`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let text = String(repeating: "This is a letter to nobody. ", count: 100)
        try FileFacts.write(text, to: path)
        await #expect {
            try await SQLiteDatabase.open(path, at: Self.now)
        } throws: { error in
            guard case StoreFileError.unusable(path, _) = error else { return false }
            return "\(error)".contains("restore a backup")
        }
        #expect(try FileFacts.text(path) == text)
    }

    /// What SQLite writes and syncs before the first page of an empty file.
    static let firstJournal: [UInt8] =
        [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7, 0, 0, 0, 0, 0x3C, 0x70, 0xF0, 0x82]
        + [0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0x10, 0] + [UInt8](repeating: 0, count: 512 - 28)

    // The rule: the page's first sector is missing, and of the others, which are zero, the last ones may be.
    @Test(arguments: [512, 3_584, 4_096], [false, true])
    func `A store whose first write a power cut tore is begun again`(_ size: Int, isLookedAtFirst: Bool) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        for (ending, bytes) in [("", [UInt8](repeating: 0, count: size)), ("-journal", Self.firstJournal)] {
            try Data(bytes).write(to: URL(fileURLWithPath: path + ending))
            chmod(path + ending, 0o600)
        }
        if isLookedAtFirst { _ = try await SQLiteDriver(path: path).look { _ in } }
        let store = try await SQLiteDatabase.open(path, at: Self.now)
        #expect(store.report.isDurable == true)
        try await store.write { try $0.writeProbe.touch(at: Self.now) }
        await store.close()
        #expect(!FileFacts.exists(path + "-journal"))
        #expect(try RawSQLite(path).texts("PRAGMA application_id") == ["1349481332"])
    }

    enum Damage: CaseIterable, Sendable {
        case noJournal, emptyJournal, shortJournal, journalNotSynced, journalOfAPage, journalOfAStore, lettersInWAL, bytesInFile
        case secondPage, lessThanASector
    }

    // The rule: each thing that tells of something that may once have been committed.
    @Test(arguments: Damage.allCases)
    func `Zeros in a store's place that may be damage are refused, and left as they are`(_ damage: Damage) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        var files = ["": [UInt8](repeating: 0, count: 4_096), "-journal": Self.firstJournal]
        switch damage {
        case .noJournal: files["-journal"] = nil
        case .emptyJournal: files["-journal"] = []
        case .shortJournal: files["-journal"] = Array(Self.firstJournal.prefix(27))
        case .journalNotSynced: files["-journal"]?.replaceSubrange(0..<8, with: repeatElement(0, count: 8))
        case .journalOfAPage: files["-journal"]?[11] = 1
        case .journalOfAStore: files["-journal"]?[19] = 1
        case .lettersInWAL: files["-wal"] = [0x37, 0x7F, 0x06, 0x82]
        case .bytesInFile: files[""]?[4_095] = 1
        case .secondPage: files[""]?.append(0)
        case .lessThanASector: files[""] = [0]
        }
        for (ending, bytes) in files {
            try Data(bytes).write(to: URL(fileURLWithPath: path + ending))
            chmod(path + ending, 0o600)
        }
        await #expect {
            try await SQLiteDatabase.open(path, at: Self.now)
        } throws: { error in
            guard case StoreFileError.unusable(path, _) = error else { return false }
            return "\(error)".contains("restore a backup")
        }
        for (ending, bytes) in files { #expect(try FileFacts.bytes(path + ending) == bytes, "\(ending)") }
    }

    @Test func `A folder that cannot be made is named`() async throws {
        let folder = try TemporaryFolder()
        await #expect {
            try await SQLiteDatabase.open(folder.path("a/b/s.sqlite"), at: Self.now)
        } throws: { error in
            guard case StoreFileError.file(folder.path("a/b"), "make", _) = error else { return false }
            return true
        }
    }
}
