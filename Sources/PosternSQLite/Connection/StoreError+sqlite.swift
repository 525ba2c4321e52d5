import GRDB
import PosternStore

extension StoreFault {
    init(_ error: DatabaseError, statement: String?) {
        self.init(
            code: error.extendedResultCode.rawValue, message: error.message ?? "no message", statement: statement)
    }
}

/// What an error of SQLite means for the store: the one place where its codes are read.
enum SQLiteVerdict {
    /// In the way for a moment.
    case busy
    /// A rule of the schema.
    case constraint
    /// The file, the disk or the memory of the file can no longer be trusted: no more writes.
    case broken
    /// This statement is not possible.
    case refused

    /// See sqlite.org/rescode.html.
    init(_ error: DatabaseError) {
        switch (error.resultCode, error.extendedResultCode) {
        case (.SQLITE_BUSY, _), (.SQLITE_LOCKED, _), (.SQLITE_NOMEM, _), (.SQLITE_INTERRUPT, _): self = .busy
        case (.SQLITE_CONSTRAINT, _): self = .constraint
        case (.SQLITE_IOERR, _), (.SQLITE_CORRUPT, _), (.SQLITE_FULL, _), (.SQLITE_NOTADB, _), (.SQLITE_PROTOCOL, _),
            (.SQLITE_CANTOPEN, _), (.SQLITE_INTERNAL, _), (_, .SQLITE_READONLY_DBMOVED):
            self = .broken
        default: self = .refused
        }
    }
}

extension StoreError {
    init(_ error: DatabaseError, statement: String?) {
        let fault = StoreFault(error, statement: statement)
        switch SQLiteVerdict(error) {
        case .busy: self = .busy(fault)
        case .constraint: self = .constraint(fault)
        case .broken: self = .broken(fault)
        case .refused: self = .refused(fault)
        }
    }
}
