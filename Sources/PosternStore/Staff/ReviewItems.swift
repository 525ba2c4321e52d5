package import PosternCore

/// What waits for staff: what rules have held, and what recipients have reported. What an operator holds, or what is held for our own
/// fault, waits for an operator and is not here.
package struct ReviewItems {
    let transaction: any Transaction

    /// - Parameter rules: of the verdict, where it was judged later; else the entry's own.
    func add(_ entry: SubmissionEntry, rules: [Verdict.Rule]? = nil, of recipient: RecipientID) throws {
        let names = Self.text(of: (rules ?? entry.verdict.parts.map(\.rule)).map(\.rawValue))
        try transaction.run(
            """
            INSERT INTO review_item (lane, letter, site, recipient, epoch, tag, verdict, rules, version)
            VALUES ('held', ?, ?, ?, ?, ?, ?, ?, 1)
            ON CONFLICT DO NOTHING
            """,
            [
                entry.id.stored, entry.site.stored, recipient.stored, entry.epoch.stored, entry.tags.first.stored,
                entry.verdict.decision.stored, names.stored,
            ])
    }

    /// What its recipient has reported.
    func add(_ report: Report) throws {
        let entry = try transaction.submissionLog.entry(report.letter)
        try transaction.run(
            """
            INSERT INTO review_item (lane, letter, site, recipient, epoch, tag, verdict, rules, version)
            SELECT 'reported', CAST(? AS {blob}), recipient.site, recipient.id, CAST(? AS INTEGER), CAST(? AS BIGINT),
                CAST(? AS TEXT), CAST(? AS TEXT), 1
            FROM recipient
            WHERE recipient.id = ?
            ON CONFLICT DO NOTHING
            """,
            [
                report.letter.stored, (entry?.epoch ?? Epoch(containing: report.letter.moment)).stored,
                (entry?.tags.first).stored, (entry?.verdict.decision ?? .accept).stored, report.reason.stored,
                report.recipient.stored,
            ])
    }

    package func find(_ letter: LetterID, in lane: ReviewLane) throws -> ReviewItem? {
        try transaction.row(
            """
            SELECT lane, letter, site, recipient, epoch, tag, verdict, rules, version, decision, taken_at, taken_by, waits_since,
                waits_by
            FROM review_item
            WHERE lane = ? AND letter = ?
            """,
            [lane.stored, letter.stored]
        ).map(ReviewItem.init)
    }

    /// Says that somebody looks at it, unless somebody else does.
    /// - Parameter isForced: from somebody else too.
    package func take(
        _ letter: LetterID, in lane: ReviewLane, by name: String, isForced: Bool = false, at now: Timestamp
    ) throws {
        try transaction.run(
            """
            UPDATE review_item
            SET taken_at = ?, taken_by = ?
            WHERE lane = ? AND letter = ? AND (taken_by IS NULL OR taken_by = ? OR taken_at <= ? OR CAST(? AS INTEGER) = 1)
            """,
            [
                now.stored, name.stored, lane.stored, letter.stored, name.stored, (now - ReviewTimes.claim).stored,
                (isForced ? 1 : 0).stored,
            ])
    }

    /// Has others leave it alone, or ends that.
    /// - Parameters:
    ///   - mark: nil to end it.
    ///   - version: as the person who asks saw it.
    /// - Returns: false when it has changed since.
    package func wait(_ letter: LetterID, in lane: ReviewLane, _ mark: StaffMark?, version: Int) throws -> Bool {
        try transaction.run(
            """
            UPDATE review_item
            SET waits_since = ?, waits_by = ?, version = version + 1
            WHERE lane = ? AND letter = ? AND version = ? AND decision IS NULL
            """,
            [(mark?.at).stored, (mark?.by).stored, lane.stored, letter.stored, version.stored]) == 1
    }

    /// Puts it under a decision.
    /// - Returns: false when it has changed since `version`, or is decided.
    func decide(_ letter: LetterID, in lane: ReviewLane, by decision: StaffDecisionID, version: Int) throws -> Bool {
        try transaction.run(
            """
            UPDATE review_item
            SET decision = ?, version = version + 1
            WHERE lane = ? AND letter = ? AND version = ? AND decision IS NULL
            """,
            [decision.stored, lane.stored, letter.stored, version.stored]) == 1
    }

    /// Opens again what a decision was about.
    func reopen(_ decision: StaffDecisionID) throws -> Int {
        try transaction.run(
            """
            UPDATE review_item
            SET decision = NULL, version = version + 1
            WHERE decision = ?
            """,
            [decision.stored])
    }

    /// It waits for nobody any more.
    func end(_ letter: LetterID, in lane: ReviewLane) throws {
        try transaction.run(
            """
            DELETE FROM review_item
            WHERE lane = ? AND letter = ?
            """,
            [lane.stored, letter.stored])
    }

    func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM review_item
            WHERE recipient = ?
            """,
            [recipient.stored])
    }

    /// Forgets what has ended by another way: its time was over, or it was ended in a store that this one replaces.
    /// - Returns: how many are gone; call again until there are none.
    package func forgetEnded(limit: Int) throws -> Int {
        let held = try transaction.run(
            """
            DELETE FROM review_item
            WHERE lane = 'held' AND letter IN (
                SELECT own.letter
                FROM review_item AS own
                WHERE own.lane = 'held' AND NOT EXISTS (
                    SELECT 1
                    FROM delivery
                    WHERE delivery.id = own.letter AND delivery.state = 'held')
                ORDER BY own.letter
                LIMIT ?)
            """,
            [limit.stored])
        return try held
            + transaction.run(
                """
                DELETE FROM review_item
                WHERE lane = 'reported' AND letter IN (
                    SELECT own.letter
                    FROM review_item AS own
                    WHERE own.lane = 'reported' AND NOT EXISTS (
                        SELECT 1
                        FROM report
                        WHERE report.letter = own.letter AND report.decided_at IS NULL)
                    ORDER BY own.letter
                    LIMIT ?)
                """,
                [limit.stored])
    }

    /// Adds what a migration could not read of the entries.
    /// - Returns: where to go on; nil when all have it.
    package func complete(_ lane: ReviewLane, after letter: LetterID = .zero, limit: Int) throws -> LetterID? {
        let letters: [LetterID] = try transaction.rows(
            """
            SELECT letter
            FROM review_item
            WHERE lane = ? AND letter > ? AND tag IS NULL
            ORDER BY letter
            LIMIT ?
            """,
            [lane.stored, letter.stored, limit.stored]
        ).map { try $0["letter"] }
        for letter in letters {
            guard let entry = try transaction.submissionLog.entry(letter) else { continue }
            try transaction.run(
                """
                UPDATE review_item
                SET tag = ?, rules = CASE WHEN rules = '' THEN ? ELSE rules END
                WHERE lane = ? AND letter = ?
                """,
                [
                    entry.tags.first.stored, Self.text(of: entry.verdict.parts.map(\.rule.rawValue)).stored, lane.stored,
                    letter.stored,
                ])
        }
        return letters.last
    }

    /// In one order, so that the same rules are the same text.
    private static func text(of names: [String]) -> String { Set(names).sorted().joined(separator: " ") }
}

extension ReviewItem {
    init(_ row: SQLRow) throws {
        let rules: String = try row["rules"]
        self.init(
            lane: try row["lane"], letter: try row["letter"], site: try row["site"], recipient: try row["recipient"],
            epoch: try row["epoch"], tag: try row.optional("tag"), verdict: try row["verdict"],
            rules: rules.split(separator: " ").map(String.init), version: try row["version"],
            decision: try row.optional("decision"), taken: try StaffMark(row, "taken_at", "taken_by"),
            waits: try StaffMark(row, "waits_since", "waits_by"))
    }
}

extension StaffMark {
    fileprivate init?(_ row: SQLRow, _ at: String, _ by: String) throws {
        guard let moment: Timestamp = try row.optional(at) else { return nil }
        self.init(at: moment, by: try row[by])
    }
}
