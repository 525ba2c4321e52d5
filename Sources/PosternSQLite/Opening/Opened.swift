internal import PosternCore
internal import PosternStore

/// The connections of a store that has been found sound and brought to the schema of this program. Making it blocks.
struct Opened: Sendable {
    let writer: ConnectionLane
    /// None for a store in memory: its only connection serves reads as well.
    let readers: [ConnectionLane]
    let report: SQLiteReport
    let migrated: [Int]

    static func file(_ path: String, settings: SQLiteSettings, schema: Migrator, at now: Timestamp) throws -> Opened {
        try StoreFileError.explaining(path) {
            let writer = try SQLiteConnection.writer(path, settings: settings)
            let report = try writer.report()
            guard report.isDurable else {
                throw StoreFileError.notDurable(
                    path: path, settings: "journal \(report.journalMode), synchronous \(report.synchronous)")
            }
            let migrated = try migrate(writer, by: schema, at: now)
            let readers = try (1...max(1, settings.readers)).map { number in
                ConnectionLane("postern.store.reader-\(number)", try SQLiteConnection.reader(path, settings: settings))
            }
            return Opened(
                writer: ConnectionLane("postern.store.writer", writer), readers: readers, report: report, migrated: migrated)
        }
    }

    static func memory(schema: Migrator, at now: Timestamp) throws -> Opened {
        let writer = try SQLiteConnection.memory()
        let report = try writer.report()
        let migrated = try migrate(writer, by: schema, at: now)
        return Opened(writer: ConnectionLane("postern.store.memory", writer), readers: [], report: report, migrated: migrated)
    }

    private static func migrate(_ writer: SQLiteConnection, by schema: Migrator, at now: Timestamp) throws -> [Int] {
        try writer.begin(.writing)
        do {
            let migrated = try schema.migrate(writer, at: now)
            try writer.commit()
            return migrated
        } catch {
            writer.rollBack()
            throw error
        }
    }
}
