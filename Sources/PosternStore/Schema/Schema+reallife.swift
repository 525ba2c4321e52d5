extension Schema {
    /// What operators do every day.
    static let realLife = Migration(
        version: 5, name: "real life",
        statements: [
            // A site that was removed: its row stays for what refers to it, and is used again if the site is added again.
            """
            ALTER TABLE site ADD COLUMN removed_at BIGINT
            """
        ])
}
