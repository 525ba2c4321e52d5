package import PosternCore

/// Names that were taken on our own page, and whose address nobody has confirmed. They lapse, so that nobody can keep names from others.
package struct UnconfirmedJoins {
    /// As long as a code is good for that was mailed at once.
    package static let lifetime = Duration.days(Int64(MailedCode.days))
    /// While one of its mails is being sent at this moment.
    private static let pause = Duration.minutes(30)

    let transaction: any Transaction

    /// Another address begins again.
    package func note(_ recipient: RecipientID, version: Int32, at now: Timestamp) throws {
        try transaction.run(
            """
            INSERT INTO unconfirmed_join (recipient, record_version, ends_at)
            VALUES (?, ?, ?)
            ON CONFLICT (recipient) DO UPDATE
            SET record_version = excluded.record_version, ends_at = excluded.ends_at
            """,
            [recipient.stored, version.stored, (now + Self.lifetime).stored])
    }

    /// Whose time is over, first the one that was over first.
    package func over(at now: Timestamp, limit: Int) throws -> [Recipient] {
        try transaction.rows(
            """
            SELECT {person}
            FROM unconfirmed_join
            CROSS JOIN recipient AS own
            WHERE unconfirmed_join.ends_at <= ? AND own.id = unconfirmed_join.recipient
            ORDER BY unconfirmed_join.ends_at, unconfirmed_join.recipient
            LIMIT ?
            """,
            [now.stored, limit.stored]
        ).map { try Recipient($0, id: "id") }
    }

    /// Forgets a person who has never confirmed: the name, the sealed address, and what was mailed there. The invitation can be used
    /// again. Anyone who confirmed meanwhile, or was given a record by an operator or the site, stays.
    /// - Returns: whether somebody was forgotten.
    package func lapse(_ recipient: RecipientID, at now: Timestamp) throws -> Bool {
        let noted = try transaction.row(
            """
            SELECT record_version
            FROM unconfirmed_join
            WHERE recipient = ? AND ends_at <= ?
            """,
            [recipient.stored, now.stored])
        guard let version: Int32 = try noted?["record_version"] else { return false }
        guard let standing = try transaction.recipients.standing(of: recipient), standing.0 == .unconfirmed,
            standing.version == version
        else {
            try forget(of: recipient)
            return false
        }
        let sending = try transaction.row(
            """
            SELECT COUNT(*) AS count
            FROM delivery_epoch
            CROSS JOIN delivery AS own
            WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ? AND own.state = 'leased'
            """,
            [recipient.stored])
        guard try sending?["count"] ?? 0 == 0 else {
            try transaction.run(
                """
                UPDATE unconfirmed_join
                SET ends_at = ?
                WHERE recipient = ?
                """,
                [(now + Self.pause).stored, recipient.stored])
            return false
        }
        try transaction.invitations.release(of: recipient)
        _ = try transaction.recipients.erase(recipient, at: now)
        try forgetMails(to: recipient)
        // The row stays, empty: deleting it would mean to look through all deliveries for one that names it.
        try transaction.recipients.releaseName(of: recipient, at: now)
        return true
    }

    private func forgetMails(to recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM attempt
            WHERE delivery IN (
                SELECT own.id
                FROM delivery_epoch
                CROSS JOIN delivery AS own
                WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ?)
            """,
            [recipient.stored])
        try transaction.run(
            """
            DELETE FROM delivery
            WHERE id IN (
                SELECT own.id
                FROM delivery_epoch
                CROSS JOIN delivery AS own
                WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ?)
            """,
            [recipient.stored])
    }

    /// Of somebody who has confirmed, or is somebody else's matter now.
    package func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM unconfirmed_join
            WHERE recipient = ?
            """,
            [recipient.stored])
    }
}
