package import PosternCore

/// A conversation as the store has it. Anyone who has one of its links can read its summary.
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
    /// The last attempt ended because the recipient has muted the visitor.
    package let isMuted: Bool
    /// The last attempt left it waiting with those of others, as nobody is to learn that they are muted.
    package let waitsMuted: Bool
    /// Its author has taken it back.
    package let isWithdrawn: Bool
    /// It waits until its visitor has proved the address.
    package let awaitsProof: Bool
}

/// The conversations: letters between one visitor and one recipient that began with one letter.
package struct Conversations {
    let transaction: any Transaction

    /// - Parameters:
    ///   - links: of the letter that begins it.
    ///   - ledgerKey: the summary's key, masked for the recipient's own page.
    package func begin(_ conversation: ConversationRow, links: [StoredLink], ledgerKey: [UInt8]?) throws {
        let moment = LinkToken.milliseconds(of: conversation.id.moment)
        // What is looked for by another moment than the id's would not be found in this row.
        let (own, others) = (links.filter { $0.madeAt == moment }, links.filter { $0.madeAt != moment })
        try transaction.run(
            """
            INSERT INTO conversation (id, recipient, summary, ledger_key, links)
            VALUES (?, ?, ?, ?, ?)
            """,
            [
                conversation.id.stored, conversation.recipient.stored, conversation.summary.stored, ledgerKey.stored,
                PackedLinks(own).bytes.stored,
            ])
        try transaction.links.add(others)
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
    /// - Parameter limit: the most replies, the newest of them.
    package func entries(of id: LetterID, limit: Int) throws -> [ConversationEntry] {
        let rows = try transaction.rows(
            """
            SELECT delivery.id, 'visitor' AS author, delivery.accepted_at, delivery.state, delivery.due_at, delivery.attempts,
                delivery.reason, attempt.outcome,
                CASE WHEN attempt.stage IN ('mute', 'mute-by-connection') THEN 1 ELSE 0 END AS waits_muted,
                awaited_proof.letter AS awaited
            FROM delivery
            LEFT JOIN awaited_proof ON awaited_proof.letter = delivery.id
            LEFT JOIN attempt ON attempt.delivery = delivery.id AND attempt.number = delivery.attempts
            WHERE delivery.id = ?
            """,
            [id.stored])
        let replies = try transaction.rows(
            """
            SELECT delivery.id, newest.author, delivery.accepted_at, delivery.state, delivery.due_at, delivery.attempts,
                delivery.reason, attempt.outcome,
                CASE WHEN attempt.stage IN ('mute', 'mute-by-connection') THEN 1 ELSE 0 END AS waits_muted,
                NULL AS awaited
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
                isMuted: end == .settled(.muted), waitsMuted: try end != .settled(.muted) && row["waits_muted"] as Int == 1,
                isWithdrawn: state == .dropped && reason == Intake.withdrawnReason,
                awaitsProof: try (row.optional("awaited") as LetterID?) != nil)
        }
    }

    /// The conversation that a letter or reply belongs to: its own, unless it is a reply.
    package func conversation(of letter: LetterID) throws -> LetterID {
        try transaction.row(
            """
            SELECT conversation
            FROM reply
            WHERE id = ?
            """,
            [letter.stored])?["conversation"] ?? letter
    }

    /// How many replies a party has written since `moment`.
    package func count(by author: Party, in id: LetterID, since moment: Timestamp) throws -> Int {
        try transaction.row(
            """
            SELECT COUNT(*) AS count
            FROM reply
            WHERE conversation = ? AND id >= ? AND author = ? AND kind = 'reply'
            """,
            [id.stored, LetterID.floor(of: moment).stored, author.stored])?["count"] ?? 0
    }

    /// Ends it, or lets it go on. Only the party who ended it can undo that.
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

    /// Keeps what is said to show that the visitor's mailbox was reached, beside what was said so before.
    /// - Precondition: it has the length of a proof.
    package func prove(_ id: LetterID, with proof: [UInt8]) throws {
        let stored: [UInt8]? = try transaction.row(
            """
            SELECT proof
            FROM conversation
            WHERE id = ?
            """,
            [id.stored])?.optional("proof")
        var proofs = Proofs(bytes: stored)
        proofs.add(proof)
        guard proofs.bytes != stored else { return }
        try transaction.run(
            """
            UPDATE conversation
            SET proof = ?
            WHERE id = ?
            """,
            [proofs.bytes.stored, id.stored])
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

    /// Forgets one, by the letter that began it. Its links are nobody's any more.
    func forget(_ id: LetterID) throws {
        try transaction.run(
            """
            DELETE FROM conversation
            WHERE id = ?
            """,
            [id.stored])
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
