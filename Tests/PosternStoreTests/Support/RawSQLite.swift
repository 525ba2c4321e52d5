import CSQLite
import PosternStore

/// The library without our driver: what somebody could do to the file.
final class RawSQLite {
    struct Failure: Error {
        let message: String
    }

    private let connection: OpaquePointer

    init(_ path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw Failure(message: "cannot open \(path)") }
        connection = opened
        sqlite3_busy_timeout(connection, 5_000)
        // A row may then be anything.
        try run("PRAGMA ignore_check_constraints = ON")
        try run("PRAGMA foreign_keys = OFF")
    }

    deinit {
        sqlite3_close_v2(connection)
    }

    func run(_ sql: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        guard sqlite3_exec(connection, sql, nil, nil, &message) == SQLITE_OK else {
            defer { sqlite3_free(message) }
            throw Failure(message: message.map { String(cString: $0) } ?? sql)
        }
    }

    /// The first column of each row, as text.
    func texts(_ sql: String) throws -> [String] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK else { throw Failure(message: sql) }
        defer { sqlite3_finalize(statement) }
        var texts: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            texts.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "")
        }
        return texts
    }
}
