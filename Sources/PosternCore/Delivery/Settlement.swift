/// What the store must write when an attempt has ended.
package struct Settlement: Equatable, Sendable {
    package let state: DeliveryState
    /// When it is due again; set only for `ready`.
    package let due: Timestamp?
    package let outcome: Outcome
    package let at: Timestamp

    /// Decides the next state of a leased delivery.
    package init(
        of outcome: Outcome, attempt: Int, accepted: Timestamp, at now: Timestamp, schedule: RetrySchedule,
        using randomness: inout some RandomNumberGenerator
    ) throws(IllegalMove) {
        self.outcome = outcome
        self.at = now
        let state = try DeliveryState.leased.after(.settled(outcome.kind))
        guard state == .ready else {
            (self.state, due) = (state, nil)
            return
        }
        // The vault let nothing out: that is no failure, and must not make the next wait longer.
        let waits = outcome.diagnosis.stage == .budget ? schedule.afterBudget : schedule
        if let due = waits.nextTry(afterAttempt: attempt, at: now, accepted: accepted, using: &randomness) {
            (self.state, self.due) = (state, due)
        } else {
            (self.state, due) = (try DeliveryState.leased.after(.tooOld), nil)
        }
    }
}
