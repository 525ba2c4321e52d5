package import Logging
package import PosternCore
internal import ServiceLifecycle
private import Synchronization

/// Keeps blocks by tag in force when the day ends, by what their clients are called on the new one.
///
/// The vault says that name, and follows a limited number of clients a day; a relay that was started again asks once more. The youngest
/// blocks come first. One that cannot be followed matches nobody meanwhile, and is tried again, less and less often.
package struct BlockFollower: Service {
    private let operations: Operations
    private let names: ClientNameFinder
    private let logger: Logger
    private let isClockTrusted: @Sendable (Timestamp) -> Bool
    private let failures = Failures()

    private static let interval = Duration.seconds(10)
    private static let (firstWait, longestWait) = (Duration.minutes(1), Duration.hours(1))

    package init(
        operations: Operations, logger: Logger, isClockTrusted: @escaping @Sendable (Timestamp) -> Bool,
        relate: @escaping DeskService.Relating
    ) {
        self.operations = operations
        self.logger = logger
        self.isClockTrusted = isClockTrusted
        names = ClientNameFinder(operations: operations, relate: relate, logger: logger)
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // With a clock that is ahead, blocks would be carried into days that have not come.
                if isClockTrusted(operations.now()) { await follow() }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Follows each block whose day is over.
    package func follow() async {
        let now = operations.now()
        guard let blocks = operations.blockCache else { return }
        let outdated = blocks.outdated(at: now)
        failures.keep(outdated.map(\.id))
        for (id, tag) in outdated where !Task.isCancelled && failures.mayTry(id, at: now) {
            do {
                let today = Epoch(containing: now)
                guard let own = try await names.names(of: tag, .upToToday)?.tag(on: today) else {
                    failed(id, because: "the vault does not say what its client is called today", at: now)
                    continue
                }
                blocks.follow(id, as: own, on: today)
                failures.forget(id)
            } catch {
                failed(id, because: "\(error)", at: now)
            }
        }
    }

    private func failed(_ id: Int64, because reason: String, at now: Timestamp) {
        guard failures.note(id, at: now, from: Self.firstWait, to: Self.longestWait) else { return }
        logger.warning(
            "blocks: one by tag matches nobody for now; tried again until it can be carried on",
            metadata: ["block": "\(id)", "reason": "\(reason)"])
    }

    /// When each that failed is tried again.
    private final class Failures: Sendable {
        private let waits = Mutex<[Int64: (next: Timestamp, wait: Duration)]>([:])

        func keep(_ ids: [Int64]) {
            let ids = Set(ids)
            waits.withLock { $0 = $0.filter { ids.contains($0.key) } }
        }

        func mayTry(_ id: Int64, at now: Timestamp) -> Bool { waits.withLock { $0[id].map { $0.next <= now } ?? true } }

        func forget(_ id: Int64) { waits.withLock { $0[id] = nil } }

        /// - Returns: whether it is the first failure in a row.
        func note(_ id: Int64, at now: Timestamp, from first: Duration, to longest: Duration) -> Bool {
            waits.withLock { waits in
                let wait = waits[id].map { min($0.wait * 2, longest) } ?? first
                defer { waits[id] = (now + wait, wait) }
                return waits[id] == nil
            }
        }
    }
}
