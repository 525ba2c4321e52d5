package import Logging
package import PosternCore
private import PosternStore
internal import ServiceLifecycle

/// Carries out what staff have decided, when it can no longer be undone. Decisions are rows: what a relay that ends leaves undone, the
/// next one does.
package struct DeskUpkeep: Service {
    private let operations: Operations
    private let logger: Logger
    private let isClockTrusted: @Sendable (Timestamp) -> Bool

    private static let batch = 500

    package init(operations: Operations, logger: Logger, isClockTrusted: @escaping @Sendable (Timestamp) -> Bool) {
        self.operations = operations
        self.logger = logger
        self.isClockTrusted = isClockTrusted
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var isComplete = false
            while !Task.isCancelled {
                do {
                    if !isComplete {
                        try await complete()
                        isComplete = true
                    }
                    // By a clock that is ahead, nobody would have the time to undo anything.
                    if isClockTrusted(operations.now()) {
                        try await operations.desk.carryOut()
                        try await operations.by(.service).waves.carryOut()
                    }
                } catch {
                    logger.error("desk: could not carry out what was decided; tried again soon", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(2))
            }
        }
    }

    /// Adds what a migration could not read: once for each start, and nothing where there is nothing to add.
    private func complete() async throws {
        for lane in ReviewLane.allCases {
            var last: LetterID? = .zero
            while let after = last, !Task.isCancelled {
                last = try await operations.store.write {
                    try $0.reviewItems.complete(lane, after: after, limit: Self.batch)
                }
            }
        }
    }
}
