package import Logging
package import PosternCore
package import PosternStore
internal import ServiceLifecycle
private import Synchronization

/// Looks once a second at what could be the matter, keeps what it finds for everybody who asks, and tells the log.
package final class HealthMonitor: HealthSource, Service {
    /// What the process that runs this has found out at its start, or sees beside it.
    package struct Surroundings: Sendable {
        let cageGaps: [String]
        let heldLifetime: Duration
        let refusedCalls: @Sendable () -> HealthFacts.RefusedCallCount

        package init(
            cageGaps: [String], heldLifetime: Duration, refusedCalls: @escaping @Sendable () -> HealthFacts.RefusedCallCount
        ) {
            self.cageGaps = cageGaps
            self.heldLifetime = heldLifetime
            self.refusedCalls = refusedCalls
        }
    }

    private let readiness: any ReadinessSource
    private let store: any Database
    private let vault: VaultLink
    private let dispatcher: Dispatcher
    private let forwarding: ForwardingWatch
    private let seals: SealUpkeep
    private let surroundings: Surroundings
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let found = Mutex<[HealthCondition]>([])

    private static let interval = Duration.seconds(1)
    /// A look at the queue may take a second where ten million letters have been delivered: at most a twentieth of the time.
    private static let rest = 20
    private static let patience = Duration.seconds(2)

    package init(
        readiness: any ReadinessSource, store: any Database, vault: VaultLink, dispatcher: Dispatcher,
        forwarding: ForwardingWatch, seals: SealUpkeep,
        surroundings: Surroundings, logger: Logger, now: @escaping @Sendable () -> Timestamp
    ) {
        self.readiness = readiness
        self.store = store
        self.vault = vault
        self.dispatcher = dispatcher
        self.forwarding = forwarding
        self.seals = seals
        self.surroundings = surroundings
        self.logger = logger
        self.now = now
    }

    package var conditions: [HealthCondition] { found.withLock { $0 } }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var log = HealthLog()
            var (queue, nextLook) = (QueueHealth?.none, ContinuousClock.now)
            let (start, startedAt) = (ContinuousClock.now, self.now())
            while !Task.isCancelled {
                if ContinuousClock.now >= nextLook {
                    let began = ContinuousClock.now
                    queue = await self.queueHealth() ?? queue
                    nextLook = .now + (.now - began) * Self.rest
                }
                // Until the vault has answered once, the relay is starting, and everything is simply not there yet.
                if self.vault.hasAnswered || ContinuousClock.now - start > .seconds(10) {
                    let conditions = await self.facts(queue, since: startedAt, uptime: .now - start).conditions
                    self.found.withLock { $0 = conditions }
                    for event in log.take(conditions, at: .now - start) { self.tell(event) }
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Nil when the store does not say within two seconds. A task of its own, since it belongs to nobody who waits.
    private func queueHealth() async -> QueueHealth? {
        let moment = now()
        let look = Task { [store] in try? await store.read { try QueueHealth($0, at: moment) } }
        return await look.value(within: Self.patience) ?? nil
    }

    /// - Parameter start: when this began to look.
    private func facts(_ queue: QueueHealth?, since start: Timestamp, uptime: Duration) async -> HealthFacts {
        let readiness = await readiness.readiness()
        let moment = now()
        var facts = HealthFacts(now: moment)
        facts.uptime = uptime
        facts.faults = readiness.faults
        let smarthost = dispatcher.smarthostRecord
        facts.troubles = smarthost.troubles(at: moment)
        facts.lastProgress = max(start, smarthost.lastAttempt ?? start)
        facts.breakerOpened = dispatcher.breakerOpened
        facts.queue = queue
        facts.heldLifetime = surroundings.heldLifetime
        facts.isClockTrusted = vault.isVaultClockTrusted
        facts.isSecretsCopyBehind = vault.isSecretsCopyBehind
        facts.seals = seals.standing
        facts.forwarding = forwarding.finding(at: moment)
        facts.cageGaps = surroundings.cageGaps
        facts.refusedCalls = surroundings.refusedCalls()
        return facts
    }

    private func tell(_ event: HealthLog.Event) {
        switch event {
        case .began(let condition):
            logger.warning("health: something is the matter", metadata: metadata(condition))
        case .lasts(let condition, let span):
            var metadata = metadata(condition)
            metadata["lasts"] = "\(span.inWords)"
            logger.warning("health: it is still the matter", metadata: metadata)
        case .ended(let condition, let span):
            logger.info(
                "health: it is no longer the matter",
                metadata: ["condition": "\(condition.id.rawValue)", "lasted": "\(span.inWords)"])
        }
    }

    private func metadata(_ condition: HealthCondition) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "condition": "\(condition.id.rawValue)", "severity": "\(condition.severity.rawValue)",
            "matter": "\(condition.matter)", "meaning": "\(condition.meaning)", "remedy": "\(condition.remedy)",
        ]
        if let count = condition.count { metadata["count"] = "\(count)" }
        return metadata
    }
}
