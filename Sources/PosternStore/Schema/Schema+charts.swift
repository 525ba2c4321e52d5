extension Schema {
    /// What the charts of staff are drawn from: numbers, and on which day who got the most letters.
    static let charts = Migration(
        version: 12, name: "charts",
        statements: [
            """
            CREATE TABLE hourly_figure (
                hour BIGINT NOT NULL,
                series TEXT NOT NULL CHECK (length(series) > 0),
                value BIGINT NOT NULL CHECK (value >= 0),
                PRIMARY KEY (hour, series)
            ) {clustered}
            """,
            // Of each day that is over: the log is too long to be counted whenever somebody looks.
            """
            CREATE TABLE daily_recipient (
                epoch INTEGER NOT NULL,
                recipient {blob} NOT NULL CHECK (length(recipient) = 16),
                letters BIGINT NOT NULL CHECK (letters > 0),
                PRIMARY KEY (epoch, recipient)
            ) {clustered}
            """,
            """
            CREATE INDEX daily_recipient_recipient ON daily_recipient (recipient)
            """,
        ])
}
