package import PosternStore

extension Dialect {
    /// One connection writes, so that a claim has nobody to skip.
    package static let sqlite = Dialect(blob: "BLOB", clustered: "WITHOUT ROWID", skipLocked: "")
}
