package import PosternCore

/// What members decide about letters to them.
extension Recipients {
    /// Everything but the end of a pause.
    package func change(_ settings: MemberSettings, of id: RecipientID, at now: Timestamp) throws -> RecipientChange {
        let changed = try transaction.run(
            """
            UPDATE recipient
            SET writers = ?, daily_letters = ?, mail_form = ?, updated_at = ?
            WHERE id = ? AND state <> 'erased'
            """,
            [
                settings.writers.stored, settings.dailyLetters.stored, (settings.isTextOnly ? MailFormat.text : nil).stored,
                now.stored, id.stored,
            ])
        return changed == 1 ? .changed : try standing(of: id).map { .refused(in: $0.0) } ?? .unknown
    }

    /// Pauses letters, or gives a pause another end.
    /// - Parameter end: when they come again by themselves; nil for when somebody says so.
    package func pause(_ id: RecipientID, until end: Timestamp?, at now: Timestamp) throws -> RecipientChange {
        let change = try setState(.paused, of: id, from: [.active, .paused], at: now)
        guard change == .changed, let end else { return change }
        try transaction.run(
            """
            UPDATE recipient
            SET paused_until = ?
            WHERE id = ?
            """,
            [end.stored, id.stored])
        try transaction.run(
            """
            INSERT INTO pause_end (ends_at, recipient)
            VALUES (?, ?)
            ON CONFLICT (ends_at, recipient) DO NOTHING
            """,
            [end.stored, id.stored])
        return .changed
    }

    /// Whose pause is over, first the one that ended first. Until `endPause` the store calls them paused.
    package func pausesOver(at now: Timestamp, limit: Int) throws -> [Recipient] {
        try transaction.rows(
            """
            SELECT {person}
            FROM pause_end
            CROSS JOIN recipient AS own
            WHERE pause_end.ends_at <= ? AND own.id = pause_end.recipient AND own.paused_until = pause_end.ends_at
            ORDER BY pause_end.ends_at, pause_end.recipient
            LIMIT ?
            """,
            [now.stored, limit.stored]
        ).map { try Recipient($0, id: "id") }
    }

    /// - Returns: false when the pause was ended, or given another end, meanwhile.
    package func endPause(of recipient: Recipient, at now: Timestamp) throws -> Bool {
        guard let end = recipient.settings.pausedUntil, end <= now else { return false }
        try forgetPauseEnd(of: recipient.id)
        return try transaction.run(
            """
            UPDATE recipient
            SET state = 'active', paused_until = NULL, updated_at = ?
            WHERE id = ? AND state = 'paused' AND paused_until = ?
            """,
            [now.stored, recipient.id.stored, end.stored]) == 1
    }

    /// Before the column changes that it repeats.
    func forgetPauseEnd(of id: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM pause_end
            WHERE recipient = ? AND ends_at = (
                SELECT paused_until
                FROM recipient
                WHERE id = ?)
            """,
            [id.stored, id.stored])
    }

    /// When the row was made, and changed last.
    package func times(of id: RecipientID) throws -> (made: Timestamp, changed: Timestamp)? {
        try transaction.row(
            """
            SELECT created_at, updated_at
            FROM recipient
            WHERE id = ?
            """,
            [id.stored]
        ).map { (try $0["created_at"], try $0["updated_at"]) }
    }
}
