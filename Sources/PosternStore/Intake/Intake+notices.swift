package import PosternCore

extension Intake {
    /// How many notices that letters are paused a recipient has been sent, or is being sent, since `moment`.
    package func pauseNotices(to recipient: RecipientID, since moment: Timestamp) throws -> Int {
        // The condition of the index of mails that nobody posted, as it has it; those of a day are few.
        try transaction.row(
            """
            SELECT COUNT(*) AS count
            FROM delivery
            WHERE kind NOT IN ('letter', 'reply') AND id >= ? AND kind = 'pause-notice' AND recipient = ?
            """,
            [LetterID.floor(of: moment).stored, recipient.stored])?["count"] ?? 0
    }
}
