package import PosternCore

/// A report as staff see it in a list: nothing of the letter, and nothing that was said of it.
package struct ReportLine: Equatable, Sendable {
    package let id: ReportID
    package let letter: LetterID
    package let site: SiteID
    package let handle: Handle
    package let reason: ReportReason
    /// Nil until staff have decided.
    package let decision: ReportDecision?
    package let decidedAt: Timestamp?

    package var made: Timestamp { id.moment }
}

extension Reports {
    /// Newest first.
    /// - Parameter before: the last one of the page before.
    package func latest(before: ReportID? = nil, limit: Int) throws -> [ReportLine] {
        try transaction.rows(
            """
            SELECT report.id, report.letter, recipient.site, recipient.handle, report.reason, report.decision, report.decided_at
            FROM report
            CROSS JOIN recipient
            WHERE report.id < ? AND recipient.id = report.recipient
            ORDER BY report.id DESC
            LIMIT ?
            """,
            [(before ?? ReportID(high: .max, low: .max)).stored, limit.stored]
        ).map { row in
            ReportLine(
                id: try row["id"], letter: try row["letter"], site: try row["site"], handle: try row["handle"],
                reason: try row["reason"], decision: try row.optional("decision"), decidedAt: try row.optional("decided_at"))
        }
    }

    /// How many have not been decided, and when the oldest of them was made.
    package func open() throws -> (count: Int, oldest: Timestamp?) {
        let row = try transaction.row(
            """
            SELECT COUNT(*) AS count, MIN(id) AS oldest
            FROM report
            WHERE decided_at IS NULL
            """)
        let oldest: ReportID? = try row?.optional("oldest")
        return (try row?["count"] ?? 0, oldest?.moment)
    }

    /// Deletes a report with what was sealed for it, unless staff have decided about it.
    /// - Returns: false when there was nothing to delete.
    package func withdraw(about letter: LetterID) throws -> Bool {
        let withdrawn = try transaction.run(
            """
            DELETE FROM report
            WHERE letter = ? AND decided_at IS NULL
            """,
            [letter.stored])
        guard withdrawn == 1 else { return false }
        try transaction.reviewItems.end(letter, in: .reported)
        return true
    }

    /// Its page tells the recipient from now on.
    /// - Returns: false when there is no report, or it was decided before.
    package func decide(about letter: LetterID, _ decided: Report.Decided) throws -> Bool {
        try transaction.reviewItems.end(letter, in: .reported)
        return try transaction.run(
            """
            UPDATE report
            SET decided_at = ?, decision = ?, reason_code = ?
            WHERE letter = ? AND decided_at IS NULL
            """,
            [decided.at.stored, decided.decision.stored, decided.reasonCode.stored, letter.stored]) == 1
    }
}
