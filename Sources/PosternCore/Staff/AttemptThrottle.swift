/// Slows down those who try again and again, and locks nobody out: after a few free attempts each further one must wait, twice as
/// long as the one before, up to a longest time.
///
/// An attempt counts when it begins, so that many at once count as many, and is forgotten when one succeeds.
package struct AttemptThrottle<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        var attempts = 0
        var free: Timestamp
    }

    private let freeAttempts: Int
    private let first, longest: Duration
    private let most: Int
    private var entries: [Key: Entry] = [:]

    /// - Parameters:
    ///   - first: how long the first attempt that is not free has to wait.
    ///   - most: how many keys are remembered. When there are more, those that wait for nothing are forgotten.
    package init(freeAttempts: Int, first: Duration = .seconds(1), longest: Duration, most: Int = 16_384) {
        self.freeAttempts = freeAttempts
        self.first = first
        self.longest = longest
        self.most = most
    }

    /// How long the next attempt has to wait; nil for not at all.
    package func wait(for key: Key, at now: Timestamp) -> Duration? {
        guard let entry = entries[key], now < entry.free else { return nil }
        // A clock that was set back keeps nobody waiting for longer than the rule says.
        return min(entry.free.since(now), longest)
    }

    /// Counts an attempt that may begin now.
    package mutating func begin(_ key: Key, at now: Timestamp) {
        if entries[key] == nil, entries.count >= most {
            entries = entries.filter { now < $0.value.free }
            // All of them wait: nobody remembers more than this, and each of them has begun again.
            if entries.count >= most { entries = [:] }
        }
        var entry = entries[key] ?? Entry(free: now)
        // An hour of peace, and it is as if nothing had been.
        if now.since(entry.free) > .hours(1) { entry.attempts = 0 }
        entry.attempts += 1
        let excess = entry.attempts - freeAttempts
        entry.free = excess < 0 ? now : now + min(first * (1 << min(excess, 20)), longest)
        entries[key] = entry
    }

    package mutating func succeeded(_ key: Key) {
        entries[key] = nil
    }
}
