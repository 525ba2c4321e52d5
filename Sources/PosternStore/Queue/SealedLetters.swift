package import PosternCore

/// A letter with its seal, as the vault needs it to see whose it is.
package struct SealedLetterRow: Equatable, Sendable {
    package let id: LetterID
    package let site: SiteID
    package let recipient: RecipientID
    package let handle: Handle
    package let state: DeliveryState
    package let seal: [UInt8]
}

extension Queue {
    /// The first letters of visitors whose seals are kept, in the order in which they came. Their answers in a conversation have no
    /// address of their own.
    package func sealedLetters(after: LetterID = .zero, limit: Int) throws -> [SealedLetterRow] {
        try transaction.rows(
            """
            SELECT letter.id, recipient.site, delivery.recipient, recipient.handle, delivery.state, letter.seal
            FROM letter
            CROSS JOIN delivery
            CROSS JOIN recipient
            WHERE letter.id > ? AND delivery.id = letter.id AND delivery.kind = 'letter' AND recipient.id = delivery.recipient
            ORDER BY letter.id
            LIMIT ?
            """,
            [after.stored, limit.stored]
        ).map { row in
            SealedLetterRow(
                id: try row["id"], site: try row["site"], recipient: try row["recipient"], handle: try row["handle"],
                state: try row["state"], seal: try row["seal"])
        }
    }

    /// Removes the seal of a visitor's letter and those of their answers in its conversation, and the conversation: what waits is dropped,
    /// and nobody can answer any more. That it came, for whom and how it ended stays in the log; so do a report of it and the sealed
    /// client address, which are there because of what was written.
    /// - Returns: false when there is no such letter.
    package func eraseLetter(_ id: LetterID, at now: Timestamp) throws -> Bool {
        let isThere =
            try transaction.row(
                """
                SELECT 1 AS found
                FROM letter
                WHERE id = ?
                """,
                [id.stored]) != nil
        guard isThere else { return false }
        try transaction.run(
            """
            UPDATE delivery
            SET state = 'dropped', due_at = NULL, finished_at = ?, reason = 'its writer was erased'
            WHERE state IN ('ready', 'held') AND (id = ? OR id IN (
                SELECT reply.id
                FROM reply
                WHERE reply.conversation = ?))
            """,
            [now.stored, id.stored, id.stored])
        try transaction.run(
            """
            DELETE FROM letter
            WHERE id = ? OR id IN (
                SELECT reply.id
                FROM reply
                WHERE reply.conversation = ?)
            """,
            [id.stored, id.stored])
        try transaction.reviewItems.end(id, in: .held)
        try transaction.awaitedProofs.forget(id)
        try transaction.waves.forgetSketch(of: id)
        try transaction.conversations.forget(id)
        return true
    }
}
