internal import PosternCore

/// The ways through the log, one for each index. Every statement takes all conditions, even the one that its index already meets:
/// that costs nothing, and all take the same arguments.
extension SubmissionLog {
    typealias Span = (begin: LetterID, end: LetterID)

    /// From the newest day to the oldest, until there are enough.
    func daily(_ span: Span, limit: Int, _ rows: (Epoch, Int) throws -> [SQLRow]) throws -> [SQLRow] {
        guard let first = try epoch(.oldest, in: span), let last = try epoch(.newest, in: span) else { return [] }
        var found: [SQLRow] = []
        for day in stride(from: last.day, through: first.day, by: -1) {
            found += try rows(Epoch(day: day), limit - found.count)
            if found.count >= limit { break }
        }
        return found
    }

    private enum End { case oldest, newest }

    private func epoch(_ end: End, in span: Span) throws -> Epoch? {
        let arguments = [span.begin.stored, span.end.stored]
        let row =
            switch end {
            case .oldest:
                try transaction.row(
                    """
                    SELECT epoch
                    FROM submission
                    WHERE id >= ? AND id < ?
                    ORDER BY id
                    LIMIT 1
                    """,
                    arguments)
            case .newest:
                try transaction.row(
                    """
                    SELECT epoch
                    FROM submission
                    WHERE id >= ? AND id < ?
                    ORDER BY id DESC
                    LIMIT 1
                    """,
                    arguments)
            }
        return try row.map { try $0["epoch"] }
    }

    func taggedRows(_ filter: LogFilter, tag: Tag, of epoch: Epoch, _ span: Span, limit: Int) throws -> [SQLRow] {
        try transaction.rows(
            """
            SELECT s.id, s.at, s.site, s.handle, s.recipient, s.verdict, s.rules, s.tags, s.evidence, s.letter_bytes, s.repeats,
                s.epoch
            FROM submission_tag AS by
            CROSS JOIN submission AS s
            WHERE by.epoch = ? AND by.tag = ? AND by.submission >= ? AND by.submission < ? AND s.id = by.submission
                AND (CAST(? AS TEXT) IS NULL OR s.verdict = ?)
                AND (CAST(? AS {blob}) IS NULL OR s.recipient = ?)
                AND (CAST(? AS TEXT) IS NULL OR EXISTS (
                    SELECT 1
                    FROM submission_rule AS r
                    WHERE r.rule = ? AND r.verdict = s.verdict AND r.submission = s.id))
                AND (CAST(? AS BIGINT) IS NULL OR by.tag = ?)
            ORDER BY by.submission DESC
            LIMIT ?
            """,
            [epoch.stored, tag.stored, span.begin.stored, span.end.stored] + filter.conditions + [limit.stored])
    }

    func recipientRows(_ filter: LogFilter, recipient: RecipientID, of epoch: Epoch, _ span: Span, limit: Int) throws
        -> [SQLRow]
    {
        try transaction.rows(
            """
            SELECT s.id, s.at, s.site, s.handle, s.recipient, s.verdict, s.rules, s.tags, s.evidence, s.letter_bytes, s.repeats,
                s.epoch
            FROM submission AS s
            WHERE s.epoch = ? AND s.recipient = ? AND s.id >= ? AND s.id < ?
                AND (CAST(? AS TEXT) IS NULL OR s.verdict = ?)
                AND (CAST(? AS {blob}) IS NULL OR s.recipient = ?)
                AND (CAST(? AS TEXT) IS NULL OR EXISTS (
                    SELECT 1
                    FROM submission_rule AS r
                    WHERE r.rule = ? AND r.verdict = s.verdict AND r.submission = s.id))
                AND (CAST(? AS BIGINT) IS NULL OR EXISTS (
                    SELECT 1
                    FROM submission_tag AS t
                    WHERE t.epoch = s.epoch AND t.tag = ? AND t.submission = s.id))
            ORDER BY s.id DESC
            LIMIT ?
            """,
            [epoch.stored, recipient.stored, span.begin.stored, span.end.stored] + filter.conditions + [limit.stored])
    }

    /// The verdicts that a filter leaves.
    static func decisions(_ filter: LogFilter) -> [Verdict.Decision] {
        filter.decision.map { [$0] } ?? Verdict.Decision.allCases
    }

    /// Whether no verdict has more than two thousand entries of this rule, which are searched in a few milliseconds.
    func hasSpokenSeldom(_ rule: Verdict.Rule, _ filter: LogFilter, _ span: Span) throws -> Bool {
        try Self.decisions(filter).allSatisfy { decision in
            try transaction.row(
                """
                SELECT submission
                FROM submission_rule
                WHERE rule = ? AND verdict = ? AND submission >= ? AND submission < ?
                ORDER BY submission
                LIMIT 1 OFFSET 2000
                """,
                [rule.stored, decision.stored, span.begin.stored, span.end.stored]) == nil
        }
    }

