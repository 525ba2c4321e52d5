package import PosternStore

/// A look into a store that no relay holds: under the owner's lock, on a connection that cannot write, and gone again.
/// Nothing is made, migrated or checkpointed.
package enum SQLiteGlance {
    /// - Parameter body: runs on one unchanging view of the store.
    /// - Returns: how the file is kept, with what the body found. `synchronous` in it says nothing: whoever opens the store to
    ///   write sets that.
    /// - Throws: `SQLiteError.owned` when another process holds the store, `.file` when there is none, `.unusable`; what the body
    ///   throws.
    package static func look<Answer: Sendable>(
        at path: String, _ body: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> (report: SQLiteReport, answer: Answer) {
        let file = StoreFile(path: path)
        guard file.exists else { throw SQLiteError.file(path: path, doing: "open", reason: systemReason()) }
        let lock = try OwnerLock(store: path)
        let found = try await blocking("postern.store.glance") {
            try Opened.explaining(path) {
                let reader = try SQLiteConnection.reader(path, number: 0, settings: SQLiteSettings())
                defer { reader.close() }
                let report = try reader.report()
                return (report: report, answer: try reader.sync { try body($0) })
            }
        }
        _ = consume lock
        return found
    }
}
