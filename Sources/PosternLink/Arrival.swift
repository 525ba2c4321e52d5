package import NIOCore
private import Synchronization

/// A connection that was accepted and waits for whoever serves it.
///
/// NIO ends the process when a `NIOAsyncChannel` is let go of that never came to `executeThenClose` (a precondition in the
/// `deinit` of its writer), and a listener that ends lets go of those that were accepted in that moment. An arrival that is let
/// go of closes its connection, as a peer may expect.
package final class Arrival<Inbound: Sendable, Outbound: Sendable>: Sendable {
    package typealias Connection = NIOAsyncChannel<Inbound, Outbound>

    package let channel: any Channel
    private let connection: Mutex<Connection?>

    package init(_ connection: Connection) {
        channel = connection.channel
        self.connection = Mutex(connection)
    }

    deinit {
        guard let left = take() else { return }
        Task { try? await left.executeThenClose { _, _ in } }
    }

    /// Whoever takes it has to bring it to `executeThenClose`.
    /// - Returns: nil when somebody has taken it before.
    package func take() -> Connection? {
        connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
    }
}
