package import Logging
private import Metrics
package import PosternCore
package import PosternStore
internal import ServiceLifecycle
private import Synchronization

/// Takes letters from the queue to the vault and writes down what became of them.
///
/// Each round is one transaction: outcomes that have come in are settled, and as many letters are claimed as lanes have come
/// free. So a lane is used again only after its outcome is durable, and a crash can repeat no more letters than there are
/// lanes. A wake-up is a hint; losing one costs time and nothing else.
package final class Dispatcher: Service {
    package struct Settings: Sendable {
        package var schedule = RetrySchedule.standard
        /// Longer than any attempt lasts. When it is over, the letter is due again.
        package var lease = Duration.minutes(45)
        /// How long a stop waits for letters under way. The vault, which is told after us, needs a second or two of the
        /// 30, and more on a busy machine.
        package var stopTimeout = Duration.seconds(24)

        package init() {}
    }

    private let store: any Database
    private let node: String
    private let vault: VaultLink
    private let settings: Settings
    private let randomness: RandomSource
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let wakeSignal = WakeSignal()
    private let state = Mutex(DispatchState())
    private let isWakeArranged = Atomic(false)
    private let isHurried = Atomic(false)

    /// - Parameter node: the name this relay goes by in the store, the same at every start.
    package init(
        store: any Database, node: String, vault: VaultLink, settings: Settings = Settings(), randomness: RandomSource,
        logger: Logger, now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.node = node
        self.vault = vault
        self.settings = settings
        self.randomness = randomness
        self.logger = logger
        self.now = now
    }

    /// Something may be due.
    package func wake() {
        state.withLock { $0.woken() }
        wakeSignal.signal()
    }

    /// A person wants what waits to be tried now: an open breaker lets a probe through at once.
    package func retryNow() {
        state.withLock { $0.retryNow(at: now()) }
        wakeSignal.signal()
    }

    /// This relay makes room for another on the same store: it does not wait for letters that are under way. The vault goes on with them,
    /// and remembers what it delivered.
    package func hurry() {
        isHurried.store(true, ordering: .relaxed)
        wakeSignal.signal()
    }

    /// A letter has been accepted. The queue is looked at in a moment, when its visitor has been answered: dialled at once, a
    /// letter that goes out would slow its own answer down, and the time of an answer would tell it from one that is held
    /// (Welch's t was 12 over 10,000 letters).
    package func letterCame() {
        guard isWakeArranged.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else { return }
        // A task of its own, because nobody who brings a letter waits for this.
        Task {
            try? await Task.sleep(for: Self.breath)
            self.isWakeArranged.store(false, ordering: .relaxed)
            self.wake()
        }
    }

    private static let breath = Duration.milliseconds(5)
    /// Less than a letter takes on its way to a mail server.
    private static let gathering = Duration.milliseconds(3)

    /// Whether deliveries stand still because the smarthost refuses us.
    package var isBreakerOpen: Bool { state.withLock { $0.breaker.isOpen } }

    /// When that began; nil while they do not.
    package var breakerOpened: Timestamp? { state.withLock { $0.breaker.opened } }

    /// What the last attempts say against the smarthost.
    package var smarthostRecord: SmarthostRecord { state.withLock { $0.smarthost } }

    /// Since when the smarthost has refused several recipients alike and accepted nobody; nil when it has not.
    package var likeRefusalsSince: Timestamp? { state.withLock { $0.run?.began } }

    package func run() async throws {
        var leases = try await start()
        await withDiscardingTaskGroup { attempts in
            await withGracefulShutdownHandler {
                while !Task.isShuttingDownGracefully, !Task.isCancelled {
                    let pause = await runRound(&attempts, &leases, claiming: true)
                    await wakeSignal.wait(for: pause)
                    await gather()
                }
            } onGracefulShutdown: {
                self.wakeSignal.signal()
            }
            await finish(&attempts, &leases)
        }
    }

    /// Whatever this node had leased is due again: what it was doing with it ended with the process. Other nodes keep theirs.
    private func start() async throws -> NodeLeases {
        let (leases, recovered) = try await store.write { [now, node] transaction in
            let leases = try transaction.nodes.start(node, at: now())
            return (leases, try transaction.queue.recoverLeases(of: leases.node, at: now()))
        }
        if recovered > 0 {
            logger.notice(
                "dispatch: letters were under way when the relay ended, and are due again", metadata: ["count": "\(recovered)"])
        }
        return leases
    }

    /// Settles what comes in until nothing is under way, or `stopTimeout` ends. What is under way then keeps its lease, and the
    /// next start takes it up; the vault remembers what it delivered. A store that is broken takes no outcome, so there is
    /// nothing to wait for.
    private func finish(_ attempts: inout DiscardingTaskGroup, _ leases: inout NodeLeases) async {
        let began = ContinuousClock.now
        func isOver() -> Bool {
            ContinuousClock.now - began >= (isHurried.load(ordering: .relaxed) ? .seconds(1) : settings.stopTimeout)
        }
        while state.withLock({ !$0.isIdle }), !isOver() {
            _ = await runRound(&attempts, &leases, claiming: false)
            guard state.withLock({ !$0.isIdle }), store.health == .well else { break }
            await wakeSignal.wait(for: .milliseconds(100))
        }
        let left = state.withLock { $0.underWay }
        if left > 0 { logger.warning("dispatch: stopped while letters were under way", metadata: ["count": "\(left)"]) }
        attempts.cancelAll()
    }

    /// Waits a moment for more outcomes, where more are to be expected.
    private func gather() async {
        let end = ContinuousClock.now + Self.gathering
        while state.withLock({ $0.isGathering }), !Task.isShuttingDownGracefully, ContinuousClock.now < end {
            await wakeSignal.wait(for: end - .now)
        }
    }

    /// - Returns: how long nothing will be due, if no wake-up comes.
    private func runRound(
        _ attempts: inout DiscardingTaskGroup, _ leases: inout NodeLeases, claiming: Bool
    ) async -> Duration {
        let moment = now()
        let lanes = claiming && vault.answers ? vault.lanes : 0
        let plan = state.withLock { $0.plan(lanes: lanes, at: moment) }
        guard plan.isNeeded else { return pause(lanes: lanes, at: moment) }
        do {
            try await write(plan, &attempts, leases.next(), at: moment)
        } catch let error as StoreError where error.isOfTheStore {
            return standStill(plan, error)
        } catch {
            // One delivery that cannot be written must not keep the others waiting.
            logger.error("dispatch: a transaction failed and is repeated in single steps", metadata: ["error": "\(error)"])
            var steps = plan.steps[...]
            while let step = steps.popFirst() {
                do {
                    try await write(step, &attempts, leases.next(), at: moment)
                } catch let error as StoreError where error.isOfTheStore {
                    return standStill(.init(ended: step.ended + steps.flatMap(\.ended)), error)
                } catch {
                    await putAside(step, because: error, at: moment)
                }
            }
        }
        return pause(lanes: lanes, at: moment)
    }

    private func write(
        _ plan: DispatchState.Plan, _ attempts: inout DiscardingTaskGroup, _ lease: LeaseID, at moment: Timestamp
    ) async throws {
        let transaction = try makeTransaction(plan, lease, at: moment)
        let result = try await store.write { try transaction.run($0) }
        state.withLock { $0.done(plan, soonest: result.soonest, claimed: result.claimed.count, at: moment) }
        report(transaction, result)
        for delivery in result.claimed {
            attempts.addTask { await self.attempt(delivery, under: lease) }
        }
    }

    /// The outcomes are kept and settled with the next transaction; nothing is dialled before they are.
    private func standStill(_ plan: DispatchState.Plan, _ error: StoreError) -> Duration {
        if state.withLock({ $0.failed(plan, by: error) }) {
            logger.critical("dispatch: the store takes no change; deliveries stand still", metadata: ["error": "\(error)"])
        }
        return .seconds(1)
    }

    /// A step that fails by itself is a mistake of ours, and would fail for ever. Its delivery is held for a person, with the
    /// reason. What cannot even be held is left to the end of its lease.
    private func putAside(_ step: DispatchState.Plan, because error: any Error, at moment: Timestamp) async {
        let reason = "Postern could not write what became of it: \(error)"
        do {
            let held = try await store.write { transaction -> LetterID? in
                if let ended = step.ended.first {
                    let id = ended.delivery.id
                    return try transaction.queue.hold(id, under: ended.lease, because: reason, at: moment) ? id : nil
                }
                return step.claim > 0 ? try transaction.queue.holdNext(because: reason, at: moment) : nil
            }
            logger.critical(
                "dispatch: a delivery is held, since Postern could not write it",
                metadata: ["delivery": "\(held.map(String.init) ?? "none")", "error": "\(error)"])
        } catch {
            logger.critical("dispatch: a delivery could neither be written nor held", metadata: ["error": "\(error)"])
        }
        state.withLock { $0.gaveUp(step, at: moment) }
    }

    private func makeTransaction(
        _ plan: DispatchState.Plan, _ lease: LeaseID, at moment: Timestamp
    ) throws -> DispatchTransaction {
        var randomness = randomness
        let isClockTrusted = vault.isClockTrusted(at: moment)
        let isRequested = state.withLock { $0.isRequestFresh(at: moment) }
        let usual = isRequested ? settings.schedule.afterRequest : settings.schedule
        let schedule = isClockTrusted ? usual : usual.withoutEnd
        var settlements: [DispatchTransaction.Settling] = []
        var returns: [DispatchTransaction.Returning] = []
        for ended in plan.ended {
            switch ended.reply {
            case .outcome(let outcome):
                let settlement = try Settlement(
                    of: outcome, attempt: ended.delivery.tries, lostTries: ended.delivery.lostTries,
                    uncertainEnds: ended.delivery.uncertainEnds, since: ended.delivery.start, at: moment, schedule: schedule,
                    using: &randomness)
                settlements.append(.init(id: ended.delivery.id, lease: ended.lease, settlement: settlement))
            case .notTaken:
                returns.append(.init(id: ended.delivery.id, lease: ended.lease))
            }
        }
        return DispatchTransaction(
            settlements: settlements, returns: returns, recalled: plan.recalled, claim: plan.claim, lease: lease,
            leaseUntil: moment + settings.lease,
            lifetime: schedule.lifetime, checksLeases: plan.checksLeases, longestWait: settings.schedule.longestWait, now: moment)
    }

    private func attempt(_ delivery: DeliveryJob, under lease: LeaseID) async {
        let reply = await vault.deliver(delivery)
        let moment = now()
        let (before, after, isFirst, isGathering) = state.withLock { state in
            let before = (breaker: state.breaker, run: state.run)
            let isFirst = !state.isGathering
            state.ended(.init(delivery: delivery, lease: lease, reply: reply), at: moment)
            return (before, (breaker: state.breaker, run: state.run), isFirst, state.isGathering)
        }
        report(after.run, changedFrom: before.run)
        report(after.breaker, changedFrom: before.breaker, at: moment)
        // Between the first that is gathered and the last, nobody need get up.
        if isFirst || !isGathering { wakeSignal.signal() }
    }

    private func pause(lanes: Int, at moment: Timestamp) -> Duration {
        // A second at most, because leases run out and clocks are set; less while the vault is away.
        let longest: Duration = lanes > 0 ? .seconds(1) : .milliseconds(100)
        guard let next = state.withLock({ $0.nextChance(lanes: lanes, at: moment) }) else { return longest }
        return min(longest, max(next.since(moment), .milliseconds(1)))
    }

    private func report(_ transaction: DispatchTransaction, _ result: DispatchTransaction.Result) {
        for (settling, settled) in zip(transaction.settlements, result.settled) { report(settling, settled) }
        if result.recalled > 0 {
            logger.warning(
                "dispatch: letters that were refused before the others are held, and not failed",
                metadata: ["count": "\(result.recalled)"])
        }
        if result.recovered > 0 {
            logger.notice(
                "dispatch: the clock was set back; what was due by the old one is due now",
                metadata: ["count": "\(result.recovered)"])
        }
        if result.expiredLeases > 0 {
            logger.warning("dispatch: leases ran out", metadata: ["count": "\(result.expiredLeases)"])
        }
    }
}

