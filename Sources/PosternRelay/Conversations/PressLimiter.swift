internal import PosternCore
private import Synchronization

/// Slows down somebody who keeps pressing the buttons of one conversation: each press that changes something is a commit and a trace. Nobody
/// is locked out: after thirty presses each further one waits, twice as long as the one before, and after an hour of peace none does.
final class PressLimiter: Sendable {
    private let throttle = Mutex(AttemptThrottle<LetterID>(freeAttempts: 30, longest: .minutes(15)))

    /// Counts one press.
    /// - Throws: `PressedTooOften`, when it must wait.
    func count(_ conversation: LetterID, at now: Timestamp) throws(PressedTooOften) {
        let wait = throttle.withLock { throttle -> Duration? in
            if let wait = throttle.wait(for: conversation, at: now) { return wait }
            throttle.begin(conversation, at: now)
            return nil
        }
        if let wait { throw PressedTooOften(retryAfter: wait) }
    }
}

/// The button can be pressed again after that time; what it changes is as it was.
package struct PressedTooOften: Error, Equatable, Sendable {
    package let retryAfter: Duration

    package init(retryAfter: Duration) { self.retryAfter = retryAfter }
}
