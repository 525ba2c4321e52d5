/// The few words in which one store's SQL differs from another's. A statement names them in braces; the driver puts its own
/// words in when it prepares the statement. Nothing else may differ.
package struct Dialect: Equatable, Sendable {
    /// `{blob}`: the type of a byte string (`BLOB`, `BYTEA`).
    package let blob: String
    /// `{clustered}`, after a table's closing bracket: keeps the rows in the primary key's own tree (`WITHOUT ROWID`), or
    /// nothing where the store cannot.
    package let clustered: String
    /// `{skip locked}`, at the end of the claim's inner SELECT: passes over what another relay is claiming
    /// (`FOR UPDATE SKIP LOCKED`), or nothing where there is one writer.
    package let skipLocked: String

    package init(blob: String, clustered: String, skipLocked: String) {
        self.blob = blob
        self.clustered = clustered
        self.skipLocked = skipLocked
    }

    /// The statement in this store's words, with the parts that it shares with others.
    package func text(of sql: StaticString) -> String {
        SharedSQL.parts.reduce(sql.description) { $0.replacing("{\($1.name)}", with: $1.text) }
            .replacing("{blob}", with: blob)
            .replacing("{clustered}", with: clustered)
            .replacing("{skip locked}", with: skipLocked)
    }
}

/// What several statements have in common, word for word, and name in braces.
enum SharedSQL {
    static let parts: [(name: String, text: String)] = [
        ("entry", entry), ("conditions", conditions), ("person", person), ("review", review),
    ]

    /// What `SubmissionEntry` is read from.
    private static let entry = """
        s.id, s.at, s.site, s.handle, s.recipient, s.verdict, s.rules, s.tags, s.evidence, s.letter_bytes, s.repeats, s.epoch
        """

    /// What a `Recipient` is read from.
    private static let person = """
        own.id, own.site, own.handle, own.name, own.language, own.state, own.record_version, own.seal, own.authorisation,
            own.paused_until, own.writers, own.daily_letters, own.mail_form
        """

    /// What `LogFilter.conditions` gives the arguments for: each condition, or none.
    private static let conditions = """
        (CAST(? AS TEXT) IS NULL OR s.verdict = ?)
            AND (CAST(? AS {blob}) IS NULL OR s.recipient = ?)
            AND (CAST(? AS TEXT) IS NULL OR EXISTS (
                SELECT 1
                FROM submission_rule AS r
                WHERE r.rule = ? AND r.verdict = s.verdict AND r.submission = s.id))
            AND (CAST(? AS BIGINT) IS NULL OR EXISTS (
                SELECT 1
                FROM submission_tag AS t
                WHERE t.epoch = s.epoch AND t.tag = ? AND t.submission = s.id))
        """

    /// What `ReviewFilter.conditions` gives the arguments for: what is open, and each condition, or none.
    private static let review = """
        lane = ? AND decision IS NULL AND letter > ? AND letter < ?
            AND (CAST(? AS {blob}) IS NULL OR letter <= ?)
            AND (CAST(? AS TEXT) IS NULL OR verdict = ?)
            AND (CAST(? AS TEXT) IS NULL OR ' ' || rules || ' ' LIKE ?)
            AND (CAST(? AS {blob}) IS NULL OR recipient = ?)
            AND (CAST(? AS TEXT) IS NULL OR site = ?)
            AND (CAST(? AS {blob}) IS NULL OR likeness = ?)
            AND (CAST(? AS {blob}) IS NULL OR cluster = ?)
            AND (CAST(? AS BIGINT) IS NULL OR tag = ? OR EXISTS (
                SELECT 1
                FROM submission_tag AS t
                WHERE t.epoch = review_item.epoch AND t.tag = ? AND t.submission = review_item.letter))
        """
}
