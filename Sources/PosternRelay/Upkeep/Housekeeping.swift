package import Logging
package import PosternCore
package import PosternStore
internal import ServiceLifecycle

/// Forgets what has served its time, hourly and in small batches, so that letters get in between. The keys of past epochs are
/// the vault's to destroy; this removes the rows that nothing can open any more.
package struct Housekeeping: Service {
    package struct Settings: Sendable {
        package let letters: Duration
        package let outcomes: Duration
        package let reports: Duration

        package init(letters: Duration, outcomes: Duration, reports: Duration = .days(90)) {
            self.letters = letters
            self.outcomes = outcomes
            self.reports = reports
        }
    }

    private let store: any Database
    private let sealing: LetterSealer
    private let settings: Settings
    private let endPauses, lapse: @Sendable () async throws -> Int
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let isClockTrusted: @Sendable (Timestamp) -> Bool

    private static let batch = 500

    /// - Parameters:
    ///   - endPauses: ends pauses that are over, and says how many.
    ///   - lapse: forgets people who have not confirmed in time, and says how many it looked at.
    package init(
        store: any Database, sealing: LetterSealer, settings: Settings, logger: Logger, now: @escaping @Sendable () -> Timestamp,
        isClockTrusted: @escaping @Sendable (Timestamp) -> Bool, endPauses: @escaping @Sendable () async throws -> Int = { 0 },
        lapse: @escaping @Sendable () async throws -> Int = { 0 }
    ) {
        self.store = store
        self.sealing = sealing
        self.settings = settings
        self.endPauses = endPauses
        self.lapse = lapse
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
                // Looked at as if they had ended by everything that asks for one; this is for lists and for the next program.
                if isClockTrusted(now()) { await resume() }
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
        let limit = Self.batch
        let oldest = moment - settings.outcomes
        let parts =
            [
                await repeatedly("idempotency keys") { try $0.retention.forgetIdempotencyRecords(at: moment, limit: limit) },
                await repeatedly("letters") { try $0.retention.forgetLetters(through: over, at: moment, limit: limit) },
                await repeatedly("conversations") { try $0.retention.forgetConversations(through: over, limit: limit) },
                await repeatedly("submissions") { try $0.retention.forgetSubmissions(before: oldest, limit: limit) },
                await repeatedly("limit records") {
                    try $0.limitRecords.forget(before: moment - LimitRecords.lifetime, limit: limit)
                },
                await repeatedly("sketches of letters") {
                    try $0.waves.forgetSketches(before: moment - Waves.lifetime, limit: limit)
                },
                await repeatedly("mails that nobody posted") { try $0.retention.forgetUnposted(before: oldest, limit: limit) },
                await repeatedly("operations") { try $0.operationTrace.forget(before: oldest, limit: limit) },
            ] + (await purgeMembers(at: moment, oldest: oldest))
        // Noted only when all of it was done, since the privacy page states it as a fact.
        guard parts.allSatisfy({ $0 }) else { return }
        do {
            try await store.write { try $0.maintenance.note(.purge, at: moment) }
        } catch {
            logger.error("retention: could not note that it was done", metadata: ["error": "\(error)"])
        }
    }

    private func purgeMembers(at moment: Timestamp, oldest: Timestamp) async -> [Bool] {
        let (limit, reports) = (Self.batch, moment - settings.reports)
        return [
            await repeatedly("letters whose visitor proved no address") {
                try $0.awaitedProofs.dropOverdue(before: moment - AwaitedProofs.lifetime, at: moment, limit: limit)
            },
            await repeatedly("names whose address nobody confirmed", lapse),
            await repeatedly("changes of addresses") {
                try $0.addressChanges.forget(before: moment - MailedToken.undoLifetime, limit: limit)
            },
            await repeatedly("sessions") {
                try $0.memberSessions.forget(before: moment - MemberSessions.lifetime, limit: limit)
            },
            await repeatedly("sessions of staff") { try $0.staffSessions.forget(at: moment, limit: limit) },
            await repeatedly("invitations") { try $0.invitations.forget(endedBefore: moment, limit: limit) },
            await repeatedly("what waited for staff and has ended") { try $0.reviewItems.forgetEnded(limit: limit) },
            await repeatedly("notes of staff") { try $0.reviewNotes.forget(before: oldest, limit: limit) },
            await repeatedly("figures of charts") {
                try $0.figures.forget(before: moment - Figures.lifetime, limit: limit)
            },
            await repeatedly("decisions of staff") { try $0.decisions.forget(before: oldest, limit: limit) },
            await repeatedly("reports") { try $0.reports.forget(before: reports, limit: limit) },
            await repeatedly("revoked tokens") { try $0.siteTokens.forget(revokedBefore: oldest, limit: limit) },
            await repeatedly("places of letters on days") {
                try $0.dailyLetters.forget(before: Epoch(containing: moment), limit: limit)
            },
        ]
    }

    /// Ends the pauses that are over.
    package func resume() async {
        do {
            while !Task.isCancelled, try await endPauses() > 0 {}
        } catch {
            logger.error("upkeep: could not end pauses; tried again soon", metadata: ["error": "\(error)"])
        }
    }

    /// - Returns: whether nothing is left to forget.
    private func repeatedly(_ what: String, _ forget: @escaping @Sendable (any Transaction) throws -> Int) async -> Bool {
        await repeatedly(what) { try await store.erase(forget) }
    }

    private func repeatedly(_ what: String, _ forget: () async throws -> Int) async -> Bool {
        var total = 0
        var isDone = false
        do {
            while !Task.isCancelled, !isDone {
                let count = try await forget()
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
