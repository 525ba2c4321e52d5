package import PosternCore

/// Stops dialling a smarthost that refuses us, and tries single letters until it works again.
///
/// Five troubles in a row open the breaker, or one run of like refusals. After 30 s one letter goes out as a probe; each failed probe
/// doubles the wait, up to 10 min. A refusal that is about one recipient never counts, because the smarthost was reached.
package struct Breaker: Equatable, Sendable {
    package enum Allowance: Equatable, Sendable {
        case everything
        /// One letter, to find out.
        case probe
        case nothing(until: Timestamp)
    }

    private enum State: Equatable, Sendable {
        /// → closed, open
        case closed(troubles: Int)
        /// → probing, once `until` is reached
        case open(until: Timestamp, wait: Duration)
        /// → closed, open. Waits for the outcome until `deadline`: a probe whose outcome never comes must not keep the queue shut.
        case probing(wait: Duration, deadline: Timestamp)
    }

    private var state = State.closed(troubles: 0)
    /// When it opened; nil while it is closed.
    package private(set) var opened: Timestamp?

    package static let threshold = 5
    package static let firstWait = Duration.seconds(30)
    package static let longestWait = Duration.minutes(10)
    /// Longer than any attempt can take.
    package static let probeTimeout = Duration.minutes(20)
    /// A probe that has no outcome by then hangs: a person who asks does not wait for it.
    package static let usualProbe = Duration.minutes(2)

    package init() {}

    package var isOpen: Bool {
        if case .closed = state { false } else { true }
    }

    /// What may be dialled at `now`. Asking changes nothing; the probe begins with `probeBegan`.
    package func allowance(at now: Timestamp) -> Allowance {
        switch state {
        case .closed: .everything
        case .open(let until, let wait):
            // A clock that was set back must not keep it open longer than one wait.
            now >= until || until.since(now) > wait ? .probe : .nothing(until: until)
        case .probing(_, let deadline):
            now >= deadline || deadline.since(now) > Self.probeTimeout ? .probe : .nothing(until: deadline)
        }
    }

    /// A letter goes out as the probe.
    package mutating func probeBegan(at now: Timestamp) {
        switch state {
        case .closed: break
        case .open(_, let wait), .probing(let wait, _): state = .probing(wait: wait, deadline: now + Self.probeTimeout)
        }
    }

    /// A person says that the smarthost is back: the next letter is the probe, and if it fails the waits begin again.
    package mutating func probeSoon(at now: Timestamp) {
        switch state {
        case .closed: break
        case .open: state = .open(until: now, wait: Self.firstWait)
        case .probing(_, let deadline):
            let isHanging = deadline.since(now) <= Self.probeTimeout - Self.usualProbe
            if isHanging { state = .open(until: now, wait: Self.firstWait) }
        }
    }

    /// Opens it at once, whatever was counted.
    package mutating func trip(at now: Timestamp) {
        if case .closed = state { state = .closed(troubles: Self.threshold - 1) }
        record(.trouble, at: now)
    }

    package mutating func record(_ health: Outcome.SmarthostHealth, at now: Timestamp) {
        switch (health, state) {
        case (.unknown, .probing(let wait, _)):
            // The probe never dialled, so nothing was learned: the next letter is the probe.
            state = .open(until: now, wait: wait)
        case (.unknown, _):
            break
        case (.reached, _):
            state = .closed(troubles: 0)
            opened = nil
        case (.trouble, .closed(let troubles)) where troubles + 1 < Self.threshold:
            state = .closed(troubles: troubles + 1)
        case (.trouble, .closed):
            state = .open(until: now + Self.firstWait, wait: Self.firstWait)
            opened = now
        case (.trouble, .probing(let wait, _)):
            let longer = min(wait * 2, Self.longestWait)
            state = .open(until: now + longer, wait: longer)
        case (.trouble, .open):
            break  // An attempt that was under way when it opened.
        }
    }
}
