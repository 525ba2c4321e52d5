package import PosternCore

/// Forgets what has served its time, in small batches: each verb takes at most `limit` and is repeated until it returns 0, so
/// that letters get in between. Accepted letters equal the sum of all states before and after each.
package struct Retention {
    let transaction: any Transaction

    /// Forgets the digests of posts that can no longer be repeated.
    package func forgetIdempotencyRecords(at now: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM idempotency_record
            WHERE key IN (
                SELECT key
                FROM idempotency_record
                WHERE expires_at <= ?
                ORDER BY expires_at
                LIMIT ?)
            """,
            [now.stored, limit.stored])
    }

    /// Removes the seals of every letter of `epoch` and before, whose key is destroyed or about to be. Letters that still wait
    /// or are held can never be sent, and are dropped; what is under way stays until it has an outcome.
    ///
    /// The evidence in the log stays in its place: without its epoch's key it is noise.
    /// - Returns: how many letters, and deliveries without one, are done with.
    package func forgetLetters(through epoch: Epoch, at now: Timestamp, limit: Int) throws -> Int {
        let end = LetterID.floor(of: epoch.end)
        // Held, with no letter of its own or none left: confirmations, copies, and what was under way when its recipient was erased.
        let empty = try transaction.run(
            """
            UPDATE delivery
            SET state = 'dropped', finished_at = ?, reason = 'the time that letters are kept is over'
            WHERE id IN (
                SELECT id
                FROM delivery
                WHERE state = 'held' AND due_at IS NULL AND id < ? AND epoch <= ? AND NOT EXISTS (
                    SELECT 1
                    FROM letter
                    WHERE letter.id = delivery.id)
                ORDER BY id
                LIMIT ?)
            """,
            [now.stored, end.stored, epoch.stored, limit.stored])
        try transaction.run(
            """
            UPDATE delivery
            SET state = 'dropped', due_at = NULL, finished_at = ?, reason = 'the time that letters are kept is over'
            WHERE state IN ('ready', 'held') AND id IN (
                SELECT letter.id
                FROM letter
                CROSS JOIN delivery AS own
                WHERE letter.id < ? AND own.id = letter.id AND own.epoch <= ? AND own.state <> 'leased'
                ORDER BY letter.id
                LIMIT ?)
            """,
            [now.stored, end.stored, epoch.stored, limit.stored])
        let letters = try transaction.run(
            """
            DELETE FROM letter
            WHERE id IN (
                SELECT letter.id
                FROM letter
                CROSS JOIN delivery AS own
                WHERE letter.id < ? AND own.id = letter.id AND own.epoch <= ? AND own.state <> 'leased'
                ORDER BY letter.id
                LIMIT ?)
            """,
            [end.stored, epoch.stored, limit.stored])
        return empty + letters
    }

    /// Removes the log entries of submissions that came before `moment`, with their deliveries and attempts, unless a
    /// delivery has not ended yet.
    /// - Returns: how many submissions are gone.
    package func forgetSubmissions(before moment: Timestamp, limit: Int) throws -> Int {
        let ids = try transaction.rows(
            """
            SELECT id, epoch
            FROM submission
            WHERE id < ? AND NOT EXISTS (
                SELECT 1
                FROM delivery
                WHERE delivery.id = submission.id AND delivery.finished_at IS NULL)
            ORDER BY id
            LIMIT ?
            """,
            [LetterID.floor(of: moment).stored, limit.stored])
        for row in ids {
            let id: LetterID = try row["id"]
            try forgetDelivery(id)
            try forgetEntry(id, of: try row["epoch"])
        }
        return ids.count
    }

    /// Removes the conversations that began in `epoch` or before, with their links and what was muted by the connection of their first
    /// letters: nobody can send a mail in them any more, since the visitor's address was in the first letter.
    /// - Returns: how many rows are gone.
    package func forgetConversations(through epoch: Epoch, limit: Int) throws -> Int {
        // What the program before made has seconds in the place of milliseconds.
        let spans: [(from: Int64, to: Int64)] = [
            (0, min(epoch.end.milliseconds / 1_000, Self.mostSeconds)), (Self.mostSeconds, epoch.end.milliseconds),
        ]
        var links = 0
        for span in spans {
            links += try transaction.run(
                """
                DELETE FROM link
                WHERE (made_at, digest) IN (
                    SELECT made_at, digest
                    FROM link
                    WHERE made_at >= ? AND made_at < ?
                    ORDER BY made_at, digest
                    LIMIT ?)
                """,
                [span.from.stored, span.to.stored, limit.stored])
        }
        let end = LetterID.floor(of: epoch.end)
        let conversations = try transaction.run(
            """
            DELETE FROM conversation
            WHERE id IN (
                SELECT id
                FROM conversation
                WHERE id < ?
                ORDER BY id
                LIMIT ?)
            """,
            [end.stored, limit.stored])
        return links + conversations + (try transaction.muteTags.forget(through: epoch, limit: limit))
    }

    /// Removes mails that nobody posted, were asked for before `moment` and have ended, with their attempts.
    /// - Returns: how many are gone.
    package func forgetUnposted(before moment: Timestamp, limit: Int) throws -> Int {
        let ids = try transaction.rows(
            """
            SELECT id
            FROM delivery
            WHERE kind NOT IN ('letter', 'reply') AND id < ? AND finished_at IS NOT NULL
            ORDER BY id
            LIMIT ?
            """,
            [LetterID.floor(of: moment).stored, limit.stored])
        for row in ids { try forgetDelivery(try row["id"]) }
        return ids.count
    }

    /// 32 bits of seconds end here; as milliseconds it is a day in 1970.
    private static let mostSeconds = Int64(1) << 32

    private func forgetEntry(_ id: LetterID, of epoch: Epoch) throws {
        // Its tags stand in the entry: looked up by them, no other entry's row is touched.
        if let entry = try transaction.submissionLog.entry(id) {
            for tag in Set(entry.tags) {
                try transaction.run(
                    """
                    DELETE FROM submission_tag
                    WHERE epoch = ? AND tag = ? AND submission = ?
                    """,
                    [epoch.stored, tag.stored, id.stored])
            }
            for rule in Set(entry.verdict.parts.map(\.rule)) {
                try transaction.run(
                    """
                    DELETE FROM submission_rule
                    WHERE rule = ? AND verdict = ? AND submission = ?
                    """,
                    [rule.stored, entry.verdict.decision.stored, id.stored])
            }
        }
        try transaction.waves.forget(id)
        try transaction.run(
            """
            DELETE FROM submission
            WHERE id = ?
            """,
            [id.stored])
    }

    private func forgetDelivery(_ id: LetterID) throws {
        let parts: [StaticString] = [
            // Where outcomes are kept for less long than letters: without its first letter's, nothing can be sent in it.
            "DELETE FROM conversation WHERE id = ?", "DELETE FROM reply WHERE id = ?", "DELETE FROM attempt WHERE delivery = ?",
            "DELETE FROM letter WHERE id = ?", "DELETE FROM delivery WHERE id = ?", "DELETE FROM staff_look WHERE letter = ?",
        ]
        for part in parts { try transaction.run(part, [id.stored]) }
    }
}
