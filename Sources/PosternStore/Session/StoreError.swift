/// What a store said when it refused. Holds no argument of a statement: those are letters, seals and names.
package struct StoreFault: Hashable, Sendable, CustomStringConvertible {
    /// The store's own number: SQLite's extended result code.
    package let code: Int32
    /// The store's own words, which name tables and columns and never a value.
    package let message: String
    /// The statement as it stands in the source; nil when none was running.
    package let statement: String?

    package init(code: Int32, message: String, statement: String?) {
        (self.code, self.message, self.statement) = (code, message, statement)
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
    /// More units wait than are worth queueing.
    case overloaded(waiting: Int)
    /// The store has been closed.
    case closed
    /// A commit or sync failed once: see `StoreHealth.broken`.
    case broken(StoreFault)
    /// A row breaks a rule of the schema: a mistake of ours.
    case constraint(StoreFault)
    /// Anything else the store refused: a mistake of ours, too.
    case refused(StoreFault)
    /// A column holds what its type could not have written.
    case undecodable(column: String)
    /// The store was made by a later program.
    case newerSchema(known: Int, found: Int)
    /// A migration that the store has been through reads differently today.
    case changedMigration(version: Int, name: String)

    package enum Permanence: Sendable {
        /// The same may succeed when tried again.
        case temporary
        /// A person has to do something first, if only restart.
        case permanent
    }

    package var permanence: Permanence {
        switch self {
        case .busy, .overloaded, .closed: .temporary
        case .broken, .constraint, .refused, .undecodable, .newerSchema, .changedMigration: .permanent
        }
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .busy(let fault): "the store is busy: \(fault)"
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
        }
    }
}
