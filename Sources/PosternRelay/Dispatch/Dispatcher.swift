package import Logging
private import Metrics
package import PosternCore
package import PosternStore
internal import ServiceLifecycle
private import Synchronization

/// Takes letters from the queue to the vault and writes down what became of them.
///
/// Each transaction is one transaction: outcomes that have come in are settled, and as many letters are claimed as lanes have come
/// free. So a lane is used again only after its outcome is durable (A7), and a crash can repeat no more letters than
/// there are lanes (A4). A wake-up is a hint; losing one costs time and nothing else.
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
    private let vault: VaultLink
    private let settings: Settings
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let wakeSignal = WakeSignal()
    private let state = Mutex(DispatchState())
    private let isLookArranged = Atomic(false)

    package init(
        store: any Database, vault: VaultLink, settings: Settings = Settings(), logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        (self.store, self.vault, self.settings) = (store, vault, settings)
        (self.logger, self.now) = (logger, now)
    }

    /// Something may be due.
    package func wake() {
        state.withLock { $0.woken() }
        wakeSignal.signal()
    }

    /// A letter has been accepted. The queue is looked at in a moment, when its visitor has been answered: dialled at once, a
    /// letter that goes out would slow its own answer down, and the time of an answer would tell it from one that is held
    /// (P7; Welch's t was 12 over 10,000 letters).
    package func letterCame() {
        guard isLookArranged.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else { return }
        // A task of its own, because whoever brings a letter does not wait for this.
        Task {
            try? await Task.sleep(for: Self.breath)
            self.isLookArranged.store(false, ordering: .relaxed)
            self.wake()
        }
    }

    private static let breath = Duration.milliseconds(5)

    /// Whether deliveries stand still because the smarthost refuses us.
    package var isBreakerOpen: Bool { state.withLock { $0.breaker.isOpen } }

    package func run() async throws {
        let recovered = try await store.write { [now] in try $0.queue.recoverLeases(at: now()) }
        if recovered > 0 {
            logger.notice(
                "dispatch: letters were under way when the relay ended, and are due again", metadata: ["count": "\(recovered)"])
        }
        await withDiscardingTaskGroup { attempts in
            await withGracefulShutdownHandler {
                while !Task.isShuttingDownGracefully, !Task.isCancelled {
                    let pause = await runTransaction(&attempts, claiming: true)
                    await wakeSignal.wait(for: pause)
                }
            } onGracefulShutdown: {
                self.wakeSignal.signal()
            }
            await finish(&attempts)
        }
    }

    /// Settles what comes in until nothing is under way, or stopTimeout ends. What is under way then keeps its lease, and the
    /// next relay takes it up; the vault remembers what it delivered. A store that is broken takes no outcome, and there is
    /// nothing to wait for.
    private func finish(_ attempts: inout DiscardingTaskGroup) async {
        let deadline = ContinuousClock.now + settings.stopTimeout
        while state.withLock({ !$0.isIdle }), ContinuousClock.now < deadline {
            _ = await runTransaction(&attempts, claiming: false)
            guard state.withLock({ !$0.isIdle }), store.health == .well else { break }
            await wakeSignal.wait(for: .milliseconds(100))
        }
        let left = state.withLock { $0.underWay }
        if left > 0 { logger.warning("dispatch: stopped while letters were under way", metadata: ["count": "\(left)"]) }
        attempts.cancelAll()
    }

    /// - Returns: how long nothing will be due, if no wakeSignal rings.
    private func runTransaction(_ attempts: inout DiscardingTaskGroup, claiming: Bool) async -> Duration {
        let moment = now()
        let lanes = claiming && vault.answers ? vault.lanes : 0
        let plan = state.withLock { $0.plan(lanes: lanes, at: moment) }
        guard plan.isNeeded else { return pause(lanes: lanes, at: moment) }
        do {
            let transaction = try makeTransaction(plan, at: moment)
            let result = try await store.write { try transaction.run($0) }
            state.withLock { $0.done(plan, soonest: result.soonest, claimed: result.claimed.count, at: moment) }
            report(transaction, result)
            for delivery in result.claimed {
                attempts.addTask { await self.attempt(delivery, under: transaction.lease) }
            }
            return pause(lanes: lanes, at: moment)
        } catch {
            // The outcomes are kept and settled with the next transaction; nothing is dialled before they are.
            state.withLock { $0.failed(plan) }
            logger.critical("dispatch: the store failed; deliveries stand still", metadata: ["error": "\(error)"])
            return .seconds(1)
        }
    }

    private func makeTransaction(_ plan: DispatchState.Plan, at moment: Timestamp) throws -> DispatchTransaction {
        var randomness = SystemRandomNumberGenerator()
        var settlements: [DispatchTransaction.Settling] = []
        var returns: [DispatchTransaction.Returning] = []
        for ended in plan.ended {
            switch ended.reply {
            case .outcome(let outcome):
                let settlement = try Settlement(
                    of: outcome, attempt: ended.delivery.attempt, accepted: ended.delivery.accepted, at: moment,
                    schedule: settings.schedule, using: &randomness)
                settlements.append(.init(id: ended.delivery.id, lease: ended.lease, settlement: settlement))
            case .notTaken:
                returns.append(.init(id: ended.delivery.id, lease: ended.lease))
            }
        }
        return DispatchTransaction(
            settlements: settlements, returns: returns, claim: plan.claim, lease: LeaseID(at: moment, using: &randomness),
            leaseUntil: moment + settings.lease, lifetime: settings.schedule.lifetime,
            isLook: plan.isLook, longestWait: settings.schedule.longestWait, now: moment)
    }

    private func attempt(_ delivery: DeliveryJob, under lease: LeaseID) async {
        let reply = await vault.deliver(delivery)
        let moment = now()
        state.withLock { $0.ended(.init(delivery: delivery, lease: lease, reply: reply), at: moment) }
        wakeSignal.signal()
    }

    private func pause(lanes: Int, at moment: Timestamp) -> Duration {
        // A second at most, because leases run out and clocks are set; less while the vault is away.
        let longest: Duration = lanes > 0 ? .seconds(1) : .milliseconds(100)
        guard let next = state.withLock({ $0.nextChance(lanes: lanes, at: moment) }) else { return longest }
        return min(longest, max(next.since(moment), .milliseconds(1)))
    }

    private func report(_ transaction: DispatchTransaction, _ result: DispatchTransaction.Result) {
        for late in result.late {
            logger.warning("dispatch: an outcome came after its lease and was dropped", metadata: ["delivery": "\(late)"])
        }
        for settling in transaction.settlements {
            let outcome = settling.settlement.outcome
            Counter(label: Metric.deliveries.rawValue, dimensions: [("outcome", outcome.kind.rawValue)]).increment()
            let level: Logger.Level =
                switch outcome.kind {
                case .delivered: .debug
                case .deferred, .failed: .info
                case .uncertain: .warning
                case .ourFault: .error
                }
            logger.log(
                level: level, "dispatch: an attempt ended",
                metadata: [
                    "delivery": "\(settling.id)", "outcome": "\(outcome.kind.rawValue)",
                    "state": "\(settling.settlement.state.rawValue)",
                    "stage": "\(outcome.evidence.stage.rawValue)", "code": "\(outcome.evidence.code ?? 0)",
                ])
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
