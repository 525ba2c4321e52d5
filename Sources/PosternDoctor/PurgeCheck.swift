package import PosternCore

/// When data past its retention was last removed. The privacy statement promises that it is.
package enum PurgeCheck {
    /// - Parameter last: nil when never.
    package static func findings(last: Timestamp?, isRunning: Bool, now: Timestamp) -> [Finding] {
        let start: Remedy = "Start the service: it purges at once, and then every hour."
        let look: Remedy = "Search the relay's log for “retention”, fix what it names, and restart the service."
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
            return [.fail(.lastPurge, "\(found): data is kept longer than the privacy statement says", look)]
        case (true, let age) where age > .hours(2): return [.warn(.lastPurge, "\(found), though it is due every hour", look)]
        case (false, let age) where age > .days(1):
            return [.warn(.lastPurge, "\(found): nothing is purged while nothing runs", start)]
        default: return [.ok(.lastPurge, found)]
        }
    }
}
