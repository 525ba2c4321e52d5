extension Schema {
    /// What an operator's worst day asks of the store.
    static let realLife = Migration(
        version: 5, name: "real life",
        statements: [
            // The date of the mail, and the beginning of the schedule, of a letter that a person let go. It belongs to the delivery and
            // not to an attempt, since all attempts that follow must send the same bytes.
            """
            ALTER TABLE delivery ADD COLUMN released_at BIGINT
            """
        ])
}
