package import PosternCore

extension ReviewFilter {
    /// The arguments of the conditions in which every statement below ends. Each value comes twice: once to test whether it is
    /// set. The statements read one table, in order of time or by the index of its key, which takes a few hundredths of a second
    /// for a hundred thousand rows.
    fileprivate func conditions(after: LetterID?, through last: LetterID?) -> [SQLValue] {
        let begin = since.map { LetterID.floor(of: $0) } ?? .zero
        let floor = after.map { $0 < begin ? begin : $0 } ?? begin
        let end = until.map { LetterID.floor(of: $0) } ?? LetterID(high: .max, low: .max)
        let pattern = rule.map { "% \($0) %" }
        return [
            lane.stored, floor.stored, end.stored, last.stored, last.stored, verdict.stored, verdict.stored, pattern.stored,
            pattern.stored, recipient.stored, recipient.stored, site.stored, site.stored, likeness.stored, likeness.stored,
            cluster.stored, cluster.stored, tag.stored, tag.stored, tag.stored,
        ]
    }
}

extension ReviewItems {
    /// The items that match, oldest first.
    /// - Parameters:
    ///   - after: the last item of the previous page.
    ///   - last: the newest item to list.
    package func list(
        _ filter: ReviewFilter, after: LetterID? = nil, through last: LetterID? = nil, limit: Int
    ) throws -> [ReviewItem] {
        try transaction.rows(
            """
            SELECT lane, letter, site, recipient, epoch, tag, verdict, rules, likeness, cluster, version, decision, taken_at,
                taken_by, waits_since, waits_by
            FROM review_item
            WHERE {review}
            ORDER BY letter
            LIMIT ?
            """,
            filter.conditions(after: after, through: last) + [limit.stored]
        ).map(ReviewItem.init)
    }

    /// One row for each cluster, with its oldest letter that matches.
    /// - Parameter after: the oldest letter of the last cluster on the previous page.
    package func groups(_ filter: ReviewFilter, after: LetterID? = nil, limit: Int) throws -> [ReviewGroup] {
        try transaction.rows(
            """
            SELECT MIN(letter) AS first, MAX(letter) AS newest, COUNT(*) AS count
            FROM review_item
            WHERE {review}
            GROUP BY cluster
            HAVING MIN(letter) > ?
            ORDER BY MIN(letter)
            LIMIT ?
            """,
            filter.conditions(after: nil, through: nil) + [(after ?? .zero).stored, limit.stored]
        ).map { ReviewGroup(first: try $0["first"], newest: try $0["newest"], count: try $0["count"]) }
    }

    /// How many items match, and the newest of them; nil if there is none.
    /// - Parameter after: if set, only items newer than this one are counted.
    package func count(
        _ filter: ReviewFilter, after: LetterID? = nil, through last: LetterID? = nil
    ) throws -> (count: Int, newest: LetterID?) {
        let row = try transaction.row(
            """
            SELECT COUNT(*) AS count, MAX(letter) AS newest
            FROM review_item
            WHERE {review}
            """,
            filter.conditions(after: after, through: last))
        return (try row?["count"] ?? 0, try row?.optional("newest"))
    }

    /// How many letters of a lane were held by each set of rules, the most frequent set first.
    package func rules(in lane: ReviewLane, limit: Int) throws -> [(rules: [String], count: Int)] {
        try transaction.rows(
            """
            SELECT rules, COUNT(*) AS count
            FROM review_item
            WHERE lane = ? AND decision IS NULL
            GROUP BY rules
            ORDER BY count DESC, rules
            LIMIT ?
            """,
            [lane.stored, limit.stored]
        ).map { row in
            let rules: String = try row["rules"]
            return (rules.split(separator: " ").map(String.init), try row["count"])
        }
    }
}

extension Identifier {
    fileprivate static func < (left: Identifier, right: Identifier) -> Bool { (left.high, left.low) < (right.high, right.low) }
}
