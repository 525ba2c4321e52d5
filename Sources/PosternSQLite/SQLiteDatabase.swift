package import PosternCore
package import PosternStore
private import Synchronization

/// The store in one SQLite file, which this process has to itself.
package final class SQLiteDatabase: OpenStore {
    package let report: StoreReport
    /// Nil for a store in memory.
    package let path: String?

    private let writer: ConnectionLane
    private let pool: ConnectionPool
    private let owner: Mutex<OwnerLock?>
    /// Held by every backup of this store.
    package let pause: CopyPause

    /// Opens the store in a file, making file (mode 0600) and folder (mode 0700) when they are not there.
    ///
    /// - Parameter now: written beside the migrations that are applied.
    /// - Throws: `StoreFileError`; `StoreError.newerSchema` or `.changedMigration` when the store is not one for this program.
    package static func open(
        _ path: String, settings: SQLiteSettings = SQLiteSettings(), schema: Migrator = Migrator(), at now: Timestamp,
        onCommit: @escaping CommitHook = { _, _ in }, onMigration: @escaping MigrationHook = { _ in }
    ) async throws -> SQLiteDatabase {
        let file = StoreFile(path: path)
        try await blocking("postern.store.open") { try file.makeFolder() }
        let owner = try await OwnerLock.taken(store: path, timeout: settings.lockTimeout)
        let pause = CopyPause()
        let opened = try await blocking("postern.store.open") {
            _ = try file.make()
            return try Opened.file(
                path, settings: settings, schema: schema, at: now, onObstacle: { pause.ask() }, onMigration: onMigration)
        }
        return SQLiteDatabase(opened, path: path, settings, owner: owner, pause: pause, onCommit: onCommit)
    }

    /// A store that lives as long as this object: for tests, and for seeing how it behaves without a disk.
    package static func inMemory(
        schema: Migrator = Migrator(), at now: Timestamp, onCommit: @escaping CommitHook = { _, _ in }
    ) async throws -> SQLiteDatabase {
        let opened = try await blocking("postern.store.open") { try Opened.memory(schema: schema, at: now) }
        return SQLiteDatabase(opened, path: nil, SQLiteSettings(), owner: nil, pause: CopyPause(), onCommit: onCommit)
    }

    private init(
        _ opened: Opened, path: String?, _ settings: SQLiteSettings, owner: consuming OwnerLock?, pause: CopyPause,
        onCommit: @escaping CommitHook
    ) {
        self.path = path
        self.pause = pause
        report = opened.report
        writer = opened.writer
        pool = ConnectionPool(
            writer: opened.writer, readers: opened.readers, erasureLimit: settings.erasureLimit, onCommit: onCommit)
        self.owner = Mutex(owner)
    }

    /// The process that has the file is its only node.
    package var node: String { "only" }
    package var health: StoreHealth { pool.health }
    package var waitingWrites: Int { pool.waitingWrites }

    package func write<Answer: Sendable>(
        isErasing: Bool, _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await pool.write(isErasing: isErasing, unit)
    }

    package func read<Answer: Sendable>(
        _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await pool.read(unit)
    }

    package func close() async {
        await pool.close()
        owner.withLock { $0 = nil }
    }

    /// How SQLite would run a statement, a line for each step: for anyone who wonders why one is slow.
    package func plan(of sql: StaticString) async throws -> [String] {
        let writer = writer
        return try await blocking("postern.store.plan") {
            try writer.sync { connection in
                guard let connection = connection as? SQLiteConnection else { return [] }
                return try connection.plan(of: sql)
            }
        }
    }
}
