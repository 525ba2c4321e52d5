package import PosternCore

/// What left for a member or from them, besides what visitors wrote: an answer of theirs, its copy, a mail about their settings.
package struct MemberMailRow: Equatable, Sendable {
    /// Of its delivery.
    package let id: LetterID
    package let kind: DeliveryKind
    package let accepted: Timestamp
    package let state: DeliveryState
    /// Its author has taken it back.
    package let isWithdrawn: Bool
    /// Of an answer and its copy.
    package let conversation: LetterID?
}

/// A conversation of a member, as far as it is kept.
package struct MemberConversationRow: Equatable, Sendable {
    package let sealed: LedgerRow.SealedSummary
    package let closed: Timestamp?
    package let closedBy: Party?
}

extension MemberLedger {
    /// Newest first. Without what went to visitors and is not the member's own: codes, copies of their answers.
    package func mails(of recipient: RecipientID, limit: Int) throws -> [MemberMailRow] {
        try transaction.rows(
            """
            WITH theirs AS MATERIALIZED (
                SELECT own.id
                FROM delivery_epoch
                CROSS JOIN delivery AS own
                WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ? AND own.kind NOT IN ('letter', 'prove')
                ORDER BY own.id DESC)
            SELECT delivery.id, delivery.kind, delivery.accepted_at, delivery.state, delivery.reason, reply.conversation
            FROM theirs
            CROSS JOIN delivery
            LEFT JOIN reply ON reply.id = delivery.id
            WHERE delivery.id = theirs.id AND (delivery.kind NOT IN ('reply', 'copy') OR reply.author = 'recipient')
            ORDER BY theirs.id DESC
            LIMIT ?
            """,
            [recipient.stored, limit.stored]
        ).map { row in
            let (state, reason): (DeliveryState, String?) = (try row["state"], try row.optional("reason"))
            return MemberMailRow(
                id: try row["id"], kind: try row["kind"], accepted: try row["accepted_at"], state: state,
                isWithdrawn: state == .dropped && reason == Intake.withdrawnReason,
                conversation: try row.optional("conversation"))
        }
    }

    /// Newest first.
    package func conversations(of recipient: RecipientID, limit: Int) throws -> [MemberConversationRow] {
        try transaction.rows(
            """
            WITH theirs AS MATERIALIZED (
                SELECT own.id
                FROM delivery_epoch
                CROSS JOIN delivery AS own
                WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ? AND own.kind = 'letter'
                ORDER BY own.id DESC)
            SELECT conversation.id AS conversation, conversation.summary, conversation.ledger_key, conversation.closed_at,
                conversation.closed_by
            FROM theirs
            CROSS JOIN conversation
            WHERE conversation.id = theirs.id
            ORDER BY theirs.id DESC
            LIMIT ?
            """,
            [recipient.stored, limit.stored]
        ).compactMap { row in
            guard let sealed = try LedgerRow.SealedSummary(row) else { return nil }
            return MemberConversationRow(
                sealed: sealed, closed: try row.optional("closed_at"), closedBy: try row.optional("closed_by"))
        }
    }
}
