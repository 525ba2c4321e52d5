import GRDB
import PosternCore
import PosternStore

/// The connections of a store that has been found sound and brought to the schema of this program. Making it blocks.
struct Opened: Sendable {
    let writer: SQLiteConnection
    let readers: [SQLiteConnection]
    let report: SQLiteReport
    let migrated: [Int]

    static func file(_ path: String, settings: SQLiteSettings, schema: Migrator, at now: Timestamp) throws -> Opened {
        try explaining(path) {
            let writer = try SQLiteConnection.writer(path, settings: settings)
            do {
                let report = try writer.report()
                guard report.isDurable else { throw SQLiteError.notDurable(path: path, report) }
                let migrated = try migrate(writer, by: schema, at: now)
                let readers = try (1...max(1, settings.readers)).map {
                    try SQLiteConnection.reader(path, number: $0, settings: settings)
                }
                return Opened(writer: writer, readers: readers, report: report, migrated: migrated)
            } catch {
                writer.close()
                throw error
            }
        }
    }

    static func memory(schema: Migrator, at now: Timestamp) throws -> Opened {
        let writer = try SQLiteConnection.memory()
        return Opened(
            writer: writer, readers: [], report: try writer.report(), migrated: try migrate(writer, by: schema, at: now))
    }

    private static func migrate(_ writer: SQLiteConnection, by schema: Migrator, at now: Timestamp) throws -> [Int] {
        try writer.sync { transaction in
            try transaction.begin()
            do {
                let migrated = try schema.migrate(transaction, at: now)
                try transaction.commit()
                return migrated
            } catch {
                transaction.rollBack()
                throw error
            }
        }
    }

    /// Says which file it was that SQLite could not use.
    static func explaining<Found>(_ path: String, _ body: () throws -> Found) throws -> Found {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw SQLiteError.unusable(path: path, StoreFault(error, statement: nil))
        } catch StoreError.broken(let fault) {
            throw SQLiteError.unusable(path: path, fault)
        } catch StoreError.busy(let fault) {
            throw SQLiteError.unusable(path: path, fault)
        }
    }
}
