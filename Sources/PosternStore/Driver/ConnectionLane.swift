private import Dispatch

/// A connection with the thread that it runs on: a serial queue outside the cooperative pool, so that a sync that takes a
/// second holds up nobody but those who wait for it.
// Safe though the compiler cannot see it: `transaction` is private, and every line that touches it runs in a block given to `queue`,
// which runs one block at a time.
package final class ConnectionLane: @unchecked Sendable {
    private let queue: DispatchQueue
    /// Nil once it is closed.
    private var transaction: WatchedTransaction?

    package init(_ label: String, _ connection: any Connection) {
        queue = DispatchQueue(label: label)
        transaction = WatchedTransaction(connection)
    }

    /// Runs soon, after everything that was given before.
    func async(_ body: @escaping @Sendable (WatchedTransaction) -> Void) {
        queue.async {
            if let transaction = self.transaction { body(transaction) }
        }
    }

    /// Lets a driver use its own connection. Blocks.
    /// - Throws: what the body throws; `StoreError.closed`.
    package func sync<Answer>(_ body: (any Connection) throws -> Answer) throws -> Answer {
        try queue.sync {
            guard let transaction else { throw StoreError.closed }
            return try body(transaction.connection)
        }
    }

    /// Closes the connection after everything that was given before. Blocks.
    func close() {
        queue.sync { transaction = nil }
    }
}
