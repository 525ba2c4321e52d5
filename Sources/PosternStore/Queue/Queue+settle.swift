package import PosternCore

/// What became of an outcome that was handed to the store.
package enum SettlementResult: Hashable, Sendable {
    case written
    /// The lease was over, and the letter had been delivered: that stays true under any later lease.
    case writtenLate
    /// The lease was over. Nothing was changed.
    case tooLate
}

extension Queue {
    /// Writes how an attempt ended, and the state of the delivery after it.
    ///
    /// Every outcome counts under its own lease. *Delivered* counts under an earlier one as well, as long as the letter waits or
    /// is under way again: otherwise it would go out twice although we know better. A second attempt that is under way then
    /// finds the delivery ended, and its own outcome is too late.
    package func settle(_ id: LetterID, under lease: LeaseID, as settlement: Settlement) throws -> SettlementResult {
        if try move(id, under: lease, as: settlement) {
            try endAttempt(id, under: lease, as: settlement)
            return .written
        }
        guard settlement.state == .delivered, try moveLate(id, under: lease, as: settlement) else { return .tooLate }
        try endAttempt(id, under: lease, as: settlement)
        try endOthers(id, at: settlement.at)
        return .writtenLate
    }

    /// Holds a delivery for a person, since its outcome or its claim could not be written.
    /// - Parameter reason: what went wrong; nothing personal.
    /// - Returns: false when the lease is over.
    package func hold(_ id: LetterID, under lease: LeaseID, because reason: String, at now: Timestamp) throws -> Bool {
        let changed = try transaction.run(
            """
            UPDATE delivery
            SET state = 'held', due_at = NULL, reason = ?, uncertain = uncertain + 1, lease = NULL, lease_until = NULL
            WHERE id = ? AND state = 'leased' AND lease = ?
            """,
            [Optional(reason).clipped.stored, id.stored, lease.stored])
        guard changed == 1 else { return false }
        try endOthers(id, at: now)
        return true
    }

    private func move(_ id: LetterID, under lease: LeaseID, as settlement: Settlement) throws -> Bool {
        try transaction.run(
            """
            UPDATE delivery
            SET state = ?, due_at = ?, finished_at = ?, reason = ?, uncertain = uncertain + ?, lease = NULL, lease_until = NULL
            WHERE id = ? AND state = 'leased' AND lease = ?
            """,
            [
                settlement.state.stored, settlement.due.stored,
                (settlement.state.isTerminal ? settlement.at : nil).stored, settlement.reason.clipped.stored,
                (settlement.outcome.kind == .uncertain ? 1 : 0).stored, id.stored, lease.stored,
            ]) == 1
    }

    /// Only for an attempt that was really made under this lease and has had no outcome yet.
    private func moveLate(_ id: LetterID, under lease: LeaseID, as settlement: Settlement) throws -> Bool {
        try transaction.run(
            """
            UPDATE delivery
            SET state = 'delivered', due_at = NULL, finished_at = ?, reason = NULL, lease = NULL, lease_until = NULL
            WHERE id = ? AND state IN ('ready', 'leased') AND EXISTS (
                SELECT 1
                FROM attempt
                WHERE attempt.delivery = delivery.id AND attempt.lease = ? AND attempt.outcome = 'interrupted')
            """,
            [settlement.at.stored, id.stored, lease.stored]) == 1
    }

    private func endAttempt(_ id: LetterID, under lease: LeaseID, as settlement: Settlement) throws {
        let outcome = settlement.outcome
        try transaction.run(
            """
            UPDATE attempt
            SET ended_at = ?, outcome = ?, stage = ?, code = ?, enhanced = ?, text = ?
            WHERE delivery = ? AND lease = ?
            """,
            [
                settlement.at.stored, AttemptEnd.settled(outcome.kind).stored, outcome.diagnosis.stage.stored,
                outcome.diagnosis.code.stored, outcome.diagnosis.enhanced.stored,
                Optional(outcome.diagnosis.text).clipped.stored, id.stored, lease.stored,
            ])
    }

    /// An attempt that is still under way gets no outcome any more.
    func endOthers(_ id: LetterID, at now: Timestamp) throws {
        try transaction.run(
            """
            UPDATE attempt
            SET ended_at = ?, outcome = 'interrupted', text = 'the delivery was decided before its outcome was written'
            WHERE delivery = ? AND ended_at IS NULL
            """,
            [now.stored, id.stored])
    }
}
