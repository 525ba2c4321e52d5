/// One row of an answer, read by column name.
package struct SQLRow: Sendable {
    /// Shared by all rows of an answer.
    private let columns: [String]
    private let values: [SQLValue]

    /// - Precondition: as many values as columns.
    package init(columns: [String], values: [SQLValue]) {
        precondition(columns.count == values.count, "a row has one value for each column")
        (self.columns, self.values) = (columns, values)
    }

    /// - Throws: `StoreError.undecodable` when there is no such column, it is null, or it holds what the type cannot be.
    package subscript<Value: Storable>(_ column: String) -> Value {
        get throws {
            guard let value = Value(stored: try value(of: column)) else { throw StoreError.undecodable(column: column) }
            return value
        }
    }

    /// - Returns: nil for null.
    /// - Throws: as the subscript does, null apart.
    package func optional<Value: Storable>(_ column: String) throws -> Value? {
        let found = try value(of: column)
        guard found != .null else { return nil }
        guard let value = Value(stored: found) else { throw StoreError.undecodable(column: column) }
        return value
    }

    private func value(of column: String) throws -> SQLValue {
        // A dozen short names at most: looking through them is quicker than hashing one.
        guard let index = columns.firstIndex(of: column) else { throw StoreError.undecodable(column: column) }
        return values[index]
    }
}
