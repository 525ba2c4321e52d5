import GRDB
import PosternStore

/// A transaction on one connection. Stays on that connection's queue; statements are compiled once and kept.
final class SQLiteTransaction: Transaction {
    private let database: GRDB.Database
    /// By the address of the statement's text, which is a constant of the program: no hashing of half a kilobyte of SQL.
    private var statements: [UnsafePointer<UInt8>: SQLiteStatement] = [:]
    /// The first failure after which nothing may be written: kept here, so that a unit which swallows an error cannot hide
    /// it.
    private(set) var breakage: StoreFault?

    init(_ database: GRDB.Database) {
        self.database = database
    }

    func run(_ sql: StaticString, _ arguments: [SQLValue]) throws -> Int {
        try checked(sql) {
            try statement(sql).run(arguments)
            return database.changesCount
        }
    }

    func rows(_ sql: StaticString, _ arguments: [SQLValue]) throws -> [SQLRow] {
        try checked(sql) {
            let statement = try statement(sql)
            var rows: [SQLRow] = []
            try statement.run(arguments) { rows.append(SQLRow(columns: statement.columns, values: try $0.copied())) }
            return rows
        }
    }

    /// Reserves the right to write, so that no statement in the middle of a unit finds it taken.
    func begin() throws { try transact("BEGIN IMMEDIATE") }
    func beginReading() throws { try transact("BEGIN DEFERRED") }
    func commit() throws { try transact("COMMIT") }

    /// Never throws: what failed has ended the transaction, or the connection is done for.
    func rollBack() {
        try? database.rollback()
    }

    /// Runs what must not write on a connection that could.
    func withoutWriting<Answer>(_ body: () throws -> Answer) throws -> Answer {
        try database.readOnly(body)
    }

    /// Carries pages from the WAL into the file, as far as no reader needs them where they are.
    func checkpoint() throws {
        try checked("PRAGMA wal_checkpoint") { _ = try database.checkpoint(.passive) }
    }

    /// By GRDB, which keeps count of transactions.
    private func transact(_ sql: StaticString) throws {
        try checked(sql) {
            try database.cachedStatement(sql: sql.description).execute()
        }
    }

    private func statement(_ sql: StaticString) throws -> SQLiteStatement {
        precondition(sql.hasPointerRepresentation, "a statement is longer than one character")
        if let statement = statements[sql.utf8Start] { return statement }
        let statement = SQLiteStatement(try database.makeStatement(sql: Dialect.sqlite.text(of: sql)))
        statements[sql.utf8Start] = statement
        return statement
    }

    private func checked<Answer>(_ sql: StaticString, _ body: () throws -> Answer) throws -> Answer {
        do {
            return try body()
        } catch let error as DatabaseError {
            // A statement that failed may not be reset cleanly (sqlite.org/c3ref/reset.html).
            statements[sql.utf8Start] = nil
            let failure = StoreError(error, statement: sql.description)
            if case .broken(let fault) = failure, breakage == nil { breakage = fault }
            throw failure
        }
    }
}
