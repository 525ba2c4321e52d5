package import PosternCore
internal import PosternStore

extension SQLiteDatabase {
    /// See `StoreDriver.restore`. The backup is first opened as a store under another name, so that one that cannot be used
    /// leaves everything as it was.
    package static func restore(_ backup: String, to path: String, at now: Timestamp) async throws -> (
        bytes: Int, replaced: String?
    ) {
        // Held to the end: no relay starts on a store that is half in place.
        let owner = try await OwnerLock.taken(store: path, timeout: .zero)
        let (store, part) = (StoreFile(path: path), StoreFile(path: path + ".restore"))
        // Of a restore that was interrupted.
        for ending in ["", "-wal", "-shm", ".lock"] { StoreFile(path: part.path + ending).remove() }
        do {
            try await blocking("postern.store.restore") { try copyBackup(backup, to: part) }
            let copy = try await SQLiteDatabase.open(part.path, at: now)
            await copy.close()
            let report = try await blocking("postern.store.restore") { () -> (bytes: Int, replaced: String?) in
                try part.syncContent()
                // With its WAL, since it may not have been stopped in order. The store goes first: if this is cut short after
                // it, a start finds no store rather than an older state of it, and a second try takes the WAL along.
                let present = ["", "-wal", "-shm"].filter { StoreFile(path: path + $0).exists }
                let replaced = present.isEmpty ? nil : "\(path).replaced-\(now.milliseconds)"
                for ending in present {
                    try StoreFile(path: path + ending).rename(to: StoreFile(path: (replaced ?? "") + ending))
                }
                try part.rename(to: store)
                return (store.size ?? 0, replaced)
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
