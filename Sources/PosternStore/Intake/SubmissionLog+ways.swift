internal import PosternCore

/// The searches of the log, one for each index. All end in the same conditions, even those that the index already meets: they take
/// the same arguments, and a condition that is not asked for costs nothing.
extension SubmissionLog {
    typealias Span = (begin: LetterID, end: LetterID)

    /// From the newest day to the oldest, until there are enough.
    func daily(_ span: Span, limit: Int, _ rows: (Epoch, Int) throws -> [SQLRow]) throws -> [SQLRow] {
        let ends = try [
            transaction.row(
                """
                SELECT epoch
                FROM submission
                WHERE id >= ? AND id < ?
                ORDER BY id
                LIMIT 1
                """,
                [span.begin.stored, span.end.stored]),
            transaction.row(
                """
                SELECT epoch
                FROM submission
                WHERE id >= ? AND id < ?
                ORDER BY id DESC
                LIMIT 1
                """,
                [span.begin.stored, span.end.stored]),
        ].compactMap { try $0?["epoch"] as Epoch? }
        guard let first = ends.first, let last = ends.last else { return [] }
        var found: [SQLRow] = []
        // Ten years: more can only be a row that somebody has changed.
        for day in stride(from: last.day, through: max(first.day, last.day &- 3_660), by: -1) {
            found += try rows(Epoch(day: day), limit - found.count)
            if found.count >= limit { break }
        }
        return found
    }

    func taggedRows(_ filter: LogFilter, tag: Tag, of epoch: Epoch, _ span: Span, limit: Int) throws -> [SQLRow] {
        try rows(
            """
            SELECT {entry}
            FROM submission_tag AS by
            CROSS JOIN submission AS s
            WHERE by.epoch = ? AND by.tag = ? AND by.submission >= ? AND by.submission < ? AND s.id = by.submission
                AND {conditions}
            ORDER BY by.submission DESC
            LIMIT ?
            """,
            [epoch.stored, tag.stored], span, filter.without(\LogFilter.tag), limit)
    }

    func recipientRows(
        _ filter: LogFilter, recipient: RecipientID, of epoch: Epoch, _ span: Span, limit: Int
    ) throws -> [SQLRow] {
        try rows(
            """
            SELECT {entry}
            FROM submission AS s
            WHERE s.epoch = ? AND s.recipient = ? AND s.id >= ? AND s.id < ?
                AND {conditions}
            ORDER BY s.id DESC
            LIMIT ?
            """,
            [epoch.stored, recipient.stored], span, filter, limit)
    }

    /// The verdicts that a filter lets through.
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
        try rows(
            """
            SELECT {entry}
            FROM submission_rule AS by
            CROSS JOIN submission AS s
            WHERE by.rule = ? AND by.verdict = ? AND by.submission >= ? AND by.submission < ? AND s.id = by.submission
                AND {conditions}
            ORDER BY by.submission DESC
            LIMIT ?
            """,
            [rule.stored, decision.stored], span, filter.without(\.rule), limit)
    }

    func decisionRows(_ filter: LogFilter, decision: Verdict.Decision, _ span: Span, limit: Int) throws -> [SQLRow] {
        try rows(
            """
            SELECT {entry}
            FROM submission AS s
            WHERE s.verdict = ? AND s.verdict <> 'accept' AND s.id >= ? AND s.id < ?
                AND {conditions}
            ORDER BY s.id DESC
            LIMIT ?
            """,
            [decision.stored], span, filter, limit)
    }

    /// By the deliveries: every accepted submission has one, and hardly any other. So a flood of refusals is not read through.
    func acceptedRows(_ filter: LogFilter, _ span: Span, limit: Int) throws -> [SQLRow] {
        try rows(
            """
            SELECT {entry}
            FROM delivery AS by
            CROSS JOIN submission AS s
            WHERE by.id >= ? AND by.id < ? AND s.id = by.id
                AND {conditions}
            ORDER BY by.id DESC
            LIMIT ?
            """,
            [], span, filter, limit)
    }

    func allRows(_ filter: LogFilter, _ span: Span, limit: Int) throws -> [SQLRow] {
        try rows(
            """
            SELECT {entry}
            FROM submission AS s
            WHERE s.id >= ? AND s.id < ?
                AND {conditions}
            ORDER BY s.id DESC
            LIMIT ?
            """,
            [], span, filter, limit)
    }

    func rows(_ way: StaticString, _ key: [SQLValue], _ span: Span, _ filter: LogFilter, _ limit: Int) throws -> [SQLRow] {
        try transaction.rows(way, key + [span.begin.stored, span.end.stored] + filter.conditions + [limit.stored])
    }
}
