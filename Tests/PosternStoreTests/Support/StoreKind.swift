import PosternCore
import PosternSQLite
import PosternStore
import Testing

/// The stores there are. Every claim about a store is tried on each of them; a further driver is one more case.
enum StoreKind: String, CaseIterable, Sendable {
    case memory, file

    /// - Parameter path: a place of the test's own, for a store that needs one.
    func open(
        _ path: String, settings: SQLiteSettings = SQLiteSettings(), at now: Timestamp, onCommit: @escaping CommitHook
    ) async throws -> any OpenStore {
        switch self {
        case .memory: try await SQLiteDatabase.inMemory(at: now, onCommit: onCommit)
        case .file: try await SQLiteDatabase.open(path, settings: settings, at: now, onCommit: onCommit)
        }
    }
}

extension TestStore {
    /// For claims about that driver alone.
    var sqlite: SQLiteDatabase {
        get throws { try #require(database as? SQLiteDatabase) }
    }
}
