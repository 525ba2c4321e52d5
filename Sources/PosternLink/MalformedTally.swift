private import PosternCore
private import Synchronization

/// Counts the connections that were closed because of malformed frames, on all sockets of a process together.
package final class MalformedTally: Sendable {
    private let number = Atomic<Int>(0)
    private let throttle = Mutex(LogThrottle(interval: .seconds(1)))
    private let start = ContinuousClock.now

    package init() {}

    /// How many there have been since the process started.
    package var count: Int { number.load(ordering: .relaxed) }

    func add() {
        number.add(1, ordering: .relaxed)
    }

    /// Whether a line about such a connection may be logged now.
    /// - Returns: how many lines were left out since the last; nil when this one must be left out too.
    func mayLog() -> Int? {
        throttle.withLock { $0.admit(at: ContinuousClock.now - start) }
    }
}