    func ruleRows(
        _ filter: LogFilter, rule: Verdict.Rule, decision: Verdict.Decision, _ span: Span, limit: Int
    ) throws -> [SQLRow] {
        try transaction.rows(
            """
            SELECT s.id, s.at, s.site, s.handle, s.recipient, s.verdict, s.rules, s.tags, s.evidence, s.letter_bytes, s.repeats,
                s.epoch
            FROM submission_rule AS by
            CROSS JOIN submission AS s
            WHERE by.rule = ? AND by.verdict = ? AND by.submission >= ? AND by.submission < ? AND s.id = by.submission
                AND (CAST(? AS TEXT) IS NULL OR s.verdict = ?)
                AND (CAST(? AS {blob}) IS NULL OR s.recipient = ?)
                AND (CAST(? AS TEXT) IS NULL OR by.rule = ?)
                AND (CAST(? AS BIGINT) IS NULL OR EXISTS (
                    SELECT 1
                    FROM submission_tag AS t
                    WHERE t.epoch = s.epoch AND t.tag = ? AND t.submission = s.id))
            ORDER BY by.submission DESC
            LIMIT ?
            """,
            [rule.stored, decision.stored, span.begin.stored, span.end.stored] + filter.conditions + [limit.stored])
    }

    func decisionRows(_ filter: LogFilter, decision: Verdict.Decision, _ span: Span, limit: Int) throws -> [SQLRow] {
        try transaction.rows(
            """
            SELECT s.id, s.at, s.site, s.handle, s.recipient, s.verdict, s.rules, s.tags, s.evidence, s.letter_bytes, s.repeats,
                s.epoch
            FROM submission AS s
            WHERE s.verdict = ? AND s.verdict <> 'accept' AND s.id >= ? AND s.id < ?
                AND (CAST(? AS TEXT) IS NULL OR s.verdict = ?)
                AND (CAST(? AS {blob}) IS NULL OR s.recipient = ?)
                AND (CAST(? AS TEXT) IS NULL OR EXISTS (
                    SELECT 1
                    FROM submission_rule AS r
                    WHERE r.rule = ? AND r.verdict = s.verdict AND r.submission = s.id))
                AND (CAST(? AS BIGINT) IS NULL OR EXISTS (
                    SELECT 1
                    FROM submission_tag AS t
                    WHERE t.epoch = s.epoch AND t.tag = ? AND t.submission = s.id))
            ORDER BY s.id DESC
            LIMIT ?
            """,
            [decision.stored, span.begin.stored, span.end.stored] + filter.conditions + [limit.stored])
    }

    /// By the deliveries: every accepted submission has one, and hardly any other. So a flood of refusals is not read through.
    func acceptedRows(_ filter: LogFilter, _ span: Span, limit: Int) throws -> [SQLRow] {
        try transaction.rows(
            """
            SELECT s.id, s.at, s.site, s.handle, s.recipient, s.verdict, s.rules, s.tags, s.evidence, s.letter_bytes, s.repeats,
                s.epoch
            FROM delivery AS by
            CROSS JOIN submission AS s
            WHERE by.id >= ? AND by.id < ? AND s.id = by.id
                AND (CAST(? AS TEXT) IS NULL OR s.verdict = ?)
                AND (CAST(? AS {blob}) IS NULL OR s.recipient = ?)
                AND (CAST(? AS TEXT) IS NULL OR EXISTS (
                    SELECT 1
                    FROM submission_rule AS r
                    WHERE r.rule = ? AND r.verdict = s.verdict AND r.submission = s.id))
                AND (CAST(? AS BIGINT) IS NULL OR EXISTS (
                    SELECT 1
                    FROM submission_tag AS t
                    WHERE t.epoch = s.epoch AND t.tag = ? AND t.submission = s.id))
            ORDER BY by.id DESC
            LIMIT ?
            """,
            [span.begin.stored, span.end.stored] + filter.conditions + [limit.stored])
    }

    func allRows(_ filter: LogFilter, _ span: Span, limit: Int) throws -> [SQLRow] {
        try transaction.rows(
            """
            SELECT s.id, s.at, s.site, s.handle, s.recipient, s.verdict, s.rules, s.tags, s.evidence, s.letter_bytes, s.repeats,
                s.epoch
            FROM submission AS s
            WHERE s.id >= ? AND s.id < ?
                AND (CAST(? AS TEXT) IS NULL OR s.verdict = ?)
                AND (CAST(? AS {blob}) IS NULL OR s.recipient = ?)
                AND (CAST(? AS TEXT) IS NULL OR EXISTS (
                    SELECT 1
                    FROM submission_rule AS r
                    WHERE r.rule = ? AND r.verdict = s.verdict AND r.submission = s.id))
                AND (CAST(? AS BIGINT) IS NULL OR EXISTS (
                    SELECT 1
                    FROM submission_tag AS t
                    WHERE t.epoch = s.epoch AND t.tag = ? AND t.submission = s.id))
            ORDER BY s.id DESC
            LIMIT ?
            """,
            [span.begin.stored, span.end.stored] + filter.conditions + [limit.stored])
    }
}
