package import PosternCore
package import PosternStore
private import Synchronization

/// The store in one SQLite file, which this process has to itself.
package final class SQLiteDatabase: PosternStore.Database {
    /// Told after each commit, before anybody is answered: how many units it held and how long COMMIT took.
    package typealias CommitHook = @Sendable (_ batchSize: Int, _ duration: Duration) -> Void

    /// What it runs on, read back after opening.
    package let report: SQLiteReport
    /// The migrations that opening applied.
    package let migrated: [Int]
    /// Nil for a store in memory.
    package let path: String?

    private let writer: SQLiteConnection
    private let readers: [SQLiteConnection]
    private let group: GroupCommit
    private let lanes: ReadLanes
    private let owner: Mutex<OwnerLock?>

    /// Opens the store in a file, making file (mode 0600) and folder (mode 0700) when they are not there.
    ///
    /// - Parameter now: written beside the migrations that are applied.
    /// - Throws: `SQLiteError`; `StoreError.newerSchema` or `.changedMigration` when the store is not one for this program.
    package static func open(
        _ path: String, settings: SQLiteSettings = SQLiteSettings(), schema: Migrator = Migrator(), at now: Timestamp,
        onCommit: @escaping CommitHook = { _, _ in }
    ) async throws -> SQLiteDatabase {
        let file = StoreFile(path: path)
        try file.makeFolder()
        let owner = try await OwnerLock.taken(store: path, timeout: settings.lockTimeout)
        let opened = try await blocking("postern.store.open") {
            try file.make()
            // The lock is ours: nobody has the WAL open.
            try StoreFile(path: path + "-wal").renewContent()
            return try Opened.file(path, settings: settings, schema: schema, at: now)
        }
        return SQLiteDatabase(opened, path: path, owner: owner, onCommit: onCommit)
    }

    /// A store that lives as long as this object: for tests, and for looking at how it behaves without a disk.
    package static func inMemory(
        schema: Migrator = Migrator(), at now: Timestamp, onCommit: @escaping CommitHook = { _, _ in }
    ) async throws -> SQLiteDatabase {
        let opened = try await blocking("postern.store.open") { try Opened.memory(schema: schema, at: now) }
        return SQLiteDatabase(opened, path: nil, owner: nil, onCommit: onCommit)
    }

    private init(_ opened: Opened, path: String?, owner: consuming OwnerLock?, onCommit: @escaping CommitHook) {
        (self.path, report, migrated) = (path, opened.report, opened.migrated)
        (writer, readers) = (opened.writer, opened.readers)
        let group = GroupCommit(opened.writer, checkpoints: path != nil, onCommit: onCommit)
        self.group = group
        lanes = ReadLanes(
            readers.isEmpty ? [writer] : readers, mustGuard: readers.isEmpty, onBreakage: { group.breakDown($0) })
        self.owner = Mutex(owner)
    }

    package var health: StoreHealth { group.health }

    /// How many writes wait for the transaction after the one that is under way.
    package var waitingWrites: Int { group.waiting }

    package func write<Answer: Sendable>(
        _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await group.write(unit)
    }

    package func read<Answer: Sendable>(
        _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await lanes.read(unit)
    }

    package func close() async {
        group.end()
        lanes.end()
        let (writer, readers, health) = (writer, readers, group.health)
        // The continuation never fails: closing throws nothing.
        try? await blocking("postern.store.close") {
            if case .broken = health {
                // The last connection to close carries the WAL into the file. After a failed sync that is no longer ours to
                // do: a restart reads the WAL anew. Readers cannot, so they go last.
                writer.close()
                for reader in readers { reader.close() }
            } else {
                for reader in readers { reader.close() }
                writer.close()
            }
        }
        owner.withLock { $0 = nil }
    }

    /// How SQLite would run a statement, a line for each step: for whoever wonders why one is slow.
    package func plan(of sql: StaticString) async throws -> [String] {
        let writer = writer
        return try await blocking("postern.store.plan") { try writer.plan(of: sql) }
    }
}
