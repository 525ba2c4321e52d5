package import PosternCore

/// What came for a member: a letter or a visitor's reply. Its summary can be read with the member's key of the day on which the
/// conversation began.
package struct LedgerRow: Equatable, Sendable {
    /// Of its delivery.
    package let id: LetterID
    package let kind: DeliveryKind
    package let accepted: Timestamp
    package let verdict: Verdict.Decision
    package let state: DeliveryState
    /// When it is tried next, for `ready`.
    package let due: Timestamp?
    package let attempts: Int
    /// The last attempt ended, or left it waiting with those of others, since the recipient has muted the visitor.
    package let isMuted: Bool
    /// By the connection that it came over. Then it does not say whose it is: the recipient would learn which visitors share one.
    package let isMutedByConnection: Bool
    /// It waits until the visitor has proved the address.
    package let isAwaitingProof: Bool
    package let isReported: Bool
    /// When staff last read it; nil where they have not.
    package let seenByStaff: Timestamp?
    /// Nil once the conversation is forgotten.
    package let conversation: SealedSummary?

    package struct SealedSummary: Equatable, Sendable {
        package let id: LetterID
        package let summary: [UInt8]
        /// The summary's key, masked for the member; nil for a conversation that an earlier version of the program began.
        package let ledgerKey: [UInt8]?
    }
}

/// What came for a member lately, on the member's own page.
package struct MemberLedger {
    let transaction: any Transaction

    /// Newest first.
    /// - Parameter before: where the page before this one ended.
    package func latest(of recipient: RecipientID, before: LetterID? = nil, limit: Int) throws -> [LedgerRow] {
        try transaction.rows(
            """
            WITH theirs AS MATERIALIZED (
                SELECT own.id
                FROM delivery_epoch
                CROSS JOIN delivery AS own
                WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ? AND own.id < ? AND own.kind IN ('letter', 'reply')
                ORDER BY own.id DESC)
            SELECT delivery.id, delivery.kind, delivery.accepted_at, submission.verdict, delivery.state, delivery.due_at,
                delivery.attempts,
                CASE WHEN attempt.stage IN ('mute', 'mute-by-connection') THEN 'muted' ELSE attempt.outcome END AS outcome,
                CASE attempt.stage WHEN 'mute-by-connection' THEN 1 ELSE 0 END AS by_connection,
                awaited_proof.letter AS awaited, report.letter AS reported, staff_look.looked_at,
                conversation.id AS conversation, conversation.summary, conversation.ledger_key
            FROM theirs
            CROSS JOIN delivery
            CROSS JOIN submission
            LEFT JOIN reply ON reply.id = delivery.id
            LEFT JOIN attempt ON attempt.delivery = delivery.id AND attempt.number = delivery.attempts
            LEFT JOIN awaited_proof ON awaited_proof.letter = delivery.id
            LEFT JOIN report ON report.letter = delivery.id
            LEFT JOIN staff_look ON staff_look.letter = delivery.id
            LEFT JOIN conversation ON conversation.id = COALESCE(reply.conversation, delivery.id)
            WHERE delivery.id = theirs.id AND submission.id = theirs.id AND COALESCE(reply.author, 'visitor') = 'visitor'
            ORDER BY theirs.id DESC
            LIMIT ?
            """,
            [recipient.stored, (before ?? LetterID(high: .max, low: .max)).stored, limit.stored]
        ).map(LedgerRow.init)
    }

    /// The conversation that a mute was made from, as far as it is kept.
    package func summary(of conversation: LetterID) throws -> LedgerRow.SealedSummary? {
        try transaction.row(
            """
            SELECT id AS conversation, summary, ledger_key
            FROM conversation
            WHERE id = ?
            """,
            [conversation.stored]
        ).flatMap(LedgerRow.SealedSummary.init)
    }
}

extension LedgerRow {
    fileprivate init(_ row: SQLRow) throws {
        let end: AttemptEnd? = try row.optional("outcome")
        let isByConnection = try row["by_connection"] as Int == 1
        let (awaited, reported): (LetterID?, LetterID?) = (try row.optional("awaited"), try row.optional("reported"))
        self.init(
            id: try row["id"], kind: try row["kind"], accepted: try row["accepted_at"], verdict: try row["verdict"],
            state: try row["state"], due: try row.optional("due_at"), attempts: try row["attempts"],
            isMuted: end == .settled(.muted), isMutedByConnection: isByConnection, isAwaitingProof: awaited != nil,
            isReported: reported != nil, seenByStaff: try row.optional("looked_at"),
            conversation: isByConnection ? nil : try SealedSummary(row))
    }
}

extension LedgerRow.SealedSummary {
    init?(_ row: SQLRow) throws {
        guard let id: LetterID = try row.optional("conversation") else { return nil }
        self.init(id: id, summary: try row["summary"], ledgerKey: try row.optional("ledger_key"))
    }
}
