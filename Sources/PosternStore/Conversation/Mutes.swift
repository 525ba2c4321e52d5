package import PosternCore

/// The visitors that recipients want to hear no more from.
package struct Mutes {
    let transaction: any Transaction

    /// More than anybody mutes by hand; a job carries all of a recipient's.
    package static let most = 500

    /// - Parameter visitor: as the vault names the visitor for this recipient.
    /// - Returns: false when the recipient has muted as many as a recipient can.
    package func add(_ visitor: [UInt8], of recipient: RecipientID, from conversation: LetterID, at now: Timestamp) throws -> Bool
    {
        try transaction.run(
            """
            INSERT INTO mute (recipient, visitor, conversation, created_at)
            SELECT CAST(? AS {blob}), CAST(? AS {blob}), CAST(? AS {blob}), CAST(? AS BIGINT)
            WHERE (
                SELECT COUNT(*)
                FROM mute
                WHERE recipient = ?) < ?
            ON CONFLICT (recipient, visitor) DO UPDATE
            SET conversation = excluded.conversation
            """,
            [
                recipient.stored, visitor.stored, conversation.stored, now.stored, recipient.stored, Self.most.stored,
            ])
        return try names(of: recipient).contains(visitor)
    }

    /// Whether the visitor of this conversation was muted by a link of it. The store does not know which other conversations are the
    /// same visitor's.
    package func isMuted(from conversation: LetterID, of recipient: RecipientID) throws -> Bool {
        try transaction.row(
            """
            SELECT visitor
            FROM mute
            WHERE recipient = ? AND conversation = ?
            LIMIT 1
            """,
            [recipient.stored, conversation.stored]) != nil
    }

    package func remove(_ visitor: [UInt8], of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM mute
            WHERE recipient = ? AND visitor = ?
            """,
            [recipient.stored, visitor.stored])
    }

    package func names(of recipient: RecipientID) throws -> [[UInt8]] {
        try transaction.rows(
            """
            SELECT visitor
            FROM mute
            WHERE recipient = ?
            ORDER BY visitor
            LIMIT ?
            """,
            [recipient.stored, Self.most.stored]
        ).map { try $0["visitor"] }
    }

    /// With when they were muted and from which conversation, newest first.
    package func list(of recipient: RecipientID) throws -> [(visitor: [UInt8], conversation: LetterID, at: Timestamp)] {
        try transaction.rows(
            """
            SELECT visitor, conversation, created_at
            FROM mute
            WHERE recipient = ?
            ORDER BY created_at DESC, visitor
            LIMIT ?
            """,
            [recipient.stored, Self.most.stored]
        ).map { (try $0["visitor"], try $0["conversation"], try $0["created_at"]) }
    }

    func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM mute
            WHERE recipient = ?
            """,
            [recipient.stored])
    }
}
