private import GRDB
private import PosternStore

/// How far a backup has come, in pages.
package struct BackupProgress: Equatable, Sendable {
    package let done: Int
    package let total: Int
}

/// A finished backup.
package struct BackupReport: Equatable, Sendable {
    package let path: String
    package let bytes: Int
}

extension SQLiteDatabase {
    /// Copies the store as it is at this moment, while it goes on being written to, and checks the copy.
    ///
    /// The copy is one file (mode 0600) without a WAL. It has its name only once it is whole and on disk; until then it is
    /// called `….part`. While it is made the WAL grows, since the copy needs it.
    /// - Parameter progress: told after every few megabytes, on a thread of the backup's own.
    /// - Throws: `SQLiteError.backupExists`, `.backupDamaged`, `.file`, or `StoreError`.
    package func backup(
        to path: String, progress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws -> BackupReport {
        guard let source = self.path else { throw SQLiteError.file(path: path, doing: "copy", reason: "the store is in memory") }
        guard health != .closed else { throw StoreError.closed }
        return try await blocking("postern.store.backup") {
            let (target, part) = (StoreFile(path: path), StoreFile(path: path + ".part"))
            guard !target.exists else { throw SQLiteError.backupExists(path: path) }
            // Of a backup that was interrupted.
            part.remove()
            try part.make()
            do {
                try copy(source, to: part.path, progress: progress)
                try check(part, for: path)
                try part.syncContent()
                try part.rename(to: target)
            } catch {
                part.remove()
                throw error
            }
            return BackupReport(path: path, bytes: target.size ?? 0)
        }
    }
}

/// One reading transaction around all steps: they see one moment, however much is written meanwhile. Without it every write
/// would make the copy begin anew.
private func copy(_ source: String, to path: String, progress: @escaping @Sendable (BackupProgress) -> Void) throws {
    try explaining(path) {
        let from = try SQLiteConnection.plainReader(source)
        let to = try DatabaseQueue(path: path)
        defer {
            try? from.close()
            try? to.close()
        }
        try from.writeWithoutTransaction { from in
            try from.execute(sql: "BEGIN DEFERRED")
            defer { try? from.rollback() }
            _ = try Int.fetchOne(from, sql: "SELECT COUNT(*) FROM schema_migration")
            try to.writeWithoutTransaction { to in
                try from.backup(to: to, pagesPerStep: 1_024) {
                    progress(BackupProgress(done: $0.completedPageCount, total: $0.totalPageCount))
                }
                // The copy says of itself that it has a WAL. One file is easier to carry about.
                _ = try String.fetchOne(to, sql: "PRAGMA journal_mode = DELETE")
            }
        }
    }
}

private func check(_ part: StoreFile, for path: String) throws {
    try explaining(path) {
        var configuration = Configuration()
        configuration.readonly = true
        let copy = try DatabaseQueue(path: part.path, configuration: configuration)
        defer { try? copy.close() }
        let findings = try copy.writeWithoutTransaction { try String.fetchAll($0, sql: "PRAGMA integrity_check(3)") }
        guard findings == ["ok"] else {
            throw SQLiteError.backupDamaged(path: path, finding: findings.joined(separator: "; "))
        }
    }
}

private func explaining(_ path: String, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as DatabaseError {
        throw SQLiteError.unusable(path: path, StoreFault(error, statement: nil))
    }
}

/// Copies a backup and checks the copy. A file that is no backup of ours is not made into a store.
func copyBackup(_ source: String, to part: StoreFile) throws {
    guard StoreFile(path: source).exists else {
        throw SQLiteError.file(path: source, doing: "open", reason: "it is not there")
    }
    try part.make()
    try copy(source, to: part.path) { _ in }
    try check(part, for: source)
}
