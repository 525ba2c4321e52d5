package import PosternCore

package struct Decisions {
    let transaction: any Transaction

    /// - Parameter block: the block that was added with the decision.
    package func begin(_ decision: StaffDecision, blocking block: Int64? = nil) throws {
        try transaction.run(
            """
            INSERT INTO decision (id, act, staff, reason, sentence, block, wave, final_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                decision.id.stored, decision.act.stored, decision.staff.stored, decision.reason.stored, decision.sentence.stored,
                block.stored, decision.wave.stored, decision.final.stored,
            ])
    }

    /// Adds a letter to a decision that is being made.
    /// - Parameter version: the version of the item that the person who decides has seen.
    /// - Returns: false if the item has changed since, or is decided already; nothing is written then.
    package func add(_ letter: LetterID, in lane: ReviewLane, version: Int, to decision: StaffDecisionID) throws -> Bool {
        guard let item = try transaction.reviewItems.find(letter, in: lane), item.isOpen(in: version),
            try transaction.reviewItems.decide(letter, in: lane, by: decision, version: version)
        else { return false }
        try transaction.run(
            """
            INSERT INTO decision_item (decision, letter, epoch, tag, state)
            VALUES (?, ?, ?, ?, 'pending')
            """,
            [decision.stored, letter.stored, item.epoch.stored, item.tag.stored])
        return true
    }

    /// Sets when a decision can no longer be undone. It is counted from the moment at which its last letter was added.
    package func setEnd(_ final: Timestamp, of decision: StaffDecisionID) throws {
        try transaction.run(
            """
            UPDATE decision
            SET final_at = ?
            WHERE id = ? AND applied_at IS NULL AND undone_at IS NULL
            """,
            [final.stored, decision.stored])
    }

    package func find(_ id: StaffDecisionID) throws -> StaffDecision? {
        try transaction.row(
            """
            SELECT id, act, staff, reason, sentence, block, wave, final_at, applied_at, undone_at, undone_by
            FROM decision
            WHERE id = ?
            """,
            [id.stored]
        ).map(StaffDecision.init)
    }

    /// Undoes a decision: its letters wait for staff again.
    /// - Returns: false if it can no longer be undone, or has been undone already.
    package func undo(_ id: StaffDecisionID, by mark: StaffMark) throws -> Bool {
        let undone = try transaction.run(
            """
            UPDATE decision
            SET undone_at = ?, undone_by = ?
            WHERE id = ? AND applied_at IS NULL AND undone_at IS NULL AND final_at > ?
            """,
            [mark.at.stored, mark.by.stored, id.stored, mark.at.stored])
        guard undone == 1 else { return false }
        _ = try transaction.reviewItems.reopen(id)
        return true
    }

    /// The decisions about letters that can no longer be undone and are not carried out yet, the soonest due first. Only their ids, so
    /// that a row that cannot be read does not hide the others. Those about waves are found by their wave.
    package func due(at now: Timestamp, limit: Int) throws -> [StaffDecisionID] {
        try transaction.rows(
            """
            SELECT id
            FROM decision
            WHERE applied_at IS NULL AND undone_at IS NULL AND final_at <= ? AND wave IS NULL
            ORDER BY final_at, id
            LIMIT ?
            """,
            [now.stored, limit.stored]
        ).map { try $0["id"] }
    }

    /// The decisions of one person that can still be undone, newest first.
    package func undoable(by staff: String, at now: Timestamp, limit: Int) throws -> [StaffDecision] {
        try transaction.rows(
            """
            SELECT id, act, staff, reason, sentence, block, wave, final_at, applied_at, undone_at, undone_by
            FROM decision
            WHERE applied_at IS NULL AND undone_at IS NULL AND final_at > ? AND staff = ?
            ORDER BY id DESC
            LIMIT ?
            """,
            [now.stored, staff.stored, limit.stored]
        ).map(StaffDecision.init)
    }

    /// The letters for which a decision is not carried out yet, oldest first.
    package func pending(_ id: StaffDecisionID, after letter: LetterID = .zero, limit: Int) throws -> [LetterID] {
        try transaction.rows(
            """
            SELECT letter
            FROM decision_item
            WHERE decision = ? AND letter > ? AND state = 'pending'
            ORDER BY letter
            LIMIT ?
            """,
            [id.stored, letter.stored, limit.stored]
        ).map { try $0["letter"] }
    }

    /// Carries a decision out for one letter, unless the letter no longer waits for this decision.
    /// - Returns: whether anything was done.
    package func apply(_ decision: StaffDecision, to letter: LetterID, because reason: String, at now: Timestamp) throws -> Bool {
        let isDone = try move(letter, by: decision, because: reason, at: now)
        let state = isDone ? "applied" : "passed"
        try transaction.run(
            """
            UPDATE decision_item
            SET state = ?
            WHERE decision = ? AND letter = ?
            """,
            [state.stored, decision.id.stored, letter.stored])
        return isDone
    }

    private func move(_ letter: LetterID, by decision: StaffDecision, because reason: String, at now: Timestamp) throws -> Bool {
        let lane = decision.act.lane
        guard try transaction.reviewItems.find(letter, in: lane)?.decision == decision.id else { return false }
        if let outcome = decision.act.reportDecision {
            return try transaction.reports.decide(
                about: letter, Report.Decided(at: now, decision: outcome, reasonCode: decision.reason.rawValue))
        }
        let moved =
            decision.act == .release
            ? try transaction.queue.release(letter, at: now) : try transaction.queue.drop(letter, because: reason, at: now)
        if case .moved = moved { return true }
        // It was released or dropped in another way, which left the item behind.
        try transaction.reviewItems.end(letter, in: lane)
        return false
    }

    package func finish(_ id: StaffDecisionID, at now: Timestamp) throws {
        try transaction.run(
            """
            UPDATE decision
            SET applied_at = ?
            WHERE id = ? AND applied_at IS NULL AND undone_at IS NULL
            """,
            [now.stored, id.stored])
    }
}

extension StaffDecision {
    init(_ row: SQLRow) throws {
        let undone: Timestamp? = try row.optional("undone_at")
        self.init(
            id: try row["id"], act: try row["act"], staff: try row["staff"], reason: try row["reason"],
            sentence: try row.optional("sentence"), block: try row.optional("block"), wave: try row.optional("wave"),
            final: try row["final_at"],
            applied: try row.optional("applied_at"),
            undone: try undone.map { StaffMark(at: $0, by: try row["undone_by"]) })
    }
}
