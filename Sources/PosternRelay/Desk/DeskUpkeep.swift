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
            var (isComplete, failing) = (false, Set<Due>())
            while !Task.isCancelled {
                if !isComplete { isComplete = await complete() }
                // By a clock that is ahead, nobody would have the time to undo anything.
                if isClockTrusted(operations.now()) { await carryOut(failing: &failing) }
                try? await Task.sleep(for: .seconds(2))
            }
        }
    }

    /// A decision that can no longer be undone.
    package enum Due: Hashable, Sendable, CustomStringConvertible {
        case letters(StaffDecisionID)
        case wave(LetterID)

        package var description: String {
            switch self {
            case .letters(let id): "\(id)"
            case .wave(let id): "\(id)"
            }
        }
    }

    /// Carries out what is due. A decision that fails is tried again each time, and keeps no other from being carried out.
    /// - Parameter failing: what failed the last time: it is logged already.
    package func carryOut(failing: inout Set<Due>) async {
        var failed: Set<Due> = []
        do {
            let due = try await operations.desk.due().map(Due.letters) + operations.waves.due().map(Due.wave)
            for decision in due where !Task.isCancelled {
                do {
                    try await carryOut(decision)
                } catch {
                    failed.insert(decision)
                    guard !failing.contains(decision) else { continue }
                    logger.error(
                        "desk: a decision could not be carried out; tried again until it is",
                        metadata: ["decision": "\(decision)", "error": "\(error)"])
                }
            }
            failing = failed
        } catch {
            logger.error("desk: could not look for what was decided; tried again soon", metadata: ["error": "\(error)"])
        }
    }

    private func carryOut(_ decision: Due) async throws {
        switch decision {
        case .letters(let id): try await operations.desk.carryOut(id)
        case .wave(let id): try await operations.by(.service).waves.carryOut(id)
        }
    }

    /// Adds what a migration could not read: once for each start, and nothing where there is nothing to add.
    /// - Returns: whether all of it is added.
    private func complete() async -> Bool {
        do {
            for lane in ReviewLane.allCases {
                var last: LetterID? = .zero
                while let after = last, !Task.isCancelled {
                    last = try await operations.store.write {
                        try $0.reviewItems.complete(lane, after: after, limit: Self.batch)
                    }
                }
            }
            return true
        } catch {
            logger.error(
                "desk: could not complete what waited before the update; tried again soon", metadata: ["error": "\(error)"])
            return false
        }
    }
}
