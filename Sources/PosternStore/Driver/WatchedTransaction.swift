/// The transaction that units see. It remembers the first failure that is not one unit's own, so that a unit which swallows an
/// error cannot hide that its transaction is lost.
final class WatchedTransaction: Transaction {
    let connection: any Connection
    private(set) var failure: StoreError?

    init(_ connection: any Connection) {
        self.connection = connection
    }

    /// What broke the store, if something did.
    var breakage: StoreFault? {
        if case .broken(let fault)? = failure { fault } else { nil }
    }

    func run(_ sql: StaticString, _ arguments: [SQLValue]) throws -> Int {
        try watched { try connection.run(sql, arguments) }
    }

    func rows(_ sql: StaticString, _ arguments: [SQLValue]) throws -> [SQLRow] {
        try watched { try connection.rows(sql, arguments) }
    }

    func begin(_ access: TransactionAccess) throws {
        if breakage == nil { failure = nil }
        try watched { try connection.begin(access) }
    }

    func commit() throws { try watched { try connection.commit() } }
    func rollBack() { connection.rollBack() }
    func checkpoint() throws { try watched { try connection.checkpoint() } }
    func noteErasure() throws { try watched { try connection.noteErasure() } }
    func wipe() throws -> WipeProgress { try watched { try connection.wipe() } }

    private func watched<Answer>(_ body: () throws -> Answer) throws -> Answer {
        do {
            return try body()
        } catch let error as StoreError {
            if failure == nil, error.endsTransaction { failure = error }
            throw error
        }
    }
}

extension StoreError {
    /// Whether the whole transaction is lost, and not the statement alone.
    var endsTransaction: Bool {
        switch self {
        case .broken, .conflict, .unreachable: true
        case .busy, .overloaded, .closed, .unknown, .constraint, .refused, .undecodable, .newerSchema, .changedMigration,
            .notErased:
            false
        }
    }
}
