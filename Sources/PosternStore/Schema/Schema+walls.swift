extension Schema {
    /// What a thief of the store must not be able to do with it.
    static let walls = Migration(
        version: 4, name: "walls",
        statements: [
            // The vault's authorisation of a site's name and origins. Null until the vault has adopted what an earlier version of
            // the program stored.
            """
            ALTER TABLE site ADD COLUMN authorisation_version INTEGER CHECK (authorisation_version >= 1)
            """,
            """
            ALTER TABLE site ADD COLUMN authorisation {blob} CHECK (length(authorisation) > 0)
            """,
        ])
}
