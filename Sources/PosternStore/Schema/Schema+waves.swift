extension Schema {
    /// Letters that are nearly the same and go to many.
    static let waves = Migration(
        version: 9, name: "waves",
        statements: [
            // Keyed digests of the text, four bytes each, under the keys of two days, for as long as letters are compared by them. None for a
            // letter that is too short to compare.
            """
            CREATE TABLE letter_sketch (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                epoch INTEGER NOT NULL,
                digests {blob} NOT NULL CHECK (length(digests) > 0),
                wave {blob} CHECK (length(wave) = 16)
            ) {clustered}
            """,
            // The first letter that this one is near; null for one that is near none before it.
            """
            ALTER TABLE submission ADD COLUMN wave {blob} CHECK (length(wave) = 16)
            """,
            """
            CREATE INDEX submission_wave ON submission (wave, id)
            WHERE wave IS NOT NULL
            """,
            // By its first letter. Open until staff decide, and again when another letter of it is held after they withdrew it. Until
            // `final_at` a decision can be undone; once it was carried out, `applied_at` is set.
            """
            CREATE TABLE wave (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                began_at BIGINT NOT NULL,
                decision TEXT CHECK (decision IN ('released', 'withdrawn')),
                decided_at BIGINT,
                decided_by TEXT,
                tells INTEGER NOT NULL DEFAULT 0,
                final_at BIGINT,
                applied_at BIGINT,
                CHECK ((decided_at IS NULL) = (decision IS NULL)),
                CHECK ((final_at IS NULL) = (decision IS NULL)),
                CHECK (applied_at IS NULL OR decision IS NOT NULL)
            ) {clustered}
            """,
            """
            CREATE INDEX wave_open ON wave (id) WHERE applied_at IS NULL
            """,
        ])
}
