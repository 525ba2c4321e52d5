/// When a deferred letter is tried again: 0, +1 m, +5 m, +15 m, +30 m, +1 h, +2 h, +4 h, then every 4 h, up to 5 days after
/// acceptance or release (RFC 5321 §4.5.4.1 asks for at least 4–5). Each wait varies by ±20 %, so that letters deferred together are not
/// tried again together.
package struct RetrySchedule: Sendable {
    package let waits: [Duration]
    package let lifetime: Duration
    package let jitter: Double

    package static let standard = RetrySchedule(
        waits: [.minutes(1), .minutes(5), .minutes(15), .minutes(30), .hours(1), .hours(2), .hours(4)],
        lifetime: .days(5), jitter: 0.2)

    /// For a letter refused because of a quota of our account, or its reputation: these are for hours or a day.
    package var afterQuota: RetrySchedule {
        RetrySchedule(waits: [.hours(1), .hours(2), .hours(4)], lifetime: lifetime, jitter: jitter)
    }

    /// For a letter that one of the vault's budgets keeps waiting: budgets are for an hour or a day.
    package var afterBudget: RetrySchedule { RetrySchedule(waits: [.hours(1)], lifetime: lifetime, jitter: jitter) }

    /// For what is tried again because a person has asked for it. They may have been a moment too early, and must not wait for hours
    /// again because the letter has waited for long.
    package var afterRequest: RetrySchedule {
        RetrySchedule(waits: waits.map { min($0, .minutes(5)) }, lifetime: lifetime, jitter: jitter)
    }

    /// While nobody knows what time it is, no letter is given up.
    package var withoutEnd: RetrySchedule { RetrySchedule(waits: waits, lifetime: .days(36_500), jitter: jitter) }

    /// After an uncertain end, by how many there have been. Each try may make one more copy, since servers do take letters and fail
    /// to say so (RFC 1047): so there are few tries, and a slow server gets time in between.
    package var afterUncertainEnd: RetrySchedule {
        RetrySchedule(waits: [.minutes(30), .hours(4)], lifetime: lifetime, jitter: jitter)
    }

    /// For a letter whose attempt ended with the vault that made it. That says nothing about the smarthost: once the vault is back, the
    /// letter goes on, as it does at once after a crash of the relay.
    package var afterLostAttempt: RetrySchedule {
        RetrySchedule(waits: [.seconds(5)] + waits, lifetime: lifetime, jitter: jitter)
    }

    /// How many uncertain ends hold the letter: the next try is for a person to decide.
    package static let mostUncertainEnds = 3

    package init(waits: [Duration], lifetime: Duration, jitter: Double) {
        (self.waits, self.lifetime, self.jitter) = (waits, lifetime, jitter)
    }

    /// The longest wait between two tries of a letter.
    package var longestWait: Duration {
        .milliseconds(Int64((Double((waits.max() ?? .zero).milliseconds) * (1 + jitter)).rounded(.up)))
    }

    /// When the letter is due again. Nil when that is after its lifetime.
    /// - Parameters:
    ///   - attempt: the number of the try that has just ended; the first is 1.
    ///   - now: when it ended.
    ///   - start: when the letter was accepted, or released last.
    package func nextTry(
        afterAttempt attempt: Int, at now: Timestamp, since start: Timestamp, using randomness: inout some RandomNumberGenerator
    ) -> Timestamp? {
        let wait = waits[min(max(attempt, 1), waits.count) - 1]
        let factor = 1 + Double.random(in: -jitter...jitter, using: &randomness)
        let due = now + .milliseconds(Int64((Double(wait.milliseconds) * factor).rounded()))
        return due <= start + lifetime ? due : nil
    }
}
