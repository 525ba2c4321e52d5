package import PosternCore

extension Decisions {
    /// The latest decisions that match, newest first.
    /// - Parameter before: the last decision of the previous page.
    package func latest(_ filter: DecisionFilter, before: StaffDecisionID? = nil, limit: Int) throws -> [StaffDecision] {
        let end = filter.until.map { StaffDecisionID.floor(of: $0) } ?? StaffDecisionID(high: .max, low: .max)
        let begin = filter.since.map { StaffDecisionID.floor(of: $0) } ?? .zero
        return try transaction.rows(
            """
            SELECT id, act, staff, reason, sentence, block, wave, final_at, applied_at, undone_at, undone_by
            FROM decision
            WHERE id < ? AND id < ? AND id >= ?
                AND (CAST(? AS TEXT) IS NULL OR staff = ?)
                AND (CAST(? AS TEXT) IS NULL OR reason = ?)
            ORDER BY id DESC
            LIMIT ?
            """,
            [
                (before ?? StaffDecisionID(high: .max, low: .max)).stored, end.stored, begin.stored, filter.staff.stored,
                filter.staff.stored, filter.reason.stored, filter.reason.stored, limit.stored,
            ]
        ).map(StaffDecision.init)
    }

    package func tally(_ id: StaffDecisionID) throws -> DecisionTally {
        let row = try transaction.row(
            """
            SELECT COUNT(*) AS total, COALESCE(SUM(CASE state WHEN 'passed' THEN 1 ELSE 0 END), 0) AS passed
            FROM decision_item
            WHERE decision = ?
            """,
            [id.stored])
        return DecisionTally(total: try row?["total"] ?? 0, passed: try row?["passed"] ?? 0)
    }

    /// The first of the letters that a decision is about.
    package func firstLetter(_ id: StaffDecisionID) throws -> LetterID? {
        try transaction.row(
            """
            SELECT letter
            FROM decision_item
            WHERE decision = ?
            ORDER BY letter
            LIMIT 1
            """,
            [id.stored])?["letter"]
    }

    /// The decisions about a letter, newest first.
    package func about(_ letter: LetterID, limit: Int) throws -> [StaffDecision] {
        try transaction.rows(
            """
            SELECT own.id, own.act, own.staff, own.reason, own.sentence, own.block, own.wave, own.final_at, own.applied_at,
                own.undone_at, own.undone_by
            FROM decision_item AS item
            CROSS JOIN decision AS own
            WHERE item.letter = ? AND own.id = item.decision
            ORDER BY item.decision DESC
            LIMIT ?
            """,
            [letter.stored, limit.stored]
        ).map(StaffDecision.init)
    }

    /// The decisions about letters that came from one client on one day, newest first.
    package func about(_ tag: Tag, of epoch: Epoch, limit: Int) throws -> [StaffDecision] {
        try transaction.rows(
            """
            SELECT own.id, own.act, own.staff, own.reason, own.sentence, own.block, own.wave, own.final_at, own.applied_at,
                own.undone_at, own.undone_by
            FROM decision AS own
            WHERE own.id IN (
                SELECT item.decision
                FROM decision_item AS item
                WHERE item.epoch = ? AND item.tag = ?
                ORDER BY item.decision DESC
                LIMIT ?)
            ORDER BY own.id DESC
            LIMIT ?
            """,
            [epoch.stored, tag.stored, (limit * 20).stored, limit.stored]
        ).map(StaffDecision.init)
    }

    /// Deletes the decisions that were made before `moment` and are carried out or undone.
    /// - Returns: how many rows were deleted. Call again until it is 0.
    package func forget(before moment: Timestamp, limit: Int) throws -> Int {
        let end = StaffDecisionID.floor(of: moment)
        let items = try transaction.run(
            """
            DELETE FROM decision_item
            WHERE (decision, letter) IN (
                SELECT item.decision, item.letter
                FROM decision_item AS item
                WHERE item.decision < ? AND NOT EXISTS (
                    SELECT 1
                    FROM decision
                    WHERE decision.id = item.decision AND decision.applied_at IS NULL AND decision.undone_at IS NULL)
                ORDER BY item.decision, item.letter
                LIMIT ?)
            """,
            [end.stored, limit.stored])
        guard items == 0 else { return items }
        return try transaction.run(
            """
            DELETE FROM decision
            WHERE id IN (
                SELECT id
                FROM decision
                WHERE id < ? AND (applied_at IS NOT NULL OR undone_at IS NOT NULL)
                ORDER BY id
                LIMIT ?)
            """,
            [end.stored, limit.stored])
    }
}
