package import PosternCore

/// How many lanes may have a connection. A smarthost that turns one away gets fewer at once, and after a while one more is tried,
/// again and again: what it allows is written nowhere and changes. Pure; its owner guards it.
package struct LaneLimit: Equatable, Sendable {
    /// How many lanes there are.
    package let most: Int
    package private(set) var allowed: Int
    /// When one more may be tried; nil while all are allowed.
    package private(set) var nextTrial: Timestamp?
    /// How long after the last change. Doubled each time that the one more is turned away, halved when it is taken.
    private var wait = Self.firstWait
    /// The last change was one more, and it has not been turned away.
    private var isTrial = false
    /// The last connection of all was turned away: the smarthost is away, and what was learnt meanwhile is not about a limit.
    private var isAway = false

    package static let firstWait = Duration.minutes(1)
    package static let longestWait = Duration.minutes(16)

    package init(most: Int) {
        self.most = most
        allowed = most
    }

    /// A connection was turned away.
    /// - Parameter others: how many lanes have one, or are about to.
    package mutating func turnedAway(others: Int, at now: Timestamp) {
        guard others > 0 else {
            isAway = true
            return
        }
        allowed = max(1, min(allowed, others))
        if isTrial { wait = min(wait * 2, Self.longestWait) }
        isTrial = false
        nextTrial = now + wait
    }

    /// A connection has carried a letter.
    package mutating func worked() {
        guard isAway else { return }
        self = LaneLimit(most: most)
    }

    /// Allows one more, if it is time.
    /// - Returns: whether it did.
    package mutating func tryOneMore(at now: Timestamp) -> Bool {
        // A clock that was set back must not make the wait longer than the longest.
        guard let due = nextTrial, now >= due || due.since(now) > Self.longestWait else { return false }
        if isTrial { wait = max(wait / 2, Self.firstWait) }
        allowed += 1
        isTrial = true
        nextTrial = allowed < most ? now + wait : nil
        return true
    }
}
