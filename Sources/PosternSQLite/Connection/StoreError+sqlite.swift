private import CSQLite
internal import PosternStore

extension StoreFault {
    init(_ failure: SQLiteFailure, statement: String?) {
        self.init(code: failure.code, message: failure.message, statement: statement)
    }
}

extension StoreError {
    /// What a failure of SQLite means for the store: the one place where its codes are read (sqlite.org/rescode.html).
    init(_ failure: SQLiteFailure, statement: String?) {
        let fault = StoreFault(failure, statement: statement)
        switch failure.code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_INTERRUPT: self = .busy(fault)
        case SQLITE_CONSTRAINT: self = .constraint(fault)
        // The file, the disk or the memory of the file can no longer be trusted.
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_NOTADB, SQLITE_PROTOCOL, SQLITE_CANTOPEN, SQLITE_INTERNAL:
            self = .broken(fault)
        // SQLITE_READONLY_DBMOVED: the file was moved away under us. A macro that Swift cannot import.
        case SQLITE_READONLY where failure.code == SQLITE_READONLY | 4 << 8: self = .broken(fault)
        default: self = .refused(fault)
        }
    }

    var fault: StoreFault? {
        switch self {
        case .busy(let fault), .conflict(let fault), .unreachable(let fault), .unknown(let fault), .broken(let fault),
            .constraint(let fault), .refused(let fault):
            fault
        case .overloaded, .closed, .undecodable, .newerSchema, .changedMigration, .notErased: nil
        }
    }
}

extension StoreFileError {
    /// Says which file it was that SQLite could not use.
    static func explaining<Found>(_ path: String, _ body: () throws -> Found) throws -> Found {
        do {
            return try body()
        } catch let failure as SQLiteFailure {
            throw StoreFileError(path, StoreFault(failure, statement: nil))
        } catch StoreError.broken(let fault) {
            throw StoreFileError(path, fault)
        } catch StoreError.busy(let fault) {
            throw StoreFileError(path, fault)
        }
    }

    /// A full disk, one that does not answer and somebody else's lock pass; the rest does not.
    private init(_ path: String, _ fault: StoreFault) {
        switch fault.code & 0xFF {
        case SQLITE_BUSY, SQLITE_IOERR, SQLITE_FULL: self = .unavailable(path: path, fault)
        // SQLITE_CANTOPEN_SYMLINK, a macro that Swift cannot import.
        case SQLITE_CANTOPEN where fault.code == SQLITE_CANTOPEN | 6 << 8: self = .strange(path: path, finding: "it is a link")
        default: self = .unusable(path: path, fault)
        }
    }
}
