extension Schema {
    /// Whose letters staff have read, for the recipient's own page.
    static let reveals = Migration(
        version: 11, name: "reveals",
        statements: [
            """
            CREATE TABLE staff_look (
                letter {blob} NOT NULL PRIMARY KEY CHECK (length(letter) = 16),
                looked_at BIGINT NOT NULL
            ) {clustered}
            """
        ])
}
