internal import CSQLite
import GRDB
import PosternStore

/// A compiled statement: bound, stepped and read through SQLite's own calls.
///
/// GRDB compiles it and owns it. Its way of running one goes through generic arguments and rows that are made anew for every
/// value: 6 % of the relay's time under load, by perf, and none of it in SQLite.
///
/// Used on its connection's queue alone.
final class SQLiteStatement {
    /// Keeps the handle alive.
    private let owner: Statement
    private let handle: OpaquePointer
    let columns: [String]

    init(_ statement: Statement) {
        (owner, handle) = (statement, statement.sqliteStatement)
        columns = statement.columnNames
    }

    /// Runs it to its end, one row after the other.
    /// - Throws: `DatabaseError` with the extended code of the step or binding that failed.
    func run(_ arguments: [SQLValue], row: (borrowing Values) throws -> Void = { _ in }) throws {
        // Of a step that failed, the reset reports the same failure once more.
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        guard Int(sqlite3_bind_parameter_count(handle)) == arguments.count else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the statement takes another number of arguments")
        }
        for (index, value) in arguments.enumerated() { try bind(value, at: Int32(index + 1)) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: try row(Values(handle: handle, count: columns.count, columns: columns))
            case SQLITE_DONE: return
            case let code: throw failure(code)
            }
        }
    }

    /// The row a statement stands on.
    struct Values: ~Copyable {
        fileprivate let handle: OpaquePointer
        fileprivate let count: Int
        fileprivate let columns: [String]

        /// - Throws: `StoreError.undecodable` for a floating-point number: the store has none.
        func copied() throws -> [SQLValue] {
            try (0..<count).map { column in
                let index = Int32(column)
                switch sqlite3_column_type(handle, index) {
                case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
                case SQLITE_TEXT: return .text(String(decoding: bytes(at: index, from: sqlite3_column_text), as: UTF8.self))
                case SQLITE_BLOB:
                    return .blob(Array(bytes(at: index) { sqlite3_column_blob($0, $1)?.assumingMemoryBound(to: UInt8.self) }))
                case SQLITE_NULL: return .null
                default: throw StoreError.undecodable(column: columns[column])
                }
            }
        }

        /// The pointer first, its length after it (sqlite.org/c3ref/column_blob.html).
        private func bytes(
            at index: Int32, from read: (OpaquePointer?, Int32) -> UnsafePointer<UInt8>?
        ) -> UnsafeBufferPointer<UInt8> {
            let start = read(handle, index)
            return UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, index)))
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) throws {
        let code =
            switch value {
            case .integer(let number): sqlite3_bind_int64(handle, index, number)
            case .text(let text): bind(text, at: index)
            // A pointer to nothing would bind NULL.
            case .blob(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(handle, index, 0)
            case .blob(let bytes): sqlite3_bind_blob(handle, index, bytes, Int32(clamping: bytes.count), csqlite_copied())
            case .null: sqlite3_bind_null(handle, index)
            }
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func bind(_ text: String, at index: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            guard let start = bytes.baseAddress, !bytes.isEmpty else {
                return sqlite3_bind_text(handle, index, "", 0, csqlite_copied())
            }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                sqlite3_bind_text(handle, index, $0, Int32(clamping: bytes.count), csqlite_copied())
            }
        }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        let message = sqlite3_errmsg(sqlite3_db_handle(handle)).map { String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}
