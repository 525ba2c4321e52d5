package import PosternCore
private import PosternSQLite
package import PosternStore

// The one file that names the drivers: every program opens its store here.

extension DatabaseURL {
    package var driver: any StoreDriver {
        switch self {
        case .sqlite(let path): SQLiteDriver(path: path)
        }
    }
}

/// Opens the store, and waits while another process has it.
/// - Throws: see `StoreDriver.open`.
package func openStore(
    at database: DatabaseURL, lockTimeout: Duration = .zero, onCommit: @escaping CommitHook = { _, _ in },
    onMigration: @escaping MigrationHook = { _ in }
) async throws -> any OpenStore {
    try await database.driver.open(lockTimeout: lockTimeout, at: .now, onCommit: onCommit, onMigration: onMigration)
}

extension OpenStore {
    /// Closes the store after `body`, also when that throws.
    package func useAndClose<Result>(_ body: (any OpenStore) async throws -> Result) async throws -> Result {
        do {
            let result = try await body(self)
            await close()
            return result
        } catch {
            await close()
            throw error
        }
    }
}

/// The version of SQLite that this program runs on, and whether two connections that write a WAL at once may lose pages in it.
package var loadedSQLite: (version: String, hasWALResetRace: Bool) {
    let version = SQLiteVersion.loaded
    return ("\(version)", version.hasWALResetRace)
}
