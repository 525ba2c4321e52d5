extension Schema {
    /// A recipient mutes the connection that a letter came over, for as long as the tag of that day can be compared.
    static let muteTags = Migration(
        version: 15, name: "muted connections",
        statements: [
            // By the conversation from which it was muted, and not by the tag: the list must not tell its recipient which two letters came
            // over one connection.
            """
            CREATE TABLE mute_tag (
                recipient {blob} NOT NULL CHECK (length(recipient) = 16),
                conversation {blob} NOT NULL CHECK (length(conversation) = 16),
                epoch INTEGER NOT NULL,
                tag BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                PRIMARY KEY (recipient, conversation)
            ) {clustered}
            """
        ])
}
