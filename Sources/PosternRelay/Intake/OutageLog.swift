internal import Logging
private import Synchronization

/// Logs once when something stops working, and once when it works again, with the number of letters affected. A line for each
/// letter would bury everything else, and a full disk has no room for it.
final class OutageLog: Sendable {
    private struct State {
        var reasons: Set<String> = []
        var count = 0
    }

    private let logger: Logger
    private let began: String
    private let ended: String
    private let state = Mutex(State())

    /// An outage has a few reasons at most. An error text that differs every time must not be logged every time.
    private static let mostReasons = 8

    init(logger: Logger, began: String, ended: String) {
        self.logger = logger
        self.began = began
        self.ended = ended
    }

    /// - Parameter count: how many letters this failure affected.
    func failed(_ error: any Error, count: Int = 1) {
        let reason = "\(error)"
        let isNew = state.withLock { state in
            state.count += count
            return state.reasons.count < Self.mostReasons && state.reasons.insert(reason).inserted
        }
        if isNew { logger.error("\(began)", metadata: ["reason": "\(reason)"]) }
    }

    func works() {
        let count = state.withLock { state in
            defer { if state.count > 0 { state = State() } }
            return state.count
        }
        if count > 0 { logger.notice("\(ended)", metadata: ["count": "\(count)"]) }
    }
}
