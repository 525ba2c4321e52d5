package import PosternCore

extension SubmissionLog {
    /// - Returns: nil when nothing came.
    package func trail(of tag: Tag, in epoch: Epoch) throws -> ClientTrail? {
        let rows = try transaction.rows(
            """
            SELECT recent.verdict, COUNT(*) AS count, MIN(recent.id) AS first, MAX(recent.id) AS last
            FROM (
                SELECT s.id, s.verdict
                FROM submission_tag AS t
                CROSS JOIN submission AS s
                WHERE t.epoch = ? AND t.tag = ? AND s.id = t.submission
                ORDER BY t.submission DESC
                LIMIT ?) AS recent
            GROUP BY recent.verdict
            """,
            [epoch.stored, tag.stored, ClientTrail.most.stored])
        guard !rows.isEmpty else { return nil }
        var counts: [Verdict.Decision: Int] = [:]
        var (first, last) = (LetterID(high: .max, low: .max).moment, Timestamp(milliseconds: 0))
        for row in rows {
            counts[try row["verdict"]] = try row["count"]
            let ends: (LetterID, LetterID) = (try row["first"], try row["last"])
            (first, last) = (min(first, ends.0.moment), max(last, ends.1.moment))
        }
        let recipients: Int =
            try transaction.row(
                """
                SELECT COUNT(DISTINCT recent.recipient) AS count
                FROM (
                    SELECT s.recipient
                    FROM submission_tag AS t
                    CROSS JOIN submission AS s
                    WHERE t.epoch = ? AND t.tag = ? AND s.id = t.submission
                    ORDER BY t.submission DESC
                    LIMIT ?) AS recent
                """,
                [epoch.stored, tag.stored, ClientTrail.most.stored])?["count"] ?? 0
        return ClientTrail(epoch: epoch, tag: tag, counts: counts, recipients: recipients, first: first, last: last)
    }
}
