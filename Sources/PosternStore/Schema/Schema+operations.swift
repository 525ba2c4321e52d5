extension Schema {
    /// The trace of operations: who changed what, when and why.
    ///
    /// A subject is text and no foreign key, so that a trace outlives what it is about.
    static let operations = Migration(
        version: 2, name: "the trace of operations",
        statements: [
            """
            CREATE TABLE operation (
                id {blob} NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                at BIGINT NOT NULL,
                actor TEXT NOT NULL CHECK (length(actor) > 0),
                verb TEXT NOT NULL,
                subject TEXT NOT NULL,
                reason TEXT
            ) {clustered}
            """
        ])
}
