extension Schema {
    /// Blocks by the address of a visitor.
    static let senders = Migration(
        version: 13, name: "blocks by sender",
        statements: [
            // One more kind; no engine has a statement that widens a check. A sender's mark is a keyed digest in hexadecimal, under a key
            // that the vault holds.
            """
            CREATE TABLE new_block (
                id BIGINT NOT NULL PRIMARY KEY CHECK (id > 0),
                kind TEXT NOT NULL CHECK (kind IN ('tag', 'prefix', 'domain', 'sender', 'text')),
                mark TEXT NOT NULL,
                epoch INTEGER,
                effect TEXT NOT NULL CHECK (effect IN ('hold', 'refuse')),
                reason TEXT NOT NULL,
                added_at BIGINT NOT NULL,
                expires_at BIGINT,
                removed_at BIGINT,
                CHECK ((kind = 'tag') = (epoch IS NOT NULL))
            )
            """,
            """
            INSERT INTO new_block (id, kind, mark, epoch, effect, reason, added_at, expires_at, removed_at)
            SELECT id, kind, mark, epoch, effect, reason, added_at, expires_at, removed_at
            FROM block
            """,
            """
            DROP TABLE block
            """,
            """
            ALTER TABLE new_block RENAME TO block
            """,
        ])
}
