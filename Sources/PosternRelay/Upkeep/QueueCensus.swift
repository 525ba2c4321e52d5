package import PosternStore
private import Synchronization

/// Counts the queue no more often than is cheap. A count reads an index entry for each delivery, which takes a second where there
/// are ten million of them, and staff's page and Prometheus ask as often as they like.
package final class QueueCensus: Sendable {
    private struct State {
        /// The count that is going on, or the last one.
        var count: Task<QueueCounts, any Error>?
        /// Until when it is good; nil while it goes on.
        var end: ContinuousClock.Instant?
    }

    /// A count is good for this many times as long as it took, so that a twentieth of one reader's time goes into counting at most.
    private static let rest = 20

    private let count: @Sendable () async throws -> QueueCounts
    private let state = Mutex(State())

    /// - Parameter count: looks at the store.
    package init(_ count: @escaping @Sendable () async throws -> QueueCounts) {
        self.count = count
    }

    package convenience init(of store: any Database) {
        self.init { try await store.read { try $0.queue.counts() } }
    }

    /// As they stood a moment ago: at most twenty times as long as counting took, which is 20 s where it takes a second.
    /// - Throws: what the store throws.
    package func counts() async throws -> QueueCounts {
        let count = state.withLock { state in
            if let count = state.count, state.end.map({ ContinuousClock.now < $0 }) ?? true { return count }
            // A task of its own, because everybody who asks meanwhile waits for it.
            let count = Task { try await self.counted() }
            (state.count, state.end) = (count, nil)
            return count
        }
        return try await count.value
    }

    private func counted() async throws -> QueueCounts {
        let began = ContinuousClock.now
        defer { state.withLock { $0.end = .now + (.now - began) * Self.rest } }
        return try await count()
    }
}
