/// The time limits of one connection as a pure state machine. `ConnectionGuard` feeds it and does what it says.
///
/// Hummingbird has only an idle time-out, and every chunk of a body renews it: a client that keeps sending single bytes
/// would hold its connection for ever. Nothing renews these limits.
package struct ConnectionClock: ~Copyable {
    private enum State {
        /// Between requests, or while an answer is being made. → head, lingering, overdue
        case resting
        /// Bytes came, but no whole head. → body, lingering, overdue
        case head(until: ContinuousClock.Instant)
        /// The head is whole, the body is not. → resting, lingering, overdue
        case body(until: ContinuousClock.Instant)
        /// The last answer is sent, or the body's time is over. What still arrives is thrown away. → overdue
        case lingering(until: ContinuousClock.Instant)
        /// Terminal.
        case overdue
    }

    package enum Reaction: Equatable {
        case nothing
        /// The body's time is over. Tell the handler that reads it, so that it answers 408.
        case failBody
        case close
    }

    private let limits: WebLimits
    private var state: State
    /// Most connections of the listener are taken: heads and bodies that begin now have less time.
    package var isCrowded = false
    /// Set while the client reads more slowly than we write: when it must have caught up.
    private var fetching: ContinuousClock.Instant?

    package init(limits: WebLimits, isCrowded: Bool = false, openedAt now: ContinuousClock.Instant) {
        self.limits = limits
        self.isCrowded = isCrowded
        state = .head(until: now + (isCrowded ? limits.crowdedHead : limits.head))
    }

    /// When to call `timeCame`. Nil while nothing is due.
    package var deadline: ContinuousClock.Instant? {
        switch state {
        case .overdue: nil
        case .resting: fetching
        case .head(let until), .body(let until), .lingering(let until): min(until, fetching ?? until)
        }
    }

    package var isLingering: Bool {
        if case .lingering = state { true } else { false }
    }

    package mutating func bytesArrived(at now: ContinuousClock.Instant) {
        if case .resting = state { state = .head(until: now + (isCrowded ? limits.crowdedHead : limits.head)) }
    }

    /// - Parameter isOversized: whether the head announces a larger body than we take.
    package mutating func headEnded(at now: ContinuousClock.Instant, isOversized: Bool = false) {
        switch state {
        case .resting, .head:
            let time = isCrowded ? limits.crowdedBody : limits.body
            state = .body(until: now + (isOversized ? min(limits.oversized, time) : time))
        case .body, .lingering, .overdue: break
        }
    }

    package mutating func requestEnded() {
        if case .body = state { state = .resting }
    }

    /// Whether the channel is writable. It is not while too much of an answer waits for the client to read it.
    ///
    /// Hummingbird's idle time-out looks at incoming bytes only, so it misses a client that sends requests and reads nothing.
    /// From `false` to `true` some 32 KiB must go out, which the slowest phone manages in a second or two.
    package mutating func writing(isPossible: Bool, at now: ContinuousClock.Instant) {
        fetching = isPossible ? nil : fetching ?? now + limits.fetch
    }

    /// The last byte of an answer that closes the connection was written.
    package mutating func closingAnswerEnded(at now: ContinuousClock.Instant) {
        if case .overdue = state { return }
        state = .lingering(until: now + limits.lingering)
    }

    /// Call it when `deadline` has come. Harmless when called early.
    package mutating func timeCame(at now: ContinuousClock.Instant) -> Reaction {
        guard let deadline, now >= deadline else { return .nothing }
        if let fetching, now >= fetching {
            state = .overdue
            return .close
        }
        switch state {
        case .body:
            // Leaves time for the answer, but a handler that never answers must not keep the connection.
            state = .lingering(until: now + limits.lingering)
            return .failBody
        case .head, .lingering:
            state = .overdue
            return .close
        case .resting, .overdue:
            return .nothing
        }
    }
}
