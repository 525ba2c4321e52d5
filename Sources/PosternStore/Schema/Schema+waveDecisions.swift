extension Schema {
    /// Waves are decided about as letters are: by a decision with a reason, of a version that somebody has seen, while they have it open.
    static let waveDecisions = Migration(
        version: 14, name: "decisions about waves",
        statements: [
            // Rises with each change that a form must not miss.
            """
            ALTER TABLE wave ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
            """,
            // Who has opened it last, and when.
            """
            ALTER TABLE wave ADD COLUMN taken_at BIGINT
            """,
            """
            ALTER TABLE wave ADD COLUMN taken_by TEXT
            """,
            // Null for a decision about letters. One about a wave has a row of `decision_item` for each of its letters too.
            """
            ALTER TABLE decision ADD COLUMN wave {blob} CHECK (length(wave) = 16)
            """,
            """
            CREATE INDEX decision_wave ON decision (wave, id)
            WHERE wave IS NOT NULL
            """,
        ])
}
