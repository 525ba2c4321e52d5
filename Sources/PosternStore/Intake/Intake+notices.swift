package import PosternCore

extension Intake {
    /// How many mails of a kind that nobody posted a recipient has been sent, or is being sent, since `moment`.
    package func serviceMails(_ kind: DeliveryKind, to recipient: RecipientID, since moment: Timestamp) throws -> Int {
        try transaction.row(
            """
            SELECT COUNT(*) AS count
            FROM delivery
            WHERE kind NOT IN ('letter', 'reply') AND id >= ? AND kind = ? AND recipient = ?
            """,
            [LetterID.floor(of: moment).stored, kind.stored, recipient.stored])?["count"] ?? 0
    }

    /// Whether a mail about a change of address was sent, or is to be.
    package func hasMail(_ kind: DeliveryKind, about change: AddressChangeID, to recipient: RecipientID) throws -> Bool {
        let subject = LetterID(high: change.high, low: change.low)
        // The mails were written down when the vault had named the change, by a clock that may differ a little.
        return try transaction.row(
            """
            SELECT id
            FROM delivery
            WHERE kind NOT IN ('letter', 'reply') AND id >= ? AND kind = ? AND recipient = ? AND letter = ? AND state <> 'dropped'
            LIMIT 1
            """,
            [LetterID.floor(of: change.moment - .minutes(5)).stored, kind.stored, recipient.stored, subject.stored]) != nil
    }

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

/// What a mail needs that nobody posted: made before the transaction, which may run twice.
package struct ServiceMail: Sendable {
    package let id: LetterID
    package let tokens: MailTokens

    package init(at now: Timestamp, using randomness: inout some RandomNumberGenerator) {
        id = LetterID(at: now, using: &randomness)
        tokens = MailTokens(using: &randomness)
    }
}
