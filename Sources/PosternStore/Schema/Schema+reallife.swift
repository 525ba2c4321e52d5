extension Schema {
    /// What operators do every day, and on their worst one.
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
        ])
}
