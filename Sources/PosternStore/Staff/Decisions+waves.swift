package import PosternCore

/// Decisions about waves. Their letters are noted as those of other decisions are, so that each letter's page, its client's history and
/// the list of decisions have them.
extension Decisions {
    /// The decisions about a wave, newest first.
    package func about(wave: LetterID, limit: Int) throws -> [StaffDecision] {
        try transaction.rows(
            """
            SELECT id, act, staff, reason, sentence, block, wave, final_at, applied_at, undone_at, undone_by
            FROM decision
            WHERE wave = ?
            ORDER BY id DESC
            LIMIT ?
            """,
            [wave.stored, limit.stored]
        ).map(StaffDecision.init)
    }

    /// The one that holds for a wave and is not carried out; nil where nobody has decided, or an operator has.
    package func pending(about wave: LetterID) throws -> StaffDecision? {
        try transaction.row(
            """
            SELECT id, act, staff, reason, sentence, block, wave, final_at, applied_at, undone_at, undone_by
            FROM decision
            WHERE wave = ? AND applied_at IS NULL AND undone_at IS NULL
            ORDER BY id DESC
            LIMIT 1
            """,
            [wave.stored]
        ).map(StaffDecision.init)
    }

    /// Notes a letter of a wave under the decision about it.
    /// - Parameter isApplied: it was carried out for this letter.
    package func note(_ letter: LetterID, under decision: StaffDecisionID, isApplied: Bool) throws {
        guard let entry = try transaction.submissionLog.entry(letter) else { return }
        try transaction.run(
            """
            INSERT INTO decision_item (decision, letter, epoch, tag, state)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (decision, letter) DO UPDATE
            SET state = excluded.state
            """,
            [
                decision.stored, letter.stored, entry.epoch.stored, entry.tags.first.stored,
                (isApplied ? "applied" : "pending").stored,
            ])
    }

    /// Ends a decision about a wave: what it did not find waiting any more was decided by somebody else, or had gone out.
    package func finish(wave: LetterID, at now: Timestamp) throws {
        guard let decision = try pending(about: wave) else { return }
        try transaction.run(
            """
            UPDATE decision_item
            SET state = 'passed'
            WHERE decision = ? AND state = 'pending'
            """,
            [decision.id.stored])
        try finish(decision.id, at: now)
    }
}
