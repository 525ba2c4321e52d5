package import Logging
package import PosternCore
package import PosternStore
internal import ServiceLifecycle

/// Forgets what has served its time, hourly and in small bites, so that letters get in between. The keys of past epochs are
/// the vault's to destroy; this removes the rows that nothing can open any more.
package struct Housekeeping: Service {
    package struct Settings: Sendable {
        package let letters: Duration
        package let outcomes: Duration

        package init(letters: Duration, outcomes: Duration) {
            self.letters = letters
            self.outcomes = outcomes
        }
    }

    private let store: any Database
    private let sealing: LetterSealer
    private let settings: Settings
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let isClockTrusted: @Sendable (Timestamp) -> Bool

    private static let bite = 500

    package init(
        store: any Database, sealing: LetterSealer, settings: Settings, logger: Logger, now: @escaping @Sendable () -> Timestamp,
        isClockTrusted: @escaping @Sendable (Timestamp) -> Bool
    ) {
        self.store = store
        self.sealing = sealing
        self.settings = settings
        self.logger = logger
        self.now = now
        self.isClockTrusted = isClockTrusted
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var lastPurge: ContinuousClock.Instant?
            while !Task.isCancelled {
                // A relay that takes no letters holds no sealing session's secret for longer than it must.
                sealing.forgetOld(now: now())
                // By a clock that is ahead, letters would be forgotten that still wait.
                if lastPurge.map({ ContinuousClock.now - $0 >= .seconds(3_600) }) ?? true, isClockTrusted(now()) {
                    lastPurge = .now
                    await purge()
                }
                // Before the vault has answered, nothing is known of the clock.
                try? await Task.sleep(for: .seconds(lastPurge == nil ? 1 : 15))
            }
        }
    }

    /// Everything that is over, now.
    package func purge() async {
        let moment = now()
        // The epoch that contains the last moment to keep has not ended for good; the one before it has.
        let over = Epoch(day: Epoch(containing: moment - settings.letters).day - 1)
        let limit = Self.bite
        let oldest = moment - settings.outcomes
        let parts = [
            await repeatedly("idempotency keys") { try $0.retention.forgetIdempotencyRecords(at: moment, limit: limit) },
            await repeatedly("letters") { try $0.retention.forgetLetters(through: over, at: moment, limit: limit) },
            await repeatedly("conversations") { try $0.retention.forgetConversations(through: over, limit: limit) },
            await repeatedly("submissions") { try $0.retention.forgetSubmissions(before: oldest, limit: limit) },
            await repeatedly("limit records") {
                try $0.limitRecords.forget(before: moment - LimitRecords.lifetime, limit: limit)
            },
            await repeatedly("mails that nobody posted") { try $0.retention.forgetUnposted(before: oldest, limit: limit) },
            await repeatedly("operations") { try $0.operationTrace.forget(before: oldest, limit: limit) },
        ]
        // Noted only when all of it was done, since the privacy page states it as a fact.
        guard parts.allSatisfy({ $0 }) else { return }
        do {
            try await store.write { try $0.maintenance.note(.purge, at: moment) }
        } catch {
            logger.error("retention: could not note that it was done", metadata: ["error": "\(error)"])
        }
    }

    /// - Returns: whether nothing is left to forget.
    private func repeatedly(_ what: String, _ forget: @escaping @Sendable (any Transaction) throws -> Int) async -> Bool {
        var total = 0
        var isDone = false
        do {
            while !Task.isCancelled, !isDone {
                let count = try await store.erase(forget)
                total += count
                isDone = count == 0
            }
        } catch {
            logger.error(
                "retention: could not forget; tried again in an hour", metadata: ["what": "\(what)", "error": "\(error)"])
        }
        if total > 0 { logger.info("retention: forgotten", metadata: ["what": "\(what)", "count": "\(total)"]) }
        return isDone
    }
}
