package import Logging
package import PosternCore
internal import ServiceLifecycle

/// Makes epoch keys ahead of midnight, and destroys those whose retention is over: at start, every minute, and as soon as the
/// clock shows another day. (A clock that was set to another day may show one without keys, and without them the relay takes no
/// letter.)
package struct EpochKeeper: Service {
    private let ring: KeyRing
    private let opener: SealOpener
    private let retention: EpochPlan.Retention
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    package init(
        ring: KeyRing, opener: SealOpener, retention: EpochPlan.Retention, now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.ring = ring
        self.opener = opener
        self.retention = retention
        self.now = now
        self.logger = logger
    }

    /// Makes and destroys once.
    /// - Throws: when a key cannot be written or destroyed.
    package func keep() async throws {
        // Each key is synced, and an old one overwritten: on a busy disk that takes seconds.
        let moment = now()
        let plan = try await blocking("postern.keys") { try ring.keepEpochs(now: moment, retention: retention) }
        for wanted in plan.make {
            logger.info("keys: made", metadata: ["kind": "\(wanted.kind.name)", "epoch": "\(wanted.epoch)"])
        }
        for wanted in plan.destroy.sorted(by: { $0.epoch < $1.epoch }) {
            logger.notice("keys: destroyed", metadata: ["kind": "\(wanted.kind.name)", "epoch": "\(wanted.epoch)"])
        }
        if !plan.destroy.isEmpty { opener.forgetDestroyed() }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
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
}
