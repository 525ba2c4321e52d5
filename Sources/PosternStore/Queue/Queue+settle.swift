package import PosternCore

extension Queue {
    /// Writes what an attempt came to, and where the delivery stands now.
    /// - Returns: false when the lease is no longer ours: the outcome came too late, and nothing was changed.
    package func settle(_ id: LetterID, under lease: LeaseID, as settlement: Settlement) throws -> Bool {
        let outcome = settlement.outcome
        let changed = try transaction.run(
            """
            UPDATE delivery
            SET state = ?, due_at = ?, finished_at = ?, reason = ?, uncertain = uncertain + ?, lease = NULL, lease_until = NULL
            WHERE id = ? AND state = 'leased' AND lease = ?
            """,
            [
                settlement.state.stored, settlement.due.stored,
                (settlement.state.isTerminal ? settlement.at : nil).stored, settlement.reason.clipped.stored,
                (outcome.kind == .uncertain ? 1 : 0).stored, id.stored, lease.stored,
            ])
        guard changed == 1 else { return false }
        try transaction.run(
            """
            UPDATE attempt
            SET ended_at = ?, outcome = ?, stage = ?, code = ?, enhanced = ?, text = ?
            WHERE delivery = ? AND lease = ? AND ended_at IS NULL
            """,
            [
                settlement.at.stored, AttemptEnd.settled(outcome.kind).stored, outcome.evidence.stage.stored,
                outcome.evidence.code.stored, outcome.evidence.enhanced.stored,
                Optional(outcome.evidence.text).clipped.stored, id.stored, lease.stored,
            ])
        return true
    }
}

extension Settlement {
    /// Why it is held, or why it ended without being delivered or refused.
    fileprivate var reason: String? {
        switch state {
        case .held: outcome.evidence.text
        case .expired: "the last try that the schedule allows was not successful"
        case .ready, .leased, .delivered, .failed, .dropped: nil
        }
    }
}
