internal import PosternCore
internal import PosternStore

/// The connections of a store that has been found sound and brought to the schema of this program. Making it blocks.
struct Opened: Sendable {
    let writer: ConnectionLane
    /// None for a store in memory: its only connection serves reads as well.
    let readers: [ConnectionLane]
    let report: StoreReport

    static func file(
        _ path: String, settings: SQLiteSettings, schema: Migrator, at now: Timestamp, onObstacle: @escaping @Sendable () -> Void,
        onMigration: MigrationHook
    ) throws -> Opened {
        let finding = try StoreInspection(path: path, schema: schema).run()
        // The lock is ours: nobody has the WAL open.
        try StoreFile(path: path + "-wal").renewContent()
        return try StoreFileError.explaining(path) {
            let writer = try SQLiteConnection.writer(path, settings: settings)
            writer.onObstacle = onObstacle
            let report = try writer.report()
            guard report.isDurable == true else {
                throw StoreFileError.notDurable(
                    path: path, settings: "journal \(report.journal), synchronous \(report.notes["synchronous"] ?? "unknown")")
            }
            let began = ContinuousClock.now
            let isChanged = try migrate(writer, by: schema, at: now) { from, to in
                onMigration(.begins(from: from, to: to, bytes: StoreFile(path: path).size))
            }
            // A relay that was killed in the middle of an erasure had no time for this, and one of an earlier version did not do it.
            let mustComplete = try finding == .older || writer.isErasing
            do {
                while try writer.wipe() == .ongoing, mustComplete {}
            } catch StoreError.refused(_) {
                // The file is of a kind that cannot be wiped. It can be used; each erasure says so again.
            }
            if isChanged { onMigration(.ended(after: ContinuousClock.now - began)) }
            let readers = try (1...max(1, settings.readers)).map { number in
                ConnectionLane("postern.store.reader-\(number)", try SQLiteConnection.reader(path, settings: settings))
            }
            return Opened(writer: ConnectionLane("postern.store.writer", writer), readers: readers, report: report)
        }
    }

    static func memory(schema: Migrator, at now: Timestamp) throws -> Opened {
        let writer = try SQLiteConnection.memory()
        let report = try writer.report()
        _ = try migrate(writer, by: schema, at: now) { _, _ in }
        return Opened(writer: ConnectionLane("postern.store.memory", writer), readers: [], report: report)
    }

    /// - Returns: whether a store of an earlier schema was changed.
    private static func migrate(
        _ writer: SQLiteConnection, by schema: Migrator, at now: Timestamp, onChange: (_ from: Int, _ to: Int) -> Void
    ) throws -> Bool {
        var isChanged = false
        try writer.begin(.writing)
        do {
            try schema.migrate(writer, at: now) { from, to in
                isChanged = true
                onChange(from, to)
            }
            try writer.commit()
            return isChanged
        } catch {
            writer.rollBack()
            throw error
        }
    }
}
