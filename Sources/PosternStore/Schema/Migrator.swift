package import PosternCore

/// Brings a store to the schema of this program, or refuses it.
package struct Migrator: Sendable {
    package let migrations: [Migration]

    /// - Precondition: the versions are 1, 2, 3 ….
    package init(_ migrations: [Migration] = Schema.migrations) {
        precondition(migrations.map(\.version) == Array(1...max(1, migrations.count)), "migrations are numbered without gaps")
        self.migrations = migrations
    }

    /// The schema this program works with.
    package var known: Int { migrations.count }

    /// Runs inside one unit, so that a store is never left half way.
    /// - Parameter onChange: is told, before anything is done, the schema that a store has and the one that it will have. Of a new
    ///   store it is told nothing.
    /// - Returns: the versions that were applied now.
    /// - Throws: `StoreError.newerSchema`, `.changedMigration`, or what the store says to a statement.
    @discardableResult
    package func migrate(
        _ transaction: any Transaction, at now: Timestamp, onChange: (_ from: Int, _ to: Int) -> Void = { _, _ in }
    ) throws -> [Int] {
        try transaction.run(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                version INTEGER NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                checksum TEXT NOT NULL,
                applied_at BIGINT NOT NULL
            )
            """)
        let done = try check(transaction)
        let news = migrations.filter { !done.contains($0.version) }
        if let standing = done.max(), !news.isEmpty { onChange(standing, known) }
        for migration in news {
            for statement in migration.statements { try transaction.run(statement) }
            try record(migration, transaction, at: now)
        }
        return news.map(\.version)
    }

    /// - Returns: the versions that the store has been through.
    /// - Throws: `StoreError.newerSchema`, `.changedMigration`.
    package func check(_ transaction: any Transaction) throws -> Set<Int> {
        let done = try applied(transaction)
        // A later program may have renamed or rewritten anything: look no further than the number.
        if let newest = done.keys.max(), newest > known { throw StoreError.newerSchema(known: known, found: newest) }
        for migration in migrations {
            guard done[migration.version].map({ $0 == migration.checksum }) ?? true else {
                throw StoreError.changedMigration(version: migration.version, name: migration.name)
            }
        }
        return Set(done.keys)
    }

    /// The schema a store has, changing nothing.
    /// - Throws: `StoreError.refused` when it is no store of ours.
    package static func standing(_ transaction: any Transaction) throws -> Int {
        let row = try transaction.row(
            """
            SELECT MAX(version) AS newest
            FROM schema_migration
            """)
        return try row?.optional("newest") ?? 0
    }

    private func applied(_ transaction: any Transaction) throws -> [Int: String] {
        let rows = try transaction.rows(
            """
            SELECT version, checksum
            FROM schema_migration
            ORDER BY version
            """)
        return Dictionary(try rows.map { (try $0["version"], try $0["checksum"]) }) { first, _ in first }
    }

    private func record(_ migration: Migration, _ transaction: any Transaction, at now: Timestamp) throws {
        try transaction.run(
            """
            INSERT INTO schema_migration (version, name, checksum, applied_at)
            VALUES (?, ?, ?, ?)
            """,
            [migration.version.stored, migration.name.stored, migration.checksum.stored, now.stored])
    }
}
