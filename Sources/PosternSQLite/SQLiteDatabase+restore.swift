package import PosternCore
private import PosternStore

/// A store that a backup was put in the place of.
package struct RestoreReport: Equatable, Sendable {
    package let path: String
    package let bytes: Int
    /// Where the store is that was there before; nil when there was none.
    package let replaced: String?
}

extension SQLiteDatabase {
    /// Puts a copy of a backup in the place of a store that nobody has open, and keeps that one beside it.
    ///
    /// The backup is opened as a store first, under another name: one that is damaged, or of a newer program, leaves
    /// everything as it was.
    /// - Throws: `SQLiteError`; `StoreError.newerSchema` or `.changedMigration` when the backup is not one for this program.
    package static func restore(_ backup: String, to path: String, at now: Timestamp) async throws -> RestoreReport {
        // Held to the end: no relay starts on what is half put in place.
        let owner = try await OwnerLock.taken(store: path, timeout: .zero)
        let (store, part) = (StoreFile(path: path), StoreFile(path: path + ".restore"))
        // Of a restore that was interrupted.
        for ending in ["", "-wal", "-shm", ".lock"] { StoreFile(path: part.path + ending).remove() }
        do {
            try await blocking("postern.store.restore") { try copyBackup(backup, to: part) }
            let copy = try await SQLiteDatabase.open(part.path, at: now)
            await copy.close()
            let report = try await blocking("postern.store.restore") {
                try part.syncContent()
                // With its log of writes: it may not have been stopped in order. The store first: cut short behind it, a start
                // finds none, and not an older state of it; and this, done again, takes the log along.
                let present = ["", "-wal", "-shm"].filter { StoreFile(path: path + $0).exists }
                let replaced = present.isEmpty ? nil : "\(path).replaced-\(now.milliseconds)"
                for ending in present {
                    try StoreFile(path: path + ending).rename(to: StoreFile(path: (replaced ?? "") + ending))
                }
                try part.rename(to: store)
                return RestoreReport(path: path, bytes: store.size ?? 0, replaced: replaced)
            }
            StoreFile(path: part.path + ".lock").remove()
            _ = consume owner
            return report
        } catch {
            for ending in ["", "-wal", "-shm", ".lock"] { StoreFile(path: part.path + ending).remove() }
            throw error
        }
    }
}
