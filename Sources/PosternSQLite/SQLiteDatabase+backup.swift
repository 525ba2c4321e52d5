private import CSQLite
private import PosternCore
internal import PosternStore
private import Synchronization

/// How far a backup has come, in pages.
package struct BackupProgress: Equatable, Sendable {
    package let done: Int
    package let total: Int
}

extension SQLiteDatabase {
    package func backup(to path: String) async throws -> Int {
        try await backup(to: path) { _ in }
    }

    /// Copies the store as it is at this moment, while writes go on, and checks the copy.
    ///
    /// The copy is one file (mode 0600) without a WAL. It gets its name only once it is whole and on disk; until then it is
    /// called `….part`. While it is made the WAL grows, since the copy needs it.
    /// - Parameter progress: told after every few megabytes, on a thread of the backup's own.
    /// - Returns: the copy's bytes.
    /// - Throws: `StoreFileError.backupExists`, `.backupDamaged`, `.file`, or `StoreError`.
    package func backup(
        to path: String, progress: @escaping @Sendable (BackupProgress) -> Void
    ) async throws -> Int {
        guard let source = self.path else {
            throw StoreFileError.file(path: path, doing: "copy", reason: "the store is in memory")
        }
        guard health != .closed else { throw StoreError.closed }
        let pause = pause
        return try await blocking("postern.store.backup") {
            let target = StoreFile(path: path)
            let part = StoreFile(path: path + ".part")
            guard !target.exists else { throw StoreFileError.backupExists(path: path) }
            // Of a backup that was interrupted.
            part.remove()
            guard try part.make() else { throw StoreFileError.backupExists(path: part.path) }
            do {
                try copyStore(source, to: part.path, pause: pause, progress: progress)
                try checkCopy(part, for: path)
                try part.syncContent()
                try part.rename(to: target)
            } catch {
                part.remove()
                throw error
            }
            return target.size ?? 0
        }
    }
}

/// One reading transaction around all steps: they see one moment, however much is written meanwhile. Without it every write
/// would make the copy start again.
func copyStore(_ source: String, to path: String, pause: CopyPause, progress: (BackupProgress) -> Void) throws {
    try StoreFileError.explaining(path) {
        let from = try SQLiteHandle(source, .readOnly)
        let to = try SQLiteHandle(path, .readWrite)
        for _ in 0..<CopyPause.mostRestarts where try copyPages(of: from, to: to, pause: pause, progress: progress) { return }
        throw StoreFileError.file(path: path, doing: "copy the store to", reason: "erasures kept coming; try again")
    }
}

/// Lets an erasure interrupt the copying of a state that still has what is erased. The copy begins again, so that it does not
/// have it either.
package final class CopyPause: Sendable {
    static let mostRestarts = 20
    private let wishes = Atomic(0)

    func ask() { wishes.add(1, ordering: .sequentiallyConsistent) }
    package var count: Int { wishes.load(ordering: .sequentiallyConsistent) }
}

/// - Returns: false when it was broken off.
private func copyPages(
    of from: borrowing SQLiteHandle, to: borrowing SQLiteHandle, pause: CopyPause, progress: (BackupProgress) -> Void
) throws -> Bool {
    let wishes = pause.count
    try from.values("BEGIN DEFERRED")
    _ = try from.number("SELECT COUNT(*) FROM sqlite_schema")
    guard let steps = sqlite3_backup_init(to.pointer, "main", from.pointer, "main") else {
        throw SQLiteFailure(sqlite3_errcode(to.pointer), on: to.pointer)
    }
    var code: Int32
    repeat {
        code = sqlite3_backup_step(steps, 1_024)
        let total = Int(sqlite3_backup_pagecount(steps))
        progress(BackupProgress(done: total - Int(sqlite3_backup_remaining(steps)), total: total))
    } while code == SQLITE_OK && pause.count == wishes
    let isWhole = code == SQLITE_DONE
    // Reports what a step failed with, if one did.
    code = sqlite3_backup_finish(steps)
    guard code == SQLITE_OK else { throw SQLiteFailure(code, on: to.pointer) }
    try from.values("ROLLBACK")
    guard isWhole else { return false }
    // The copy says of itself that it has a WAL. One file is easier to carry about.
    try to.values("PRAGMA journal_mode = DELETE")
    return true
}

func checkCopy(_ part: StoreFile, for path: String) throws {
    try StoreFileError.explaining(path) {
        let copy = try SQLiteHandle(part.path, .readOnly)
        let findings = try copy.values("PRAGMA integrity_check(3)").compactMap { String(stored: $0) }
        guard findings == ["ok"] else {
            throw StoreFileError.backupDamaged(path: path, finding: findings.joined(separator: "; "))
        }
    }
}
