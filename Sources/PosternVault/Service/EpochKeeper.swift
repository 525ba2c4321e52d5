package import Logging
package import PosternCore
internal import ServiceLifecycle

/// Makes epoch keys ahead of midnight and destroys those whose retention is over, at start and every minute: a machine
/// that slept through midnight has its keys a minute after it wakes, and the relay seals to tomorrow's in between.
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
        (self.ring, self.opener, self.retention, self.now, self.logger) = (ring, opener, retention, now, logger)
    }

    /// Once.
    /// - Throws: when a key cannot be written or destroyed.
    package func keep() throws {
        let plan = try ring.keepEpochs(now: now(), retention: retention)
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
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(60))
                do {
                    try keep()
                } catch {
                    // Tried again in a minute; until tomorrow's keys are needed nothing stands still.
                    logger.critical("keys: could not be kept up", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
