import PosternStore
import Synchronization

/// Which statements were run, by their text.
final class StatementLedger: Sendable {
    private let statements = Mutex<[String: StaticString]>([:])

    func note(_ sql: StaticString) {
        statements.withLock { $0[sql.description] = sql }
    }

    var all: [StaticString] { statements.withLock { Array($0.values) } }
}

/// A transaction that notes every statement on its way.
struct RecordingTransaction: Transaction {
    let transaction: any Transaction
    let ledger: StatementLedger

    func run(_ sql: StaticString, _ arguments: [SQLValue]) throws -> Int {
        ledger.note(sql)
        return try transaction.run(sql, arguments)
    }

    func rows(_ sql: StaticString, _ arguments: [SQLValue]) throws -> [SQLRow] {
        ledger.note(sql)
        return try transaction.rows(sql, arguments)
    }
}

/// A store that notes every statement of every unit.
struct RecordingDatabase: Database {
    let database: any Database
    let ledger: StatementLedger

    func write<Answer: Sendable>(
        isErasing: Bool, _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await database.write(isErasing: isErasing) { [ledger] in
            try unit(RecordingTransaction(transaction: $0, ledger: ledger))
        }
    }

    func read<Answer: Sendable>(_ unit: @escaping @Sendable (any Transaction) throws -> Answer) async throws -> Answer {
        try await database.read { [ledger] in try unit(RecordingTransaction(transaction: $0, ledger: ledger)) }
    }

    func close() async { await database.close() }
    var health: StoreHealth { database.health }
}
