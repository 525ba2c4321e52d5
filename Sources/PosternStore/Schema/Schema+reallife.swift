extension Schema {
    /// What sites, links and operators really do, every day and on their worst one.
    static let realLife = Migration(
        version: 5, name: "real life",
        statements: [
            // The date of the mail, and the beginning of the schedule, of a letter that a person let go. It belongs to the delivery and
            // not to an attempt, since all attempts that follow must send the same bytes.
            """
            ALTER TABLE delivery ADD COLUMN released_at BIGINT
            """,
            // A site that was removed: its row stays for what refers to it, and is used again if the site is added again.
            """
            ALTER TABLE site ADD COLUMN removed_at BIGINT
            """,
            // Other names that a site has for its recipients. `folded` is what a link is compared with, `name` what was written.
            """
            CREATE TABLE recipient_alias (
                site TEXT NOT NULL REFERENCES site (id),
                folded TEXT NOT NULL CHECK (length(folded) BETWEEN 1 AND 1000),
                name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
                recipient {blob} NOT NULL REFERENCES recipient (id),
                created_at BIGINT NOT NULL,
                PRIMARY KEY (site, folded)
            ) {clustered}
            """,
            """
            CREATE INDEX recipient_alias_recipient ON recipient_alias (recipient)
            """,
        ])
}
