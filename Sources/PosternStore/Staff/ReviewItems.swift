package import PosternCore

/// The letters that wait for staff: those that rules have held, and those that recipients have reported. Letters that an operator
/// has held, or that are held because of a fault of ours, wait for an operator and are not listed here.
package struct ReviewItems {
    let transaction: any Transaction

    /// - Parameters:
    ///   - rules: the rules of a later verdict; nil for those of the entry.
    ///   - likeness: the first letter with nearly the same text; nil if there is none before it.
    func add(
        _ entry: SubmissionEntry, rules: [Verdict.Rule]? = nil, likeness: LetterID?, of recipient: RecipientID
    ) throws {
        try add(
            entry.id, in: .held, site: entry.site, recipient, epoch: entry.epoch, tag: entry.tags.first,
            verdict: entry.verdict.decision, rules: Self.text(of: (rules ?? entry.verdict.parts.map(\.rule)).map(\.rawValue)),
            likeness: likeness ?? entry.id)
    }

    /// Adds a letter that its recipient has reported.
    func add(_ report: Report) throws {
        guard let person = try transaction.recipients.find(report.recipient) else { return }
        let entry = try transaction.submissionLog.entry(report.letter)
        try add(
            report.letter, in: .reported, site: person.site.text, person.id,
            epoch: entry?.epoch ?? Epoch(containing: report.letter.moment), tag: entry?.tags.first,
            verdict: entry?.verdict.decision ?? .accept, rules: report.reason.rawValue,
            likeness: try transaction.waves.wave(of: report.letter) ?? report.letter)
    }

    private func add(
        _ letter: LetterID, in lane: ReviewLane, site: String, _ recipient: RecipientID, epoch: Epoch, tag: Tag?,
        verdict: Verdict.Decision, rules: String, likeness: LetterID
    ) throws {
        let cluster = try cluster(in: lane, likeness: likeness, epoch: epoch, tag: tag, rules: rules) ?? letter
        try transaction.run(
            """
            INSERT INTO review_item (
                lane, letter, site, recipient, epoch, tag, verdict, rules, likeness, cluster, version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
            ON CONFLICT DO NOTHING
            """,
            [
                lane.stored, letter.stored, site.stored, recipient.stored, epoch.stored, tag.stored, verdict.stored,
                rules.stored, likeness.stored, cluster.stored,
            ])
    }

    /// The cluster that a new letter joins: letters with nearly the same text, or else letters of the same client held by the
    /// same rules.
    /// - Returns: nil if no such letter waits.
    private func cluster(
        in lane: ReviewLane, likeness: LetterID, epoch: Epoch, tag: Tag?, rules: String
    ) throws -> LetterID? {
        // Each query is to use its own index. If it asked for an order, or compared `lane` directly, SQLite would scan everything
        // that waits in the lane; so `lane` is written as an expression that no index has. The first row by the index is the
        // oldest.
        let near: LetterID? = try transaction.row(
            """
            SELECT cluster
            FROM review_item
            WHERE likeness = ? AND lane || '' = ? AND decision IS NULL
            LIMIT 1
            """,
            [likeness.stored, lane.stored])?["cluster"]
        if let near { return near }
        guard let tag else { return nil }
        return try transaction.row(
            """
            SELECT cluster
            FROM review_item
            WHERE epoch = ? AND tag = ? AND rules = ? AND lane || '' = ? AND decision IS NULL
            LIMIT 1
            """,
            [epoch.stored, tag.stored, rules.stored, lane.stored])?["cluster"]
    }

    package func find(_ letter: LetterID, in lane: ReviewLane) throws -> ReviewItem? {
        try transaction.row(
            """
            SELECT lane, letter, site, recipient, epoch, tag, verdict, rules, likeness, cluster, version, decision, taken_at,
                taken_by, waits_since, waits_by
            FROM review_item
            WHERE lane = ? AND letter = ?
            """,
            [lane.stored, letter.stored]
        ).map(ReviewItem.init)
    }

    /// Assigns an item to the person who looks at it, unless somebody else has it.
    /// - Parameter isForced: takes the item from a colleague as well.
    @discardableResult
    package func take(
        _ letter: LetterID, in lane: ReviewLane, by name: String, isForced: Bool = false, at now: Timestamp
    ) throws -> Bool {
        try transaction.run(
            """
            UPDATE review_item
            SET taken_at = ?, taken_by = ?
            WHERE lane = ? AND letter = ? AND (taken_by IS NULL OR taken_by = ? OR taken_at <= ? OR CAST(? AS INTEGER) = 1)
            """,
            [
                now.stored, name.stored, lane.stored, letter.stored, name.stored, (now - ReviewTimes.claim).stored,
                (isForced ? 1 : 0).stored,
            ]) == 1
    }

    /// Marks an item so that colleagues leave it alone, or removes the mark.
    /// - Parameters:
    ///   - mark: nil to remove it.
    ///   - version: the version of the item that the person has seen.
    /// - Returns: false if the item has changed since.
    package func wait(_ letter: LetterID, in lane: ReviewLane, _ mark: StaffMark?, version: Int) throws -> Bool {
        try transaction.run(
            """
            UPDATE review_item
            SET waits_since = ?, waits_by = ?, version = version + 1
            WHERE lane = ? AND letter = ? AND version = ? AND decision IS NULL
            """,
            [(mark?.at).stored, (mark?.by).stored, lane.stored, letter.stored, version.stored]) == 1
    }

    /// Assigns an item to a decision.
    /// - Returns: false if the item has changed since `version`, or is decided already.
    func decide(_ letter: LetterID, in lane: ReviewLane, by decision: StaffDecisionID, version: Int) throws -> Bool {
        try transaction.run(
            """
            UPDATE review_item
            SET decision = ?, version = version + 1
            WHERE lane = ? AND letter = ? AND version = ? AND decision IS NULL
            """,
            [decision.stored, lane.stored, letter.stored, version.stored]) == 1
    }

    /// Has the items of a decision wait for staff again.
    func reopen(_ decision: StaffDecisionID) throws -> Int {
        try transaction.run(
            """
            UPDATE review_item
            SET decision = NULL, version = version + 1
            WHERE lane IN ('held', 'reported') AND decision = ? AND letter IN (
                SELECT own.letter
                FROM decision_item AS own
                WHERE own.decision = ?)
            """,
            [decision.stored, decision.stored])
    }

    /// Removes an item, which no longer waits for staff.
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

    /// Deletes items that ended in another way: their time was over, or they ended in a store that this one replaces.
    /// - Returns: how many were deleted. Call again until it is 0.
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

    /// Adds tags and rules to items that a migration has created, since SQL cannot read them from the entries.
    /// - Returns: where to continue; nil when all items are complete.
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
            let item = try find(letter, in: lane)
            let known = item?.rules.joined(separator: " ") ?? ""
            let rules = known.isEmpty ? Self.text(of: entry.verdict.parts.map(\.rule.rawValue)) : known
            let cluster = try cluster(in: lane, likeness: letter, epoch: entry.epoch, tag: entry.tags.first, rules: rules)
            try transaction.run(
                """
                UPDATE review_item
                SET tag = ?, rules = ?, cluster = ?
                WHERE lane = ? AND letter = ?
                """,
                [entry.tags.first.stored, rules.stored, (cluster ?? letter).stored, lane.stored, letter.stored])
        }
        return letters.last
    }

    /// Sorted, so that the same rules give the same text.
    private static func text(of names: [String]) -> String { Set(names).sorted().joined(separator: " ") }
}

extension ReviewItem {
    init(_ row: SQLRow) throws {
        let rules: String = try row["rules"]
        self.init(
            lane: try row["lane"], letter: try row["letter"], site: try row["site"], recipient: try row["recipient"],
            epoch: try row["epoch"], tag: try row.optional("tag"), verdict: try row["verdict"],
            rules: rules.split(separator: " ").map(String.init), likeness: try row["likeness"], cluster: try row["cluster"],
            version: try row["version"],
            decision: try row.optional("decision"), taken: try StaffMark(row, "taken_at", "taken_by"),
            waits: try StaffMark(row, "waits_since", "waits_by"))
    }
}

extension StaffMark {
    init?(_ row: SQLRow, _ at: String, _ by: String) throws {
        guard let moment: Timestamp = try row.optional(at) else { return nil }
        self.init(at: moment, by: try row[by])
    }
}
