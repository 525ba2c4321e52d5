package import NIOCore
private import Synchronization

/// A connection that was accepted and is not served yet.
///
/// NIO stops the process when a `NIOAsyncChannel` is released that never reached `executeThenClose` (a precondition in the
/// `deinit` of its writer), and a listener that ends releases the connections it accepted last. An arrival that is released
/// closes its connection, so that the peer is not left waiting.
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
        // A `deinit` cannot wait.
        Task { try? await left.executeThenClose { _, _ in } }
    }

    /// The caller must bring the connection to `executeThenClose`.
    /// - Returns: nil when it was taken before.
    package func take() -> Connection? {
        connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
    }
}
