package import Logging
package import PosternCore
private import PosternJournal
package import PosternLink
internal import ServiceLifecycle
private import Synchronization

/// Makes epoch keys ahead of midnight, and destroys those whose retention is over: at start, every minute, and as soon as the
/// clock shows another day. (A clock that was set to another day may show one without keys, and without them the relay takes no
/// letter.)
package final class EpochKeeper: Service {
    private let ring: KeyRing
    private let opener: SealOpener
    private let retention: EpochPlan.Retention
    private let record: ClockRecord?
    private let journal: Journal?
    private let now: @Sendable () -> Timestamp
    private let monotonic: @Sendable () -> Duration
    private let logger: Logger
    private let clock: Mutex<ClockState>

    private struct ClockState {
        var trust: ClockTrust
        var isTrusted = true
        var falseDays: EpochPlan.FalseDays?
        var throttle = LogThrottle(interval: .hours(1))

        /// Keys of days after tomorrow were made by a clock that was ahead: it is believed now, and no time was believed that has
        /// not come yet.
        /// - Returns: whether that is news.
        mutating func noteFalseDays(_ keys: [HeldKey], at now: Timestamp) -> Bool {
            guard isTrusted, now >= trust.believed else { return false }
            let tomorrow = Epoch(containing: now).next
            let latest = keys.compactMap { $0.key.epoch }.max() ?? tomorrow
            if latest <= tomorrow {
                if let days = falseDays, days.last <= tomorrow { falseDays = nil }
                return false
            }
            guard falseDays.map({ $0.last < latest }) ?? true else { return false }
            falseDays = EpochPlan.FalseDays(last: latest, corrected: now)
            return true
        }
    }

    /// - Parameters:
    ///   - record: where the latest time that was believed is kept over a restart; nil keeps it nowhere.
    ///   - monotonic: a clock that is never set.
    package init(
        ring: KeyRing, opener: SealOpener, retention: EpochPlan.Retention, record: ClockRecord?, journal: Journal? = nil,
        now: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> Duration, logger: Logger
    ) {
        self.ring = ring
        self.opener = opener
        self.retention = retention
        self.record = record
        self.journal = journal
        self.now = now
        self.monotonic = monotonic
        self.logger = logger
        // Keys are made a day ahead: before there was a record, they tell when the vault ran last.
        let ofKeys = ring.all.compactMap { $0.key.epoch }.max().map { $0.start - .days(1) }
        let note = record?.read()
        clock = Mutex(
            ClockState(
                trust: ClockTrust(recorded: note?.believed ?? ofKeys, wall: now(), monotonic: monotonic()),
                falseDays: note?.falseDays))
    }

    /// What the vault thinks of its clock.
    package var clockReport: VaultCondition.Clock {
        // Looked at now and not when keys were kept last: the relay forgets nothing by a clock that has jumped since.
        let moment = now()
        return clock.withLock { clock in
            var trust = clock.trust
            let isTrusted = trust.look(wall: moment, monotonic: monotonic())
            return VaultCondition.Clock(now: moment, believed: clock.trust.believed, isTrusted: isTrusted)
        }
    }

    /// An operator says that the clock is right; keys whose time is over by it are destroyed now.
    package func trustClock() async throws {
        clock.withLock { $0.trust.trust(wall: now(), monotonic: monotonic()) }
        logger.notice("clock: an operator says that it is right", metadata: ["clock": "\(now())"])
        try await keep()
    }

    /// - Returns: whether keys may be destroyed by this time.
    private func isTrusted(_ moment: Timestamp) -> Bool {
        let (isTrusted, wasTrusted, believed, line) = clock.withLock { clock in
            let wasTrusted = clock.isTrusted
            clock.isTrusted = clock.trust.look(wall: moment, monotonic: monotonic())
            let line = clock.isTrusted ? nil : clock.throttle.admit(at: monotonic())
            return (clock.isTrusted, wasTrusted, clock.trust.believed, line)
        }
        if line != nil {
            logger.critical(
                "clock: it is further ahead than the time that has passed explains; no key is destroyed until it is set right, or until “postern keys trust-clock” says that it is right",
                metadata: ["clock": "\(moment)", "believed": "\(believed)"])
        } else if isTrusted, !wasTrusted {
            logger.notice("clock: it is believed again", metadata: ["clock": "\(moment)"])
        }
        return isTrusted
    }

    /// Makes and destroys once.
    /// - Throws: when a key cannot be written or destroyed.
    package func keep() async throws {
        let moment = now()
        let isTrusted = isTrusted(moment)
        let (note, isNews) = clock.withLock { clock in
            let isNews = clock.noteFalseDays(ring.all, at: moment)
            return (ClockNote(believed: clock.trust.believed, falseDays: clock.falseDays), isNews)
        }
        if isNews, let days = note.falseDays {
            logger.notice(
                "clock: it was ahead, and is right again; what was noted meanwhile has a time that has not come yet, which does no harm",
                metadata: ["clock": "\(moment)", "noted-until": "\(days.last)"])
        }
        // A clock that is behind says nothing about what is over.
        let falseDays = moment >= note.believed ? note.falseDays : nil
        // Each key is synced, and an old one overwritten: on a busy disk that takes seconds.
        let plan = try await blocking("postern.vault.keys") { [ring, retention, record] in
            try record?.write(note)
            return try ring.keepEpochs(now: moment, retention: retention, isClockTrusted: isTrusted, falseDays: falseDays)
        }
        for wanted in plan.make {
            logger.info("keys: made", metadata: ["kind": "\(wanted.kind.name)", "epoch": "\(wanted.epoch)"])
        }
        for wanted in plan.destroy.sorted(by: { $0.epoch < $1.epoch }) {
            logger.notice("keys: destroyed", metadata: ["kind": "\(wanted.kind.name)", "epoch": "\(wanted.epoch)"])
        }
        if !plan.destroy.isEmpty { opener.forgetDestroyed() }
        await journal?.note(Self.records(of: plan))
    }

    private static func records(of plan: EpochPlan) -> [Journal.Record] {
        func names(_ keys: some Sequence<EpochPlan.Wanted>) -> [String] { keys.map { "\($0.kind.name)-\($0.epoch)" }.sorted() }
        return Journal.Record.ofKeys(names(plan.make)) { .keysMade($0) }
            + Journal.Record.ofKeys(names(plan.destroy)) { .keysDestroyed($0) }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.keepUp() }
    }

    private func keepUp() async {
        var (kept, day) = (ContinuousClock.now, Epoch(containing: now()))
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            opener.forgetOld()
            let today = Epoch(containing: now())
            guard today != day || ContinuousClock.now - kept >= .seconds(60) else { continue }
            (kept, day) = (.now, today)
            do {
                try await keep()
            } catch {
                // Retried in a minute. Letters are still accepted until a key that could not be made is needed.
                logger.critical("keys: could not be kept up", metadata: ["error": "\(error)"])
            }
        }
    }
}
