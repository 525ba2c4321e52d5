package import PosternCore

/// Where a store is kept, and how it is opened: with `Connection`, all that differs from store to store.
package protocol StoreDriver: Sendable {
    /// Opens the store, making it when there is none, and brings it to the schema of this program.
    /// - Parameters:
    ///   - lockTimeout: how long to wait for a process that has the store to itself.
    ///   - now: written beside the migrations that are applied.
    ///   - onMigration: is told when a store of an earlier program is brought to the schema of this one, which may take long.
    /// - Throws: `StoreFileError`; `StoreError.newerSchema` or `.changedMigration` when the store is not one for this program.
    func open(
        lockTimeout: Duration, at now: Timestamp, onCommit: @escaping CommitHook, onMigration: @escaping MigrationHook
    ) async throws -> any OpenStore

    /// Looks into a store that no relay holds. Nothing is made, migrated or written.
    /// - Throws: `StoreFileError`; what the body throws.
    func look<Answer: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> (report: StoreReport, answer: Answer)

    /// Puts a copy of a backup in the place of a store that nobody has open, and keeps that one beside it.
    ///
    /// A file that is damaged, from a newer program or no backup leaves everything as it was.
    /// - Throws: `StoreFileError`; what the request's inspection throws.
    func restore(_ request: RestoreRequest) async throws -> RestoreReport
}

/// What becomes of a store of an earlier program while it is opened.
package enum MigrationNews: Equatable, Sendable {
    /// - bytes: of the store's file. It needs up to as much free space again; nil where nobody can say.
    case begins(from: Int, to: Int, bytes: Int?)
    case ended(after: Duration)
}

package typealias MigrationHook = @Sendable (MigrationNews) -> Void

extension MigrationNews: CustomStringConvertible {
    /// For the operator, who waits meanwhile.
    package var description: String {
        switch self {
        case .begins(let from, let to, let bytes):
            let size = bytes.map { " of \(max(1, ($0 + 999_999) / 1_000_000)) MB" } ?? ""
            return
                "the store\(size) is brought from schema \(from) to \(to) first, which takes seconds, or minutes where there are "
                + "millions of letters, and up to as much free space again. Nothing is served until it is done; cut off, it is as it "
                + "was and begins again"
        case .ended(let span): return "the store has its new schema, after \(max(1, span.components.seconds)) s"
        }
    }
}

/// A store that a driver has opened.
package protocol OpenStore: Database {
    /// What it runs on, read back after opening.
    var report: StoreReport { get }

    /// How many writes wait for the transaction after the present one.
    var waitingWrites: Int { get }

    /// The name of the node that this process is, the same at every start, so that a start ends the leases of its own node alone.
    ///
    /// It is kept where nobody can have it twice. A store that one process owns keeps it itself: it would come along with a
    /// backup that is restored elsewhere, where a name in HOME would not. For a store that several share it belongs in HOME.
    var node: String { get }

    /// Copies the store as it is at this moment, while writes go on, and checks the copy.
    /// - Returns: the copy's bytes.
    /// - Throws: `StoreFileError`, or `StoreError`.
    func backup(to path: String) async throws -> Int
}

/// What a store runs on.
package struct StoreReport: Equatable, Sendable {
    /// As in `SQLite 3.40.1`.
    package let engine: String
    /// How the store makes commits durable, in its own word.
    package let journal: String
    /// Whether a commit is on disk when it returns; nil where only a connection that writes could tell.
    package let isDurable: Bool?
    /// For the log at the start.
    package let notes: [String: String]

    package init(engine: String, journal: String, isDurable: Bool?, notes: [String: String] = [:]) {
        self.engine = engine
        self.journal = journal
        self.isDurable = isDurable
        self.notes = notes
    }
}
