internal import CSQLite
private import Dispatch
import GRDB
import PosternStore

/// One connection to the file, on a serial queue of its own, so that nothing here ever blocks the cooperative pool.
///
/// GRDB's `DatabaseQueue`, one for each connection, rather than its `DatabasePool`: the pool sets `synchronous = NORMAL` when
/// it opens, opens and closes readers as it likes, and closes in an order of its own. Here the connection that writes is
/// known by name, it alone checkpoints, and it is closed last (or, when a sync has failed, first, so that it does not
/// checkpoint).
// Safe though the compiler cannot see it: `queue` is GRDB's, Sendable and fixed. `transaction`, all that varies, is private, and every
// line that touches it runs in a block given to that queue, whose one serial dispatch queue lets one block run at a time.
final class SQLiteConnection: @unchecked Sendable {
    private let queue: DatabaseQueue
    private var transaction: SQLiteTransaction?

    private init(_ queue: DatabaseQueue) {
        self.queue = queue
    }

    /// The connection that writes. Blocks.
    /// - Throws: `DatabaseError`.
    static func writer(_ path: String, settings: SQLiteSettings) throws -> SQLiteConnection {
        var configuration = plain(label: "postern.store.writer")
        configuration.prepareDatabase { database in
            // The size of a page can be chosen only before the first one is written.
            try database.execute(sql: "PRAGMA page_size = \(settings.pageBytes)")
            try database.execute(sql: "PRAGMA cache_size = -\(settings.writerCacheKiB)")
            try database.execute(sql: "PRAGMA secure_delete = ON")
            _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            // The group checkpoints when nobody waits; this is for when somebody always does: 16 MiB of WAL.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(16 * 1_048_576 / settings.pageBytes)")
            _ = try Int.fetchOne(database, sql: "PRAGMA journal_size_limit = \(64 * 1_048_576)")
            if let most = settings.mostPages { _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(most)") }
        }
        let connection = SQLiteConnection(try DatabaseQueue(path: path, configuration: configuration))
        // After opening, since GRDB sets NORMAL when it is the one to switch a file to WAL. FULL syncs the WAL at each
        // commit; without it a power cut takes back letters that were accepted.
        try connection.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        return connection
    }

    /// A connection that cannot write, nor checkpoint. Blocks.
    static func reader(_ path: String, number: Int, settings: SQLiteSettings) throws -> SQLiteConnection {
        var configuration = plain(label: "postern.store.reader-\(number)")
        configuration.readonly = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -\(settings.readerCacheKiB)")
        }
        return SQLiteConnection(try DatabaseQueue(path: path, configuration: configuration))
    }

    /// A connection for one who needs it only once, and cannot write.
    static func plainReader(_ path: String) throws -> DatabaseQueue {
        var configuration = plain(label: "postern.store.copy")
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// A store that is gone when it is closed.
    static func memory() throws -> SQLiteConnection {
        SQLiteConnection(try DatabaseQueue(configuration: plain(label: "postern.store.memory")))
    }

    /// Once, before any connection is made; too late, or refused, it would cost time and nothing else. The account that nobody here
    /// asks for takes a lock at every allocation, of all connections together; SQLite itself recommends to do without
    /// (sqlite.org/compile.html, SQLITE_DEFAULT_MEMSTATUS).
    private static let memoryStatisticsAreForgone: Void = { _ = csqlite_forgo_memory_statistics() }()

    private static func plain(label: String) -> Configuration {
        memoryStatisticsAreForgone
        var configuration = Configuration()
        configuration.label = label
        configuration.foreignKeysEnabled = true
        // Nobody else should be there; a curious person with a shell might.
        configuration.busyMode = .timeout(5)
        // GRDB ends the process over a transaction that is still open after a disk error. We close and report instead.
        configuration.allowsUnsafeTransactions = true
        return configuration
    }

    /// Runs on the queue, in order, soon.
    func async(_ body: @escaping @Sendable (SQLiteTransaction) -> Void) {
        queue.asyncWriteWithoutTransaction { database in body(self.transaction(on: database)) }
    }

    /// Runs on the queue and waits for it. Blocks.
    func sync<Answer>(_ body: (SQLiteTransaction) throws -> Answer) rethrows -> Answer {
        try queue.writeWithoutTransaction { database in try body(transaction(on: database)) }
    }

    /// What the connection runs on. Blocks.
    func report() throws -> SQLiteReport {
        try queue.writeWithoutTransaction { database in
            let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? 0
            return SQLiteReport(
                version: .loaded,
                synchronous: SQLiteReport.Synchronous(rawValue: synchronous) ?? .off,
                journalMode: try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? "unknown",
                pageBytes: try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
        }
    }

    /// How SQLite would run a statement, a line for each step. Blocks.
    func plan(of sql: StaticString) throws -> [String] {
        try queue.writeWithoutTransaction { database in
            let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + Dialect.sqlite.text(of: sql))
            // The plan does not depend on the values; unbound parameters are null.
            statement.setUncheckedArguments([])
            return try Row.fetchAll(statement).map { $0["detail"] }
        }
    }

    /// Ends after all that was asked before. Blocks.
    func close() {
        queue.writeWithoutTransaction { _ in transaction = nil }
        // A connection that cannot be closed is closed by the end of the process; nothing is lost by it.
        try? queue.close()
    }

    private func transaction(on database: GRDB.Database) -> SQLiteTransaction {
        if let transaction { return transaction }
        let transaction = SQLiteTransaction(database)
        self.transaction = transaction
        return transaction
    }
}
