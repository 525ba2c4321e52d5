package import PosternCore

/// The log of everything that was posted, accepted or not.
package struct SubmissionLog {
    let transaction: any Transaction

    package func entry(_ id: LetterID) throws -> SubmissionEntry? {
        try transaction.row(
            """
            SELECT {entry}
            FROM submission AS s
            WHERE s.id = ?
            """,
            [id.stored]
        ).map(SubmissionEntry.init)
    }

    /// For following the log.
    /// - Returns: the entries after `after`, in the order in which they came.
    package func entries(_ filter: LogFilter = LogFilter(), after: LetterID = .zero, limit: Int) throws -> [SubmissionEntry] {
        let begin = filter.since.map { LetterID.floor(of: $0) } ?? .zero
        // After the first id of a moment no other of that moment is lost: no id ends in 80 zero bits.
        let after = begin.isAfter(after) ? begin : after
        return try rows(
            """
            SELECT {entry}
            FROM submission AS s
            WHERE s.id > ? AND s.id < ?
                AND {conditions}
            ORDER BY s.id
            LIMIT ?
            """,
            [], (after, filter.end), filter, limit
        ).map(SubmissionEntry.init)
    }

    /// The latest entries before `before`, newest first.
    ///
    /// Starts from the condition that leaves the fewest entries; each condition has its own index. Tags and recipients are searched
    /// day by day, because their indexes begin with the day. A rule that has seldom matched leaves fewer entries than a recipient.
    package func latest(_ filter: LogFilter = LogFilter(), before: LetterID? = nil, limit: Int) throws -> [SubmissionEntry] {
        let end = before.map { filter.end.isAfter($0) ? $0 : filter.end } ?? filter.end
        let span = (begin: filter.since.map { LetterID.floor(of: $0) } ?? .zero, end: end)
        let rows: [SQLRow]
        if let tag = filter.tag {
            rows = try daily(span, limit: limit) { try taggedRows(filter, tag: tag, of: $0, span, limit: $1) }
        } else if let rule = filter.rule, try filter.recipient == nil || hasSpokenSeldom(rule, filter, span) {
            rows = try Self.decisions(filter).flatMap { try ruleRows(filter, rule: rule, decision: $0, span, limit: limit) }
            return Array(try rows.map(SubmissionEntry.init).sorted { $0.id.isAfter($1.id) }.prefix(limit))
        } else if let recipient = filter.recipient {
            rows = try daily(span, limit: limit) { try recipientRows(filter, recipient: recipient, of: $0, span, limit: $1) }
        } else if filter.decision == .accept {
            rows = try acceptedRows(filter, span, limit: limit)
        } else if let decision = filter.decision {
            rows = try decisionRows(filter, decision: decision, span, limit: limit)
        } else {
            rows = try allRows(filter, span, limit: limit)
        }
        return try rows.map(SubmissionEntry.init)
    }

    /// Submissions since `moment` by decision.
    package func count(since moment: Timestamp) throws -> [Verdict.Decision: Int] {
        let begin = LetterID.floor(of: moment).stored
        // Both counts are read from an index alone.
        let kept = try transaction.rows(
            """
            SELECT verdict, COUNT(*) AS number
            FROM submission
            WHERE id >= ? AND verdict <> 'refuse'
            GROUP BY verdict
            """,
            [begin])
        let refused = try transaction.rows(
            """
            SELECT verdict, COUNT(*) AS number
            FROM submission
            WHERE verdict = 'refuse' AND verdict <> 'accept' AND id >= ?
            GROUP BY verdict
            """,
            [begin])
        return Dictionary(uniqueKeysWithValues: try (kept + refused).map { (try $0["verdict"], try $0["number"]) })
    }

    /// When the oldest entry came.
    package func oldest() throws -> Timestamp? {
        try transaction.row(
            """
            SELECT at
            FROM submission
            ORDER BY id
            LIMIT 1
            """
        ).map { try $0["at"] }
    }
}

extension LogFilter {
    /// Entries that are not too late have a smaller id.
    fileprivate var end: LetterID {
        until.map { LetterID.floor(of: $0) } ?? LetterID(high: .max, low: .max)
    }
}

extension Identifier {
    fileprivate func isAfter(_ other: Identifier) -> Bool {
        (high, low) > (other.high, other.low)
    }
}
