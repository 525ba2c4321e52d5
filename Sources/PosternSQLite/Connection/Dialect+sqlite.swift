package import PosternStore

extension Dialect {
    /// One connection writes, so a claim meets no rows that another one is claiming.
    package static let sqlite = Dialect(blob: "BLOB", clustered: "WITHOUT ROWID", skipLocked: "")
}
