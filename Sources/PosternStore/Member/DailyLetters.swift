package import PosternCore

/// Which letters have a place on which day, to recipients who take so many a day. Others have no row here.
package struct DailyLetters {
    let transaction: any Transaction

    /// Gives a letter its place.
    /// - Returns: when it is due: now, or at the beginning of the day on which it goes out.
    func place(_ letter: LetterID, to recipient: RecipientID, limit: Int, at now: Timestamp) throws -> Timestamp {
        let today = Epoch(containing: now)
        let day = DailyRoom.day(limit: limit, today: today, booked: try booked(by: recipient, from: today))
        try book(letter, to: recipient, on: day)
        return day == today ? now : day.start
    }

    /// When a letter that was held goes out: now, or on the day that has room. One that was tried before has had its day, and one that
    /// was held while it waited keeps the day that it had.
    func due(ofReleased letter: LetterID, at now: Timestamp) throws -> Timestamp {
        do {
            let row = try transaction.row(
                """
                SELECT delivery.recipient, recipient.daily_letters, (
                    SELECT MAX(daily_letter.day)
                    FROM daily_letter
                    WHERE daily_letter.recipient = delivery.recipient AND daily_letter.letter = delivery.id
                        AND daily_letter.day <= ?) AS day
                FROM delivery
                CROSS JOIN recipient
                WHERE delivery.id = ? AND delivery.kind = 'letter' AND delivery.attempts = 0
                    AND recipient.id = delivery.recipient AND recipient.daily_letters IS NOT NULL
                """,
                [Self.last(from: Epoch(containing: now)).stored, letter.stored])
            guard let row else { return now }
            if let day: Epoch = try row.optional("day"), day >= Epoch(containing: now) { return max(now, day.start) }
            return try place(letter, to: try row["recipient"], limit: try row["daily_letters"], at: now)
        } catch StoreError.undecodable {
            // Somebody has changed the store: that keeps no letter from going out.
            return now
        }
    }

    /// Gives every letter that waits for its day a place under another limit, in the order in which they came.
    /// - Parameter limit: nil: all are due now.
    package func rearrange(of recipient: Recipient, limit: Int?, at now: Timestamp) throws {
        let today = Epoch(containing: now)
        if limit != nil, recipient.settings.dailyLetters == nil { try bookToday(today, of: recipient.id) }
        let waiting = try transaction.rows(
            """
            SELECT delivery.id
            FROM daily_letter
            CROSS JOIN delivery
            WHERE daily_letter.recipient = ? AND daily_letter.day > ? AND delivery.id = daily_letter.letter
                AND delivery.state = 'ready' AND delivery.attempts = 0
            ORDER BY delivery.id
            """,
            [recipient.id.stored, today.stored]
        ).map { try $0["id"] as LetterID }
        try transaction.run(
            """
            DELETE FROM daily_letter
            WHERE recipient = ? AND day > ?
            """,
            [recipient.id.stored, today.stored])
        for letter in waiting {
            let due = try limit.map { try place(letter, to: recipient.id, limit: $0, at: now) } ?? now
            try transaction.run(
                """
                UPDATE delivery
                SET due_at = ?, released_at = ?
                WHERE id = ? AND state = 'ready'
                """,
                [due.stored, due.stored, letter.stored])
        }
    }

    /// How many wait for a day that has not begun.
    package func waiting(for recipient: RecipientID, at now: Timestamp) throws -> Int {
        try transaction.row(
            """
            SELECT COUNT(*) AS count
            FROM daily_letter
            CROSS JOIN delivery
            WHERE daily_letter.recipient = ? AND daily_letter.day > ? AND delivery.id = daily_letter.letter
                AND delivery.state = 'ready' AND delivery.attempts = 0
            """,
            [recipient.stored, Epoch(containing: now).stored])?["count"] ?? 0
    }

    /// Places on days that are over.
    /// - Returns: how many are gone; call again until there are none.
    package func forget(before day: Epoch, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM daily_letter
            WHERE (recipient, day, letter) IN (
                SELECT recipient, day, letter
                FROM daily_letter
                WHERE day < ?
                ORDER BY day
                LIMIT ?)
            """,
            [day.stored, limit.stored])
    }

    func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM daily_letter
            WHERE recipient = ?
            """,
            [recipient.stored])
    }

    /// The last day that a letter gets. What is booked later was written by a clock that was ahead, or by somebody else, and is not read:
    /// it may be no day at all, and must keep no letter from being taken.
    private static func last(from today: Epoch) -> Epoch { Epoch(day: today.day + DailyRoom.mostDays) }

    private func booked(by recipient: RecipientID, from today: Epoch) throws -> [Epoch: Int] {
        let rows = try transaction.rows(
            """
            SELECT day, COUNT(*) AS count
            FROM daily_letter
            WHERE recipient = ? AND day >= ? AND day <= ?
            GROUP BY day
            """,
            [recipient.stored, today.stored, Self.last(from: today).stored])
        return Dictionary(try rows.map { (try $0["day"], try $0["count"]) }) { first, _ in first }
    }

    private func book(_ letter: LetterID, to recipient: RecipientID, on day: Epoch) throws {
        try transaction.run(
            """
            INSERT INTO daily_letter (recipient, day, letter)
            VALUES (?, ?, ?)
            """,
            [recipient.stored, day.stored, letter.stored])
    }

    /// The letters that came today while there was no limit.
    private func bookToday(_ today: Epoch, of recipient: RecipientID) throws {
        try transaction.run(
            """
            INSERT INTO daily_letter (recipient, day, letter)
            SELECT recipient, epoch, id
            FROM delivery
            WHERE epoch = ? AND recipient = ? AND kind = 'letter'
            ON CONFLICT (recipient, day, letter) DO NOTHING
            """,
            [today.stored, recipient.stored])
    }
}
