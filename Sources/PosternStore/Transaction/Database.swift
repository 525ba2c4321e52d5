/// A store, whatever keeps it.
///
/// Writes that come together share one transaction and its one sync; each is answered only after that transaction is
/// durable. A unit is a pure function of its transaction: it may be run a second time, when a neighbour's failure undid
/// the first.
package protocol Database: Sendable {
    /// Runs a unit in a transaction and answers once it is on disk.
    ///
    /// Never blocks the cooperative pool. Cancelling the task does not withdraw the unit.
    /// - Parameter isErasing: see `erase`.
    /// - Throws: what the unit throws, and then nothing of it is kept; `StoreError` when the store fails.
    func write<Answer: Sendable>(
        isErasing: Bool, _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer

    /// Runs a unit that only looks, on one unchanging view of the store that holds all that was answered before.
    /// - Throws: what the unit throws; `StoreError`, also when the unit tries to write.
    func read<Answer: Sendable>(_ unit: @escaping @Sendable (any Transaction) throws -> Answer) async throws -> Answer

    /// Finishes what was begun and lets go of the store. Whatever is asked afterwards throws `StoreError.closed`.
    func close() async

    /// Whether writes are possible.
    var health: StoreHealth { get }
}

extension Database {
    package func write<Answer: Sendable>(
        _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await write(isErasing: false, unit)
    }

    /// As `write`, for a unit that removes or replaces what nobody may find again: answers once no file of the store holds it, in
    /// free space and logs either.
    /// - Throws: `StoreError.notErased` when something has kept an older state of the store open for too long; what the unit
    ///   changed is kept.
    package func erase<Answer: Sendable>(
        _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await write(isErasing: true, unit)
    }
}

/// Whether a store takes writes.
package enum StoreHealth: Equatable, Sendable {
    case well
    /// A commit or a sync failed, or the file is full or damaged. What was answered is safe; no write is tried again until
    /// a restart, because a second sync after a failed one may report success for pages the kernel has dropped.
    case broken(StoreFault)
    case closed
}
