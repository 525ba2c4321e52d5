private import PosternCore
package import PosternStore

extension SQLiteDatabase {
    /// See `StoreDriver.restore`. The backup is first opened as a store under another name, so that one that cannot be used
    /// leaves everything as it was.
    package static func restore(_ request: RestoreRequest, to path: String) async throws -> RestoreReport {
        // Held to the end: no relay starts on a store that is half in place.
        let owner = try await OwnerLock.taken(store: path, timeout: .zero)
        let (store, part) = (StoreFile(path: path), StoreFile(path: path + ".restore"))
        // Of a restore that was interrupted.
        for ending in ["", "-wal", "-shm", "-journal", ".lock"] { StoreFile(path: part.path + ending).remove() }
        do {
            let letters = try await prepare(request, as: part, besides: path)
            let report = try await blocking("postern.store.restore") { () -> RestoreReport in
                try part.syncContent()
                // With its WAL, since it may not have been stopped in order. The store goes first: if this is cut short after
                // it, a start finds no store rather than an older state of it, and a second try takes the WAL along.
                let present = ["", "-wal", "-shm"].filter { StoreFile(path: path + $0).exists }
                let replaced = present.isEmpty ? nil : "\(path).replaced-\(request.trace.at.milliseconds)"
                for ending in present {
                    try StoreFile(path: path + ending).rename(to: StoreFile(path: (replaced ?? "") + ending))
                }
                try part.rename(to: store)
                return RestoreReport(bytes: store.size ?? 0, replaced: replaced, letters: letters)
            }
            StoreFile(path: part.path + ".lock").remove()
            _ = consume owner
            return report
        } catch {
            for ending in ["", "-wal", "-shm", "-journal", ".lock"] { StoreFile(path: part.path + ending).remove() }
            throw error
        }
    }

    /// - Parameter path: the store that is to be replaced.
    private static func prepare(
        _ request: RestoreRequest, as part: StoreFile, besides path: String
    ) async throws -> RestoredLetters {
        let copy = try await explaining(request) {
            try await blocking("postern.store.restore") {
                try BackupFile(path: request.file).check()
                guard try part.make() else { throw StoreFileError.backupExists(path: part.path) }
                try copyStore(request.file, to: part.path, pause: CopyPause()) { _ in }
                try checkCopy(part, for: request.name)
            }
            return try await open(part.path, at: request.trace.at)
        }
        do {
            try await copy.read(request.inspect)
            let ids = try await copy.read { try $0.queue.unended() }
            let former = try await blocking("postern.store.restore") { FormerLetters(at: path, ids: ids) }
            let letters = try await copy.write { try request.settle($0, former) }
            await copy.close()
            return letters
        } catch {
            await copy.close()
            throw error
        }
    }

    /// What is wrong is said of the backup, by the name that a person has for it, and not of our copy.
    private static func explaining<Found>(_ request: RestoreRequest, _ body: () async throws -> Found) async throws -> Found {
        let finding: String
        do {
            return try await body()
        } catch StoreFileError.unusable(_, let fault) {
            finding =
                "it is damaged (\(fault.message)). Take another backup, or the disk or the transfer may have spoilt this one"
        } catch StoreFileError.backupDamaged(_, let damage) {
            finding = "it is damaged (\(damage)). Take another backup, or the disk or the transfer may have spoilt this one"
        } catch StoreFileError.strange(_, let strangeness) {
            finding = strangeness
        } catch StoreError.newerSchema(let known, let found) {
            finding =
                "it was made by a newer version of Postern (schema \(found), and this program knows \(known)). Install that version"
        } catch StoreError.changedMigration(let version, _) {
            finding =
                "its schema is not the one that Postern made (step \(version) differs). Restore it with the program that made it"
        }
        throw StoreFileError.notRestored(path: request.name, finding: finding)
    }
}

extension FormerLetters {
    /// Of a store that nobody has open. One that cannot be read, or has an earlier schema, is not asked. Blocks.
    fileprivate init(at path: String, ids: [LetterID]) {
        self.init()
        let schema = Migrator()
        guard StoreFile(path: path).exists, (try? StoreInspection(path: path, schema: schema).run()) == .ours,
            let reader = try? SQLiteConnection.reader(path, settings: SQLiteSettings()), (try? reader.begin(.reading)) != nil
        else { return }
        defer { reader.rollBack() }
        guard (try? schema.check(reader))?.count == schema.known else { return }
        if let found = try? FormerLetters(reader, ids: ids) { self = found }
    }
}
