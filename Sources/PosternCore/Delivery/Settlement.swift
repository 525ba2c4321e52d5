/// What the store must write when an attempt has ended.
package struct Settlement: Equatable, Sendable {
    package let state: DeliveryState
    /// When it is due again; set only for `ready`.
    package let due: Timestamp?
    package let outcome: Outcome
    package let at: Timestamp

    /// Decides the next state of a leased delivery.
    /// - Parameter start: when the letter was accepted, or released last.
    package init(
        of outcome: Outcome, attempt: Int, since start: Timestamp, at now: Timestamp, schedule: RetrySchedule,
        using randomness: inout some RandomNumberGenerator
    ) throws(IllegalMove) {
        self.outcome = outcome
        self.at = now
        let state = try DeliveryState.leased.after(.settled(outcome.kind))
        guard state == .ready else {
            (self.state, due) = (state, nil)
            return
        }
        if let due = schedule.after(outcome).nextTry(afterAttempt: attempt, at: now, since: start, using: &randomness) {
            (self.state, self.due) = (state, due)
        } else if outcome.cause?.isAboutUs == true {
            // No letter is given up for a fault of ours: a person decides.
            (self.state, due) = (try DeliveryState.leased.after(.settled(.ourFault)), nil)
        } else {
            (self.state, due) = (try DeliveryState.leased.after(.tooOld), nil)
        }
    }
}

extension RetrySchedule {
    fileprivate func after(_ outcome: Outcome) -> RetrySchedule {
        // The vault let nothing out: that is no failure, and must not make the next wait longer.
        if outcome.diagnosis.stage == .budget { return afterBudget }
        // A server that means minutes says 4xx.
        let isPermanent = (500...599).contains(outcome.diagnosis.code ?? 0)
        return isPermanent && (outcome.cause == .quota || outcome.cause == .reputation) ? afterQuota : self
    }
}
