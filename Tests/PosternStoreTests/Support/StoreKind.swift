import PosternCore
import PosternSQLite
import PosternStore
import Testing

/// The stores there are. Every claim about a store is tried on each of them; a further driver is one more case.
enum StoreKind: String, CaseIterable, Sendable {
    case memory, file

    /// Those that are there again after a close.
    static let lasting = [StoreKind.file]

    /// - Parameter path: a place of the test's own, for a store that needs one.
    func open(
        _ path: String, schema: Migrator = Migrator(), settings: SQLiteSettings = SQLiteSettings(),
        at now: Timestamp = TestStore.start, onCommit: @escaping CommitHook = { _, _ in }
    ) async throws -> any OpenStore {
        switch self {
        case .memory: try await SQLiteDatabase.inMemory(schema: schema, at: now, onCommit: onCommit)
        case .file: try await SQLiteDatabase.open(path, settings: settings, schema: schema, at: now, onCommit: onCommit)
        }
    }

    /// Of a store that lasts.
    func driver(_ path: String) throws -> any StoreDriver {
        switch self {
        case .memory: throw StoreError.closed
        case .file: SQLiteDriver(path: path)
        }
    }
}

extension TestStore {
    /// For claims about that driver alone.
    var sqlite: SQLiteDatabase {
        get throws { try #require(database as? SQLiteDatabase) }
    }
}
