package import Logging
package import PosternCore
private import PosternStore
internal import ServiceLifecycle

/// Carries out decisions of staff once they can no longer be undone. Decisions are stored, so that the next relay continues where
/// one has stopped.
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
                // With a clock that is ahead, decisions would be carried out before anybody could undo them.
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

    /// Carries out all decisions that are due. One that fails is tried again at every call, and does not stop the others.
    /// - Parameter failing: the decisions that failed at the previous call, whose failure is logged already.
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

    /// Completes the items that a migration has created. It runs once after each start, and changes nothing when all are
    /// complete.
    /// - Returns: whether all items are complete.
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
