/// What a store said when it refused. It holds no argument of a statement: those are letters, seals and names.
package struct StoreFault: Hashable, Sendable, CustomStringConvertible {
    /// The store's own number, as SQLite's extended result code.
    package let code: Int32
    /// The store's own words, which name tables and columns and never a value.
    package let message: String
    /// The statement as it stands in the source; nil when none was running.
    package let statement: String?

    package init(code: Int32, message: String, statement: String?) {
        self.code = code
        self.message = message
        self.statement = statement
    }

    package var description: String {
        guard let statement else { return "\(message) (code \(code))" }
        return "\(message) (code \(code)) in “\(statement.split(whereSeparator: \.isWhitespace).joined(separator: " "))”"
    }
}

/// Why the store did not do what was asked.
package enum StoreError: Error, Hashable, Sendable {
    /// Another connection was in the way for longer than the time allowed.
    case busy(StoreFault)
    /// Other transactions got in between, again and again. Nothing was kept.
    case conflict(StoreFault)
    /// The connection is gone and could not be opened again. Nothing was kept.
    case unreachable(StoreFault)
    /// The connection was lost after COMMIT was sent: the change may be kept. Look before you try again.
    case unknown(StoreFault)
    /// More units wait than are worth queueing.
    case overloaded(waiting: Int)
    /// The store has been closed.
    case closed
    /// A commit or sync failed once: see `StoreHealth.broken`.
    case broken(StoreFault)
    /// A row breaks a rule of the schema: a mistake of ours.
    case constraint(StoreFault)
    /// The store refused a statement for any other reason: a mistake of ours as well.
    case refused(StoreFault)
    /// A column holds what its type could not have written.
    case undecodable(column: String)
    /// The store was made by a later program.
    case newerSchema(known: Int, found: Int)
    /// A migration that the store has been through reads differently today.
    case changedMigration(version: Int, name: String)
    /// The change is kept, but a file still holds what it removed.
    case notErased(waited: Duration)

    package enum Permanence: Sendable {
        /// The same may succeed when tried again.
        case temporary
        /// A person must do something first, even if it is only a restart.
        case permanent
    }

    package var permanence: Permanence {
        switch self {
        case .busy, .conflict, .unreachable, .unknown, .overloaded, .closed, .notErased: .temporary
        case .broken, .constraint, .refused, .undecodable, .newerSchema, .changedMigration: .permanent
        }
    }

    /// Whether the store itself is in trouble. Otherwise what was asked of it is at fault, and others may ask.
    package var isOfTheStore: Bool {
        switch self {
        case .busy, .conflict, .unreachable, .unknown, .overloaded, .closed, .broken, .newerSchema, .changedMigration, .notErased:
            true
        case .constraint, .refused, .undecodable: false
        }
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .busy(let fault): "the store is busy: \(fault)"
        case .conflict(let fault): "other changes kept getting in between: \(fault)"
        case .unreachable(let fault): "the store cannot be reached: \(fault)"
        case .unknown(let fault): "the store was lost in the middle of a commit, and the change may be kept: \(fault)"
        case .overloaded(let waiting): "\(waiting) changes already wait for the store"
        case .closed: "the store is closed"
        case .broken(let fault): "the store failed and takes no change until Postern is restarted: \(fault)"
        case .constraint(let fault): "a row breaks a rule of the schema: \(fault)"
        case .refused(let fault): "the store refused: \(fault)"
        case .undecodable(let column): "the column “\(column)” holds something that Postern did not write"
        case .newerSchema(let known, let found):
            "this program knows schema \(known), the store has \(found): install the newer Postern or restore the backup made "
                + "before the upgrade"
        case .changedMigration(let version, let name):
            "migration \(version) (“\(name)”) is not the one this store has been through: install the Postern that made the "
                + "store, or restore a backup"
        case .notErased(let waited):
            "the change is kept, but the store's log still holds what it removed: something has looked at an older state of the "
                + "store for \(waited.components.seconds) s. End any other program that has the store open; what was removed is "
                + "gone for good at the next hourly purge, or when Postern stops"
        }
    }
}
