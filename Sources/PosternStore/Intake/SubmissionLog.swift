package import PosternCore

/// The log of everything that was posted, accepted or not.
package struct SubmissionLog {
    private let session: any Session

    package init(_ session: any Session) {
        self.session = session
    }

    /// - Returns: entries in the order in which they came, from behind `after`.
    package func entries(after: LetterID? = nil, limit: Int) throws -> [SubmissionEntry] {
        let rows = try session.rows(
            """
            SELECT id, at, site, handle, recipient, verdict, rules, evidence, letter_bytes, epoch
            FROM submission
            WHERE id > ?
            ORDER BY id
            LIMIT ?
            """,
            [(after ?? .zero).stored, limit.stored])
        return try rows.map(SubmissionEntry.init)
    }

    package func entry(_ id: LetterID) throws -> SubmissionEntry? {
        let row = try session.row(
            """
            SELECT id, at, site, handle, recipient, verdict, rules, evidence, letter_bytes, epoch
            FROM submission
            WHERE id = ?
            """,
            [id.stored])
        return try row.map(SubmissionEntry.init)
    }
}

extension Session {
    package var submissionLog: SubmissionLog { SubmissionLog(self) }
}
