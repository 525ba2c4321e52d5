package import PosternCore
package import PosternStore

/// The store in a file.
package struct SQLiteDriver: StoreDriver {
    private let path: String

    package init(path: String) {
        self.path = path
    }

    package func open(
        lockTimeout: Duration, at now: Timestamp, onCommit: @escaping CommitHook, onMigration: @escaping MigrationHook
    ) async throws -> any OpenStore {
        var settings = SQLiteSettings()
        settings.lockTimeout = lockTimeout
        return try await SQLiteDatabase.open(path, settings: settings, at: now, onCommit: onCommit, onMigration: onMigration)
    }

    /// Under the owner's lock, on a connection that cannot write, and gone again. Nothing is checkpointed either.
    package func look<Answer: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> (report: StoreReport, answer: Answer) {
        let path = path
        return try await blocking("postern.store.look") {
            guard StoreFile(path: path).exists else {
                throw StoreFileError.file(path: path, doing: "open", reason: systemReason())
            }
            let lock = try OwnerLock(store: path)
            _ = try StoreInspection(path: path, schema: Migrator()).run()
            let found = try StoreFileError.explaining(path) {
                let reader = try SQLiteConnection.reader(path, settings: SQLiteSettings())
                let report = try reader.report(canWrite: false)
                try reader.begin(.reading)
                defer { reader.rollBack() }
                return (report: report, answer: try body(reader))
            }
            // Held until here.
            _ = consume lock
            return found
        }
    }

    package func restore(_ request: RestoreRequest) async throws -> RestoreReport {
        try await SQLiteDatabase.restore(request, to: path)
    }
}

extension Dialect {
    /// One connection writes, so a claim meets no rows that another one is claiming.
    package static let sqlite = Dialect(blob: "BLOB", clustered: "WITHOUT ROWID", skipLocked: "")
}
