package import PosternCore

/// What the last transfers were like, so that a letter which is not sent, since its visitor is muted, ends when it might have been
/// delivered: after as long, and not while nobody's letter arrives. Pure; its owner guards it.
package struct LastTransfers: Sendable {
    /// How long the last successful ones took, the newest at the end.
    private var durations: [Duration] = []
    /// When a transfer last failed for the smarthost's or our fault; nil once it was reached since.
    private var troubled: Timestamp?

    /// How many durations are remembered.
    package static let memory = 48
    /// Where none is remembered: about what a new connection with TLS and a login takes.
    package static let usual = Duration.milliseconds(400)
    /// While the breaker is open, somebody's letter fails at least this often: it waits ten minutes at most, and then a try takes its
    /// time.
    package static let shortestSilence = Duration.minutes(12)

    package init() {}

    /// - Parameter duration: from the moment when it could be sent, with the wait for a lane.
    package mutating func note(_ outcome: Outcome, after duration: Duration, at now: Timestamp) {
        switch outcome.health {
        case .unknown: return
        case .trouble: troubled = now
        case .reached: troubled = nil
        }
        guard outcome.kind == .delivered else { return }
        durations.append(duration)
        if durations.count > Self.memory { durations.removeFirst() }
    }

    /// As long as one of the last successful transfers took.
    package func duration(using randomness: inout some RandomNumberGenerator) -> Duration {
        durations.randomElement(using: &randomness) ?? Self.usual
    }

    /// Whether other letters wait for the smarthost, as far as is known. If one of them were tried as often as this one, it would have
    /// failed since this one's last try, or not long before: when nothing has failed for longer than that, the smarthost counts as
    /// reached again, since nobody else may ever write.
    /// - Parameter tries: the number of this try, as `DeliveryJob.tries` counts them.
    package func isAway(at now: Timestamp, tries: Int, schedule: RetrySchedule = .standard) -> Bool {
        guard let troubled else { return false }
        let silence = now.since(troubled)
        // A clock that was set back must not keep the letter until it has caught up.
        guard silence >= .zero, tries > 1 else { return silence >= .zero && silence < schedule.longestWait }
        let wait = schedule.waits[min(tries - 1, schedule.waits.count) - 1]
        let longest = Duration.milliseconds(Int64(Double(wait.milliseconds) * (1 + schedule.jitter)))
        return silence < max(longest + .minutes(2), Self.shortestSilence)
    }
}
