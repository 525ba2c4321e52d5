internal import CSQLite
internal import PosternStore

/// One connection to the file: what the store's lanes run on. Its statements are compiled once and kept.
///
/// The connection that writes is known by name; it alone writes and checkpoints. All others open the file read-only.
final class SQLiteConnection: Connection {
    private let handle: SQLiteHandle
    /// By the address of the statement's text, which is a constant of the program: no hashing of half a kilobyte of SQL.
    private var statements: [UnsafePointer<UInt8>: Compiled] = [:]
    /// The same connection reads and writes, so a read must be kept from writing.
    private let mustGuardReads: Bool
    private var isReading = false
    /// How many pages the WAL has, and with how many it is time for a checkpoint.
    private var walPages = 0 {
        // The WAL starts again from its beginning.
        didSet { if walPages < oldValue { checkpointDue = mostWALPages } }
    }
    private var mostWALPages = Int.max
    private var checkpointDue = Int.max
    /// Pages whose unused space may hold what is gone. When the store is opened that is all of them: nobody wrote down which.
    private var unclean = PageSet()
    /// Pages looked at by one `wipe`: 64 MiB, some hundredths of a second. Letters are committed in between.
    private static let wipedAtOnce = 16_384
    /// Why a checkpoint failed that nobody had asked for.
    private var overdue: StoreError?
    /// Asks a backup to let go of the state that it copies.
    var onObstacle: @Sendable () -> Void = {}

    /// What a dictionary can hold.
    private final class Compiled {
        let statement: SQLiteStatement

        init(_ statement: consuming SQLiteStatement) {
            self.statement = statement
        }
    }

    private init(_ handle: consuming SQLiteHandle, mustGuardReads: Bool = false) throws {
        let pragmas = [
            "foreign_keys = ON", "cell_size_check = ON", "mmap_size = 0",
            // Data for sorting and undoing stays in memory: SQLite could put a file of its own anywhere.
            "temp_store = MEMORY",
        ]
        for pragma in pragmas { try handle.values("PRAGMA \(pragma)") }
        self.handle = handle
        self.mustGuardReads = mustGuardReads
    }

    deinit {
        statements.removeAll()
    }

    /// The connection that writes. Blocks.
    /// - Throws: `SQLiteFailure`.
    static func writer(_ path: String, settings: SQLiteSettings) throws -> SQLiteConnection {
        let connection = try SQLiteConnection(SQLiteHandle(path, .readWrite))
        let isNamed = try connection.handle.number("PRAGMA application_id") == StoreInspection.applicationID
        // The size of a page can be chosen only before the first one is written.
        var pragmas = ["page_size = \(settings.pageBytes)"]
        // Before there is a WAL, so that a new store has it in the file itself.
        if !isNamed { pragmas.append("application_id = \(StoreInspection.applicationID)") }
        pragmas += [
            "cache_size = -\(settings.writerCacheKiB)", "secure_delete = ON",
            "journal_mode = WAL",
            // FULL syncs the WAL at each commit; without it a power cut takes back letters that were accepted.
            "synchronous = FULL",
            // Checkpoints are made when nobody waits. If somebody always waits, `commit` makes them.
            "wal_autocheckpoint = 0", "journal_size_limit = \(64 * 1_048_576)",
        ]
        if let most = settings.mostPages { pragmas.append("max_page_count = \(most)") }
        for pragma in pragmas { try connection.handle.values("PRAGMA \(pragma)") }
        connection.mostWALPages = 16 * 1_048_576 / settings.pageBytes
        connection.checkpointDue = connection.mostWALPages
        connection.unclean.insert(all: try connection.handle.number("PRAGMA page_count") ?? 0)
        // SQLite calls the hook only from within this connection's own calls, so the pointer is valid there.
        let context = Unmanaged.passUnretained(connection).toOpaque()
        sqlite3_wal_hook(
            connection.handle.pointer,
            { context, _, _, pages in
                if let context { Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().walPages = Int(pages) }
                return SQLITE_OK
            }, context)
        return connection
    }

    /// A connection that can neither write nor checkpoint. Blocks.
    static func reader(
        _ path: String, settings: SQLiteSettings, access: SQLiteHandle.Access = .readOnly
    ) throws -> SQLiteConnection {
        let connection = try SQLiteConnection(SQLiteHandle(path, access))
        try connection.handle.values("PRAGMA cache_size = -\(settings.readerCacheKiB)")
        return connection
    }

    /// A store that is gone when it is closed.
    static func memory() throws -> SQLiteConnection {
        try SQLiteConnection(SQLiteHandle(":memory:", .readWrite), mustGuardReads: true)
    }

    /// What the connection runs on, read back rather than believed.
    func report(canWrite: Bool = true) throws -> StoreReport {
        StoreReport(
            version: .loaded, journal: try handle.text("PRAGMA journal_mode") ?? "unknown",
            synchronous: canWrite ? try handle.number("PRAGMA synchronous") ?? 0 : nil)
    }

    /// How SQLite would run a statement, a line for each step. The plan does not depend on the values; unbound ones are null.
    func plan(of sql: StaticString) throws -> [String] {
        try checked(sql) {
            let statement = try SQLiteStatement("EXPLAIN QUERY PLAN " + Dialect.sqlite.text(of: sql), on: handle.pointer)
            var lines: [String] = []
            let nulls = Array(repeating: SQLValue.null, count: statement.argumentCount)
            try statement.run(nulls) { lines += try $0.copied().suffix(1).compactMap { String(stored: $0) } }
            return lines
        }
    }

