package import PosternCore

/// What the charts of staff are drawn from.
package struct Figures {
    let transaction: any Transaction

    package static let lifetime = Duration.days(91)

    /// Adds to what was counted in an hour; of a level, keeps what is highest.
    package func note(_ figure: HourlyFigure) throws {
        let values = [figure.hour.stored, figure.series.stored, figure.value.stored]
        if figure.series.isLevel {
            try transaction.run(
                """
                INSERT INTO hourly_figure (hour, series, value)
                VALUES (?, ?, ?)
                ON CONFLICT (hour, series) DO UPDATE
                SET value = CASE WHEN excluded.value > hourly_figure.value THEN excluded.value ELSE hourly_figure.value END
                """, values)
        } else {
            try transaction.run(
                """
                INSERT INTO hourly_figure (hour, series, value)
                VALUES (?, ?, ?)
                ON CONFLICT (hour, series) DO UPDATE
                SET value = hourly_figure.value + excluded.value
                """, values)
        }
    }

    package func list(since: Timestamp) throws -> [HourlyFigure] {
        try transaction.rows(
            """
            SELECT hour, series, value
            FROM hourly_figure
            WHERE hour >= ?
            ORDER BY hour, series
            """,
            [since.stored]
        ).map { HourlyFigure(hour: try $0["hour"], series: try $0["series"], value: try $0["value"]) }
    }

    // MARK: - Recipients and clients

    /// Who got the most letters on one day, held ones included, counted in the log: a tenth of a second for a hundred thousand.
    package func recipients(on epoch: Epoch, limit: Int) throws -> [RankedRecipient] {
        try transaction.rows(
            """
            SELECT recipient, COUNT(*) AS letters
            FROM submission
            WHERE epoch = ? AND recipient IS NOT NULL
            GROUP BY recipient
            ORDER BY letters DESC, recipient
            LIMIT ?
            """,
            [epoch.stored, limit.stored]
        ).map(RankedRecipient.init)
    }

    /// Whether a day was counted for good.
    package func hasRecipients(of epoch: Epoch) throws -> Bool {
        try transaction.row(
            """
            SELECT 1 AS found
            FROM daily_recipient
            WHERE epoch = ?
            LIMIT 1
            """,
            [epoch.stored]) != nil
    }

    package func keep(_ ranked: [RankedRecipient], of epoch: Epoch) throws {
        for one in ranked {
            try transaction.run(
                """
                INSERT INTO daily_recipient (epoch, recipient, letters)
                VALUES (?, ?, ?)
                ON CONFLICT DO NOTHING
                """,
                [epoch.stored, one.recipient.stored, one.letters.stored])
        }
    }

    /// The sums of what was kept of each day.
    package func recipients(since epoch: Epoch, limit: Int) throws -> [RankedRecipient] {
        try transaction.rows(
            """
            SELECT recipient, CAST(SUM(letters) AS BIGINT) AS letters
            FROM daily_recipient
            WHERE epoch >= ?
            GROUP BY recipient
            ORDER BY letters DESC, recipient
            LIMIT ?
            """,
            [epoch.stored, limit.stored]
        ).map(RankedRecipient.init)
    }

    /// Which tags most submissions of one day have: of clients, and of the networks they are in.
    package func tags(on epoch: Epoch, limit: Int) throws -> [RankedTag] {
        try transaction.rows(
            """
            SELECT tag, COUNT(*) AS letters, MAX(submission) AS latest
            FROM submission_tag
            WHERE epoch = ?
            GROUP BY tag
            ORDER BY letters DESC, tag
            LIMIT ?
            """,
            [epoch.stored, limit.stored]
        ).map { RankedTag(tag: try $0["tag"], letters: try $0["letters"], latest: try $0["latest"]) }
    }

    // MARK: - Forgetting

    /// - Returns: how many rows are gone.
    package func forget(before moment: Timestamp, limit: Int) throws -> Int {
        let hours = try transaction.run(
            """
            DELETE FROM hourly_figure
            WHERE hour IN (
                SELECT hour
                FROM hourly_figure
                WHERE hour < ?
                ORDER BY hour
                LIMIT ?)
            """,
            [moment.stored, limit.stored])
        return try hours
            + transaction.run(
                """
                DELETE FROM daily_recipient
                WHERE epoch IN (
                    SELECT epoch
                    FROM daily_recipient
                    WHERE epoch < ?
                    ORDER BY epoch
                    LIMIT ?)
                """,
                [Epoch(containing: moment).stored, limit.stored])
    }

    func forget(_ recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM daily_recipient
            WHERE recipient = ?
            """,
            [recipient.stored])
    }
}

package struct RankedRecipient: Equatable, Sendable {
    package let recipient: RecipientID
    package let letters: Int

    init(_ row: SQLRow) throws {
        (recipient, letters) = (try row["recipient"], try row["letters"])
    }
}

package struct RankedTag: Equatable, Sendable {
    package let tag: Tag
    package let letters: Int
    /// The newest submission that has it.
    package let latest: LetterID
}
