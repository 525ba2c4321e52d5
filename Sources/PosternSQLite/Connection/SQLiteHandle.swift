internal import CSQLite
internal import PosternStore

/// An open connection of the library, closed at the end of its life.
struct SQLiteHandle: ~Copyable {
    let pointer: OpaquePointer

    enum Access {
        case readOnly, readWrite
        /// The file alone, as if nobody could write to it: no lock is taken, no WAL read, no file made beside it.
        case asItLies
    }

    /// Milliseconds to wait for another connection. Nobody else should be there; a curious person with a shell might.
    static let patience: Int32 = 5_000

    /// - Throws: `SQLiteFailure`.
    init(_ path: String, _ access: Access) throws(SQLiteFailure) {
        Self.memoryStatisticsAreForgone
        var (name, mode) = (path, SQLITE_OPEN_READONLY)
        switch access {
        case .readOnly: break
        case .readWrite: mode = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .asItLies:
            name = "file:\(StoreFile(path: path).resolved.percentEncoded)?immutable=1"
            mode |= SQLITE_OPEN_URI
        }
        if access != .asItLies, path != ":memory:" { name = StoreFile(path: path).resolved }
        var opened: OpaquePointer?
        // One thread at a time has a connection: SQLite need not lock it. A link in the place of the file is not followed.
        let code = sqlite3_open_v2(name, &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nil)
        guard code == SQLITE_OK, let opened else {
            let failure = SQLiteFailure(code, on: opened)
            sqlite3_close_v2(opened)
            throw failure
        }
        pointer = opened
        sqlite3_extended_result_codes(pointer, 1)
        sqlite3_busy_timeout(pointer, Self.patience)
        _ = csqlite_distrust_schema(pointer)
        for (limit, most) in Self.limits { sqlite3_limit(pointer, limit, most) }
    }

    /// A little more than our own statements and rows need: what is longer was not written by us.
    private static let limits: [(Int32, Int32)] = [
        (SQLITE_LIMIT_LENGTH, 1_048_576), (SQLITE_LIMIT_SQL_LENGTH, 65_536), (SQLITE_LIMIT_COLUMN, 100),
        (SQLITE_LIMIT_EXPR_DEPTH, 100), (SQLITE_LIMIT_COMPOUND_SELECT, 10), (SQLITE_LIMIT_VDBE_OP, 25_000),
        (SQLITE_LIMIT_FUNCTION_ARG, 10), (SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100),
        (SQLITE_LIMIT_VARIABLE_NUMBER, 100), (SQLITE_LIMIT_TRIGGER_DEPTH, 1), (SQLITE_LIMIT_WORKER_THREADS, 0),
    ]

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

extension String {
    /// For a path in a URI: everything but letters, digits and slashes.
    fileprivate var percentEncoded: String {
        let digits = Array("0123456789ABCDEF")
        return utf8.map { byte in
            let isPlain =
                byte == UInt8(ascii: "/") || (byte < 0x80 && Character(UnicodeScalar(byte)).isLetter) || (48...57).contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }.joined()
    }
}
