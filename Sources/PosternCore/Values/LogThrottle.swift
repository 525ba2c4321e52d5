/// Lets one line through each interval, and counts what it keeps back, so that nobody can fill a log by causing lines.
package struct LogThrottle: Sendable {
    private let interval: Duration
    private var last: Duration?
    private var unsaid = 0

    package init(interval: Duration) {
        self.interval = interval
    }

    /// - Parameter moment: by a clock that is never set.
    /// - Returns: how many were kept back since the last line; nil when this one is kept back too.
    package mutating func admit(at moment: Duration) -> Int? {
        if let last, moment - last < interval {
            unsaid += 1
            return nil
        }
        defer { (last, unsaid) = (moment, 0) }
        return unsaid
    }
}
