internal import Logging
internal import PosternCore
private import Synchronization

/// Says whose letters are turned away because a row of the store holds what Postern did not write.
///
/// That ends no outage by itself, and letters to others are taken meanwhile, so it is no matter of `OutageLog`: it would say after each of
/// theirs that letters are taken again.
final class UnreadableRowLog: Sendable {
    private let logger: Logger
    /// A line for each letter would bury everything else.
    private let throttle = Mutex(LogThrottle(interval: .minutes(1)))

    init(logger: Logger) {
        self.logger = logger
    }

    /// - Parameter pending: a letter to a name that was checked, or to none.
    func note(_ column: String, _ pending: PendingSubmission) {
        let moment = Duration.milliseconds(pending.at.milliseconds)
        guard let unsaid = throttle.withLock({ $0.admit(at: moment) }) else { return }
        logger.error(
            "intake: a letter cannot be taken: somebody has changed a row of the store; mend the row, or restore a backup",
            metadata: [
                "site": "\(pending.site?.text ?? "")", "handle": "\((pending.recipient?.handle ?? pending.handle)?.text ?? "")",
                "column": "\(column)", "since-last-line": "\(unsaid)",
            ])
    }
}
