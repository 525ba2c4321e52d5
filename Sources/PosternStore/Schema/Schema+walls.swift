extension Schema {
    /// What keeps a store's row from saying more than it may.
    static let walls = Migration(
        version: 4, name: "walls",
        statements: [])
}
