package import PosternCore

/// A conversation as the store has it. Its summary can be read by who has one of its links.
package struct ConversationRow: Equatable, Sendable {
    /// Of the letter that began it.
    package let id: LetterID
    package let recipient: RecipientID
    /// Sealed.
    package let summary: [UInt8]
    package let closedBy: Party?

    package init(id: LetterID, recipient: RecipientID, summary: [UInt8], closedBy: Party? = nil) {
        self.id = id
        self.recipient = recipient
        self.summary = summary
        self.closedBy = closedBy
    }
}

/// A letter of a conversation, and what became of it.
package struct ConversationEntry: Equatable, Sendable {
    /// Of its delivery.
    package let id: LetterID
    package let author: Party
    package let accepted: Timestamp
    package let state: DeliveryState
    /// When it is tried next, for `ready`.
    package let due: Timestamp?
    package let attempts: Int
    /// The last attempt ended since the recipient has muted the visitor.
    package let isMuted: Bool
    /// Its author has taken it back.
    package let isWithdrawn: Bool
}

/// What belongs together: letters between one visitor and one recipient that began with one letter.
package struct Conversations {
    let transaction: any Transaction

    package func begin(_ conversation: ConversationRow) throws {
        try transaction.run(
            """
            INSERT INTO conversation (id, recipient, summary)
            VALUES (?, ?, ?)
            """,
            [conversation.id.stored, conversation.recipient.stored, conversation.summary.stored])
    }

    package func find(_ id: LetterID) throws -> ConversationRow? {
        try transaction.row(
            """
            SELECT id, recipient, summary, closed_by
            FROM conversation
            WHERE id = ?
            """,
            [id.stored]
        ).map { row in
            ConversationRow(
                id: try row["id"], recipient: try row["recipient"], summary: try row["summary"],
                closedBy: try row.optional("closed_by"))
        }
    }

    /// Oldest first: the letter that began it, then the replies.
    /// - Parameter limit: the newest so many replies.
    package func entries(of id: LetterID, limit: Int) throws -> [ConversationEntry] {
        let rows = try transaction.rows(
            """
            SELECT delivery.id, 'visitor' AS author, delivery.accepted_at, delivery.state, delivery.due_at, delivery.attempts,
                delivery.reason, attempt.outcome
            FROM delivery
            LEFT JOIN attempt ON attempt.delivery = delivery.id AND attempt.number = delivery.attempts
            WHERE delivery.id = ?
            """,
            [id.stored])
        let replies = try transaction.rows(
            """
            SELECT delivery.id, newest.author, delivery.accepted_at, delivery.state, delivery.due_at, delivery.attempts,
                delivery.reason, attempt.outcome
            FROM (
                SELECT id, author
                FROM reply
                WHERE conversation = ? AND kind = 'reply'
                ORDER BY id DESC
                LIMIT ?) AS newest
            CROSS JOIN delivery
            LEFT JOIN attempt ON attempt.delivery = delivery.id AND attempt.number = delivery.attempts
            WHERE delivery.id = newest.id
            ORDER BY delivery.id
            """,
            [id.stored, limit.stored])
        return try (rows + replies).map { row in
            let end: AttemptEnd? = try row.optional("outcome")
            let state: DeliveryState = try row["state"]
            let reason: String? = try row.optional("reason")
            return ConversationEntry(
                id: try row["id"], author: try row["author"], accepted: try row["accepted_at"], state: state,
                due: try row.optional("due_at"), attempts: try row["attempts"],
                isMuted: end == .settled(.muted), isWithdrawn: state == .dropped && reason == Intake.withdrawnReason)
        }
    }

    /// How many replies one of the two has written since `moment`.
    package func count(by author: Party, in id: LetterID, since moment: Timestamp) throws -> Int {
        try transaction.row(
            """
            SELECT COUNT(*) AS count
            FROM reply
            WHERE conversation = ? AND id >= ? AND author = ? AND kind = 'reply'
            """,
            [id.stored, LetterID.floor(of: moment).stored, author.stored])?["count"] ?? 0
    }

    /// Ends it, or lets it go on. Only who has ended it can undo that.
    /// - Returns: false when the other one has ended it, or there is none.
    package func setClosed(_ isClosed: Bool, _ id: LetterID, by party: Party, at now: Timestamp) throws -> Bool {
        try transaction.run(
            """
            UPDATE conversation
            SET closed_at = ?, closed_by = ?
            WHERE id = ? AND (closed_by IS NULL OR closed_by = ?)
            """,
            [
                (isClosed ? now : nil).stored, (isClosed ? party : nil).stored, id.stored, party.stored,
            ]) == 1
    }

    /// Keeps the vault's word that the visitor's mailbox was reached.
    package func prove(_ id: LetterID, with proof: [UInt8]) throws {
        try transaction.run(
            """
            UPDATE conversation
            SET proof = ?
            WHERE id = ?
            """,
            [proof.stored, id.stored])
    }

    /// The seal of the letter that began it, which shows the vault whom to mute; nil when the letter is gone.
    package func seal(of id: LetterID) throws -> [UInt8]? {
        try transaction.row(
            """
            SELECT seal
            FROM letter
            WHERE id = ?
            """,
            [id.stored])?["seal"]
    }

    /// Forgets all conversations of a recipient, before their letters' deliveries are.
    func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM conversation
            WHERE id IN (
                SELECT own.id
                FROM delivery_epoch
                CROSS JOIN delivery AS own
                WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ?)
            """,
            [recipient.stored])
    }
}