    func run(_ sql: StaticString, _ arguments: [SQLValue]) throws -> Int {
        try checked(sql) {
            try compiled(sql).statement.run(arguments)
            return Int(sqlite3_changes(handle.pointer))
        }
    }

    func rows(_ sql: StaticString, _ arguments: [SQLValue]) throws -> [SQLRow] {
        try checked(sql) {
            let compiled = try compiled(sql)
            var rows: [SQLRow] = []
            try compiled.statement.run(arguments) {
                rows.append(SQLRow(columns: compiled.statement.columns, values: try $0.copied()))
            }
            return rows
        }
    }

    func begin(_ access: TransactionAccess) throws {
        switch access {
        // The right to write is taken at once.
        case .writing:
            if let overdue { throw overdue }
            _ = try run("BEGIN IMMEDIATE", [])
        case .reading:
            _ = try run("BEGIN DEFERRED", [])
            isReading = true
            if mustGuardReads { _ = try run("PRAGMA query_only = ON", []) }
        }
    }

    func commit() throws {
        do {
            _ = try run("COMMIT", [])
        } catch let error as StoreError {
            // Whatever the reason, nobody can say what of it is on disk.
            throw StoreError.broken(error.fault ?? StoreFault(code: SQLITE_ERROR, message: "COMMIT failed", statement: "COMMIT"))
        }
        guard walPages >= checkpointDue else { return }
        // A reader in the way stays in the way for a while.
        checkpointDue = walPages + mostWALPages
        do {
            try checkpoint()
        } catch let error as StoreError {
            // What was committed stands. The next transaction hears of it.
            if case .broken = error { overdue = error }
        }
    }

    func rollBack() {
        // A failure may have ended the transaction already.
        if sqlite3_get_autocommit(handle.pointer) == 0 { _ = try? run("ROLLBACK", []) }
        if isReading, mustGuardReads { _ = try? run("PRAGMA query_only = OFF", []) }
        isReading = false
    }

    /// Carries pages from the WAL into the file, as far as no reader needs them where they are.
    func checkpoint() throws {
        _ = try checkpoint(SQLITE_CHECKPOINT_PASSIVE)
    }

    /// In the head of the file, where nothing else of ours is (sqlite.org/pragma.html#pragma_user_version).
    func noteErasure() throws {
        _ = try run("PRAGMA user_version = 1", [])
    }

    /// Whether an erasure had been committed, and not completed, when this store was last used.
    var isErasing: Bool {
        get throws { try handle.number("PRAGMA user_version") == 1 }
    }

    /// Carries all of the WAL into the file and empties it, waiting for readers, a fifth of a second at most; then zeroes unused
    /// space of the file.
    func wipe() throws -> WipeProgress {
        guard !mustGuardReads else { return .complete }
        sqlite3_busy_timeout(handle.pointer, 200)
        defer { sqlite3_busy_timeout(handle.pointer, SQLiteHandle.patience) }
        var progress = try zeroSome()
        if progress == .complete, try isErasing {
            _ = try run("PRAGMA user_version = 0", [])
            progress = try zeroSome()
        }
        switch progress {
        case .obstructed: onObstacle()
        case .ongoing: break
        // Pages in memory still have what was zeroed in the file, and would bring it back.
        case .complete: sqlite3_db_release_memory(handle.pointer)
        }
        return progress
    }

    private func zeroSome() throws -> WipeProgress {
        guard try checkpoint(SQLITE_CHECKPOINT_TRUNCATE) else { return .obstructed }
        return try checked("PRAGMA wal_checkpoint") {
            let pages = unclean.first(Self.wipedAtOnce)
            guard try UnusedSpace(of: handle.pointer).zero(in: pages) else { return .obstructed }
            unclean.remove(pages)
            return unclean.isEmpty ? .complete : .ongoing
        }
    }

    /// - Returns: false when somebody was in the way.
    private func checkpoint(_ mode: Int32) throws -> Bool {
        try checked("PRAGMA wal_checkpoint") {
            // Before, because a checkpoint may cut the WAL off.
            for page in try UnusedSpace(of: handle.pointer).pagesOfWAL(walPages) { unclean.insert(page) }
            let code = sqlite3_wal_checkpoint_v2(handle.pointer, nil, mode, nil, nil)
            guard code == SQLITE_OK || code == SQLITE_BUSY else { throw SQLiteFailure(code, on: handle.pointer) }
            // No commit tells of this, and what the list still names is no news.
            if code == SQLITE_OK, mode == SQLITE_CHECKPOINT_TRUNCATE { walPages = 0 }
            return code == SQLITE_OK
        }
    }

    private func compiled(_ sql: StaticString) throws -> Compiled {
        precondition(sql.hasPointerRepresentation, "a statement is longer than one character")
        if let compiled = statements[sql.utf8Start] { return compiled }
        let compiled = Compiled(try SQLiteStatement(Dialect.sqlite.text(of: sql), on: handle.pointer))
        statements[sql.utf8Start] = compiled
        return compiled
    }

    private func checked<Answer>(_ sql: StaticString, _ body: () throws -> Answer) throws -> Answer {
        do {
            return try body()
        } catch let failure as SQLiteFailure {
            // A statement that failed may not be reset cleanly (sqlite.org/c3ref/reset.html).
            statements[sql.utf8Start] = nil
            throw StoreError(failure, statement: sql.description)
        }
    }
}
