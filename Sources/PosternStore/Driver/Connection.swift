/// What a transaction is begun for.
package enum TransactionAccess: Sendable {
    /// One unchanging view; a statement that writes is refused.
    case reading
    /// The right to write is taken at once, so that no statement in the middle of a unit finds it taken.
    case writing
}

/// How far a store has been wiped.
package enum WipeProgress: Sendable {
    case complete
    /// There is more to do.
    case ongoing
    /// Somebody still looks at an older state: the same may succeed later.
    case obstructed
}

/// One connection to a store: all that a driver supplies. Grouping, lanes and repeats are built on it once, for every store.
///
/// A connection is used by one thread at a time (see `ConnectionLane`), and every call may block it. It closes when it is
/// released. Statements (`run`, `rows`) come between `begin` and `commit` or `rollBack`.
///
/// Every error is a `StoreError`, and its case decides what happens next, so the driver maps its own codes with care:
/// - `busy`: the unit fails, and the same may succeed later.
/// - `conflict`: another transaction got in between (PostgreSQL's 40001 and 40P01). Nothing was kept; the units are run again.
/// - `unreachable`: the connection is gone, and with it the transaction. The next `begin` opens it again, or throws this.
/// - `constraint`, `refused`, `undecodable`: this unit's fault alone.
/// - `broken`: the store can be trusted with no further write until a restart.
package protocol Connection: AnyObject, Transaction {
    func begin(_ access: TransactionAccess) throws

    /// Returns once the transaction is durable.
    /// - Throws: `conflict` or `constraint` only when the transaction has certainly not been kept; `unreachable` when nobody
    ///   knows and a later look can tell; `broken` when nobody can ever know.
    func commit() throws

    /// Never throws: a transaction that cannot be rolled back has ended already, or the connection has.
    func rollBack()

    /// Nobody waits: a good moment for work that the store would otherwise do while somebody does.
    /// - Throws: `StoreError`; only `broken` means anything.
    func checkpoint() throws

    /// Within a transaction that removes or replaces what somebody wants gone. If the process ends before `wipe` is complete, the
    /// store is wiped when it is next opened.
    func noteErasure() throws

    /// Makes sure that no file still holds what committed transactions removed or replaced. Blocks for a fraction of a second
    /// at most, and is called until it is complete.
    func wipe() throws -> WipeProgress
}
