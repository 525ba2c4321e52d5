internal import CSQLite
internal import PosternStore

/// A compiled statement, finalised at the end of its life. Used on its connection's thread alone.
struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer
    let columns: [String]

    /// - Throws: `SQLiteFailure`.
    init(_ sql: String, on connection: OpaquePointer) throws(SQLiteFailure) {
        var compiled: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
        guard code == SQLITE_OK, let compiled else { throw SQLiteFailure(code, on: connection) }
        handle = compiled
        columns = (0..<sqlite3_column_count(compiled)).map { index in
            sqlite3_column_name(compiled, index).map { String(cString: $0) } ?? ""
        }
    }

    deinit {
        sqlite3_finalize(handle)
    }

    var argumentCount: Int { Int(sqlite3_bind_parameter_count(handle)) }

    /// Runs it to its end, one row after the other.
    /// - Throws: `SQLiteFailure` of the step or binding that failed; what `row` throws.
    borrowing func run(_ arguments: [SQLValue], row: (Values) throws -> Void = { _ in }) throws {
        // After a step that failed, the reset reports the same failure once more.
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        guard argumentCount == arguments.count else {
            throw SQLiteFailure(SQLITE_MISUSE, message: "the statement takes another number of arguments")
        }
        for (index, value) in arguments.enumerated() { try bind(value, at: Int32(index + 1)) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: try row(Values(handle: handle, columns: columns))
            case SQLITE_DONE: return
            case let code: throw SQLiteFailure(code, on: sqlite3_db_handle(handle))
            }
        }
    }

    /// The row a statement stands on, until its next step.
    ///
    /// Copyable, though nobody should keep it: a release build of Swift 6.3.1 aborts ("cannot initialize a nonCopyable type with a
    /// guaranteed value") when a noncopyable one, made from `columns`, is inlined.
    struct Values {
        fileprivate let handle: OpaquePointer
        fileprivate let columns: [String]

        /// - Throws: `StoreError.undecodable` for a floating-point number: the store has none.
        func copied() throws -> [SQLValue] {
            var values: [SQLValue] = []
            values.reserveCapacity(columns.count)
            for column in columns.indices { values.append(try value(at: column)) }
            return values
        }

        private func value(at column: Int) throws -> SQLValue {
            let index = Int32(column)
            switch sqlite3_column_type(handle, index) {
            case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
            case SQLITE_TEXT: return .text(String(decoding: bytes(sqlite3_column_text(handle, index), index), as: UTF8.self))
            case SQLITE_BLOB:
                let start = sqlite3_column_blob(handle, index)?.assumingMemoryBound(to: UInt8.self)
                return .blob(Array(bytes(start, index)))
            case SQLITE_NULL: return .null
            default: throw StoreError.undecodable(column: columns[column])
            }
        }

        /// The length is asked for after the pointer, as the library demands (sqlite.org/c3ref/column_blob.html).
        private func bytes(_ start: UnsafePointer<UInt8>?, _ index: Int32) -> UnsafeBufferPointer<UInt8> {
            UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, index)))
        }
    }

    private borrowing func bind(_ value: SQLValue, at index: Int32) throws(SQLiteFailure) {
        let code: Int32
        switch value {
        case .integer(let number): code = sqlite3_bind_int64(handle, index, number)
        case .text(let text): code = bind(text, at: index)
        // A pointer to nothing would bind NULL.
        case .blob(let bytes) where bytes.isEmpty: code = sqlite3_bind_zeroblob(handle, index, 0)
        case .blob(let bytes):
            code = sqlite3_bind_blob(handle, index, bytes, Int32(clamping: bytes.count), csqlite_copied())
        case .null: code = sqlite3_bind_null(handle, index)
        }
        guard code == SQLITE_OK else { throw SQLiteFailure(code, on: sqlite3_db_handle(handle)) }
    }

    private borrowing func bind(_ text: String, at index: Int32) -> Int32 {
        let handle = handle
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
}
