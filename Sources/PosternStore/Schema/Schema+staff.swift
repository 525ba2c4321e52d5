extension Schema {
    /// Staff sign in: who they are, what the vault has sealed of how they do, and who is signed in.
    static let staff = Migration(
        version: 8, name: "staff",
        statements: [
            // Without a record: the link has not been used yet. Rows are long, and few.
            """
            CREATE TABLE staff_account (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 40),
                role TEXT NOT NULL CHECK (role IN ('reviewer', 'administrator', 'auditor')),
                version INTEGER CHECK (version >= 1),
                record {blob} CHECK (length(record) > 0),
                made_at BIGINT NOT NULL,
                enrolled_at BIGINT,
                CHECK ((version IS NULL) = (record IS NULL))
            )
            """,
            // By the digest of its cookie. The network is a tag of the day on which the session began.
            """
            CREATE TABLE staff_session (
                digest {blob} NOT NULL PRIMARY KEY CHECK (length(digest) = 16),
                account {blob} NOT NULL CHECK (length(account) = 16),
                network BIGINT,
                made_at BIGINT NOT NULL,
                seen_at BIGINT NOT NULL,
                ends_at BIGINT NOT NULL
            ) {clustered}
            """,
            """
            CREATE INDEX staff_session_account ON staff_session (account)
            """,
        ])
}