extension Dispatcher {
    /// One line when a run of like refusals begins and one when it is over.
    private func report(_ run: RefusalRuns.Run?, changedFrom before: RefusalRuns.Run?) {
        switch (before, run) {
        case (nil, let run?):
            logger.error(
                "dispatch: the smarthost refuses one recipient after another in the same way, so this may be about us; letters are held",
                metadata: [
                    "recipients": "\(RefusalRuns.threshold)", "stage": "\(run.likeness.stage.rawValue)",
                    "code": "\(run.likeness.code ?? 0)", "enhanced": "\(run.likeness.enhanced ?? "none")",
                ])
        case (_?, nil): logger.notice("dispatch: the smarthost has accepted a letter after the like refusals")
        default: break
        }
    }

    /// One line when the breaker opens and one when it closes, however many probes fail in between.
    private func report(_ breaker: Breaker, changedFrom before: Breaker, at moment: Timestamp) {
        switch (before.isOpen, breaker.isOpen) {
        case (false, true):
            logger.warning(
                "dispatch: the smarthost refuses us; letters wait, and one at a time is tried",
                metadata: ["troubles": "\(Breaker.threshold)", "next_try_seconds": "\(Breaker.firstWait.components.seconds)"])
        case (true, false):
            let seconds = before.opened.map { moment.since($0).components.seconds } ?? 0
            logger.notice("dispatch: the smarthost takes letters again", metadata: ["seconds": "\(seconds)"])
        default: break
        }
    }

