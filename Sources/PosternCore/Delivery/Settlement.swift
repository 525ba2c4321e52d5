/// What the store must write when an attempt has ended.
package struct Settlement: Equatable, Sendable {
    package let state: DeliveryState
    /// When it is due again; set only for `ready`.
    package let due: Timestamp?
    /// Why it is held, or why it ended without being delivered or refused.
    package let reason: String?
    package let outcome: Outcome
    package let at: Timestamp

    /// Decides the next state of a leased delivery.
    /// - Parameters:
    ///   - attempt: the number of the attempt that has ended, in its series (`DeliveryJob.tries`).
    ///   - lostTries: how many earlier ones of the series ended with the process that made them.
    ///   - uncertainEnds: how many earlier attempts had an uncertain end (`Outcome.isUncertainEnd`).
    ///   - start: when the letter was accepted, or released last.
    package init(
        of outcome: Outcome, attempt: Int, lostTries: Int = 0, uncertainEnds: Int = 0, since start: Timestamp, at now: Timestamp,
        schedule: RetrySchedule, using randomness: inout some RandomNumberGenerator
    ) throws(IllegalMove) {
        let ends = uncertainEnds + (outcome.isUncertainEnd ? 1 : 0)
        var event: DeliveryEvent =
            outcome.isUncertainEnd && ends >= RetrySchedule.mostUncertainEnds ? .uncertainTooOften : .settled(outcome.kind)
        var state = try DeliveryState.leased.after(event)
        var due: Timestamp?
        if state == .ready {
            // Each kind of wait grows by how often there was that kind.
            let number = outcome.isUncertainEnd ? ends : outcome.kind == .uncertain ? lostTries + 1 : attempt
            due = Self.waits(after: outcome, schedule).nextTry(
                afterAttempt: number, at: now, since: start, using: &randomness)
            if due == nil {
                event = Self.end(after: outcome)
                state = try DeliveryState.leased.after(event)
            }
        }
        (self.state, self.due) = (state, due)
        self.outcome = outcome
        self.at = now
        reason =
            switch state {
            case .held: event == .uncertainTooOften ? Self.reason(afterUncertainEnds: ends, outcome) : outcome.holdReason
            case .expired: Self.reason(ofExpiryAfter: outcome)
            case .ready, .leased, .delivered, .failed, .dropped: nil
            }
    }

    /// What becomes of a letter that the schedule gives no further try.
    private static func end(after outcome: Outcome) -> DeliveryEvent {
        // No letter is given up for a fault of ours: a person decides.
        if outcome.cause?.isAboutUs == true { return .settled(.ourFault) }
        // Nor as undelivered, if the smarthost may have taken it.
        return outcome.kind == .uncertain ? .uncertainTooOften : .tooOld
    }

    private static func waits(after outcome: Outcome, _ schedule: RetrySchedule) -> RetrySchedule {
        // The vault let nothing out: that is no failure, and must not make the next wait longer.
        if outcome.diagnosis.stage == .budget { return schedule.afterBudget }
        if outcome.isUncertainEnd { return schedule.afterUncertainEnd }
        if outcome.kind == .uncertain { return schedule.afterLostAttempt }
        // A server that means minutes says 4xx.
        let isPermanent = (500...599).contains(outcome.diagnosis.code ?? 0)
        return isPermanent && (outcome.cause == .quota || outcome.cause == .reputation) ? schedule.afterQuota : schedule
    }

    private static func reason(afterUncertainEnds ends: Int, _ outcome: Outcome) -> String {
        // Our own process ended in the midst of the last try.
        guard outcome.isUncertainEnd else {
            return
                "nobody knows whether the last try that the schedule allows went out, so the recipient may have the letter already "
                + "(\(outcome.diagnosis.text)); drop it, or release it for one more try"
        }
        let times = ends == 1 ? "once" : "\(ends) times"
        let copies = ends == 1 ? "" : ", perhaps \(ends) times"
        return "the smarthost got the letter \(times) and never said whether it took it, so the recipient may have it already"
            + "\(copies) (last: \(outcome.diagnosis.text)); ask the smarthost's operator, then drop the letter, or "
            + "release it for one more try"
    }

    private static func reason(ofExpiryAfter outcome: Outcome) -> String {
        guard outcome.diagnosis.stage == .budget else { return "the last try that the schedule allows was not successful" }
        return "a budget let no more out until the letter's time was over (\(outcome.diagnosis.text))"
    }
}
