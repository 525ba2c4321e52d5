internal import CSQLite
internal import PosternStore

/// An open connection of the library, closed at the end of its life.
struct SQLiteHandle: ~Copyable {
    let pointer: OpaquePointer

    enum Access {
        case readOnly, readWrite
    }

    /// - Throws: `SQLiteFailure`.
    init(_ path: String, _ access: Access) throws(SQLiteFailure) {
        Self.memoryStatisticsAreForgone
        let mode: Int32
        switch access {
        case .readOnly: mode = SQLITE_OPEN_READONLY
        case .readWrite: mode = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        }
        var opened: OpaquePointer?
        // One thread at a time has a connection: SQLite need not lock it.
        let code = sqlite3_open_v2(path, &opened, mode | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let failure = SQLiteFailure(code, on: opened)
            sqlite3_close_v2(opened)
            throw failure
        }
        pointer = opened
        sqlite3_extended_result_codes(pointer, 1)
        // Nobody else should be there; a curious person with a shell might.
        sqlite3_busy_timeout(pointer, 5_000)
        _ = csqlite_refuse_double_quoted_text(pointer)
    }

    deinit {
        // Waits for statements that are still alive (sqlite.org/c3ref/close.html).
        sqlite3_close_v2(pointer)
    }

    /// Runs a statement of the driver's own, and gives the first column of each row.
    /// - Throws: `SQLiteFailure`, `StoreError.undecodable`.
    @discardableResult
    borrowing func values(_ sql: String) throws -> [SQLValue] {
        let statement = try SQLiteStatement(sql, on: pointer)
        var values: [SQLValue] = []
        try statement.run([]) { values += try $0.copied().prefix(1) }
        return values
    }

    borrowing func number(_ sql: String) throws -> Int? { try values(sql).first.flatMap { Int(stored: $0) } }
    borrowing func text(_ sql: String) throws -> String? { try values(sql).first.flatMap { String(stored: $0) } }

    /// Once, before any connection is made; too late, or refused, it would cost time and nothing else. The statistics, which
    /// nobody here asks for, take a lock at every allocation, of all connections together; SQLite itself recommends doing
    /// without (sqlite.org/compile.html, SQLITE_DEFAULT_MEMSTATUS).
    private static let memoryStatisticsAreForgone: Void = { _ = csqlite_forgo_memory_statistics() }()
}

/// What a call of the library failed with.
struct SQLiteFailure: Error, Hashable {
    /// The extended result code (sqlite.org/rescode.html).
    let code: Int32
    let message: String

    init(_ code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    /// - Parameter connection: nil when there was no memory for one.
    init(_ code: Int32, on connection: OpaquePointer?) {
        let text = connection.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        // Before extended codes are switched on, a call returns the primary one.
        let extended = connection.map { sqlite3_extended_errcode($0) } ?? code
        self.init(
            extended & 0xFF == code & 0xFF ? extended : code, message: text.map { String(cString: $0) } ?? "no message")
    }
}