    private func report(_ settling: DispatchTransaction.Settling, _ settled: SettlementResult) {
        let outcome = settling.settlement.outcome
        var metadata: Logger.Metadata = [
            "delivery": "\(settling.id)", "outcome": "\(outcome.kind.rawValue)", "stage": "\(outcome.diagnosis.stage.rawValue)",
            "code": "\(outcome.diagnosis.code ?? 0)",
        ]
        // Redacted where it was read.
        if outcome.kind != .delivered { metadata["reason"] = "\(outcome.diagnosis.reason)" }
        switch settled {
        case .tooLate:
            logger.warning("dispatch: an outcome came after its lease and was dropped", metadata: metadata)
            return
        case .writtenLate:
            logger.warning("dispatch: a letter was delivered after its lease, and is not sent again", metadata: metadata)
        case .written: break
        }
        Counter(label: Metric.deliveries.rawValue, dimensions: [("outcome", outcome.kind.rawValue)]).increment()
        let level: Logger.Level =
            switch outcome.kind {
            // Muted, it ends as its recipient wants it.
            case .delivered, .muted: .debug
            case .deferred, .failed: .info
            // Held, it waits for a person.
            case .uncertain: settling.settlement.state == .held ? .error : .warning
            case .ourFault: .error
            }
        metadata["state"] = "\(settling.settlement.state.rawValue)"
        if outcome.isUncertainEnd, let reason = settling.settlement.reason { metadata["reason"] = "\(reason)" }
        if let cause = outcome.cause { metadata["cause"] = "\(cause.rawValue)" }
        logger.log(level: level, "dispatch: an attempt ended", metadata: metadata)
    }
}
