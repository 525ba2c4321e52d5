/// When what has served its time was removed last. The privacy statement promises that it is.
package struct PurgeFacts: Sendable {
    package let now: Timestamp
    /// Nil when never.
    package let last: Timestamp?
    package let isRunning: Bool

    package init(now: Timestamp, last: Timestamp?, isRunning: Bool) {
        (self.now, self.last, self.isRunning) = (now, last, isRunning)
    }

    package var findings: [Finding] {
        let start: Remedy = "Start the service: it purges at once, and then every hour."
        let look: Remedy = "Look into the relay's log for “retention”, mend what it names, and restart the service."
        guard let last else {
            return [
                isRunning
                    ? .warn(.lastPurge, "never, though the relay runs; it purges right after its start", look)
                    : .warn(.lastPurge, "never: this installation has not been started yet", start)
            ]
        }
        let age = now.since(last)
        let found = "\(age.inWords) ago, at \(last.rfc3339)"
        switch (isRunning, age) {
        case (true, let age) where age > .days(1):
            return [.fail(.lastPurge, "\(found): what has served its time is kept longer than the privacy statement says", look)]
        case (true, let age) where age > .hours(2): return [.warn(.lastPurge, "\(found), though it is due every hour", look)]
        case (false, let age) where age > .days(1):
            return [.warn(.lastPurge, "\(found): nothing is purged while nothing runs", start)]
        default: return [.ok(.lastPurge, found)]
        }
    }
}
