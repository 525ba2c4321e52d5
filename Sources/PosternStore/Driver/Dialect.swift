/// The few words in which one store's SQL differs from another's. A statement names them in braces; the driver puts its own
/// words in when it prepares the statement. Nothing else may differ.
package struct Dialect: Equatable, Sendable {
    /// `{blob}`: the type of a byte string (`BLOB`, `BYTEA`).
    package let blob: String
    /// `{clustered}`, after a table's closing bracket: keeps the rows in the primary key's own tree (`WITHOUT ROWID`), or
    /// nothing where the store cannot.
    package let clustered: String
    /// `{skip locked}`, at the end of the claim's inner SELECT: passes over what another relay is claiming
    /// (`FOR UPDATE SKIP LOCKED`), or nothing where there is one writer.
    package let skipLocked: String

    package init(blob: String, clustered: String, skipLocked: String) {
        self.blob = blob
        self.clustered = clustered
        self.skipLocked = skipLocked
    }

    /// The statement in this store's words.
    package func text(of sql: StaticString) -> String {
        sql.description
            .replacing("{blob}", with: blob)
            .replacing("{clustered}", with: clustered)
            .replacing("{skip locked}", with: skipLocked)
    }
}
