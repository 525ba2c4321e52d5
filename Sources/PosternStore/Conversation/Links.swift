package import PosternCore

/// A link as the store knows it.
package struct StoredLink: Equatable, Sendable {
    package let madeAt: UInt32
    /// Of the token, 16 bytes.
    package let digest: [UInt8]
    package let purpose: LinkPurpose
    package let conversation: LetterID
    /// The key of the conversation's summary, masked by the token.
    package let summaryKey: [UInt8]

    package init(madeAt: UInt32, digest: [UInt8], purpose: LinkPurpose, conversation: LetterID, summaryKey: [UInt8]) {
        self.madeAt = madeAt
        self.digest = digest
        self.purpose = purpose
        self.conversation = conversation
        self.summaryKey = summaryKey
    }
}

/// What unguessable addresses in mails lead to.
package struct Links {
    let transaction: any Transaction

    package func add(_ links: [StoredLink]) throws {
        var rest = links[...]
        // Most letters have four, and one statement for them costs a letter a third of what four do.
        while rest.count >= 4 {
            let four = rest.prefix(4)
            rest = rest.dropFirst(4)
            try transaction.run(
                """
                INSERT INTO link (made_at, digest, purpose, conversation, summary_key)
                VALUES (?, ?, ?, ?, ?), (?, ?, ?, ?, ?), (?, ?, ?, ?, ?), (?, ?, ?, ?, ?)
                """,
                four.flatMap(\.values))
        }
        for link in rest {
            try transaction.run(
                """
                INSERT INTO link (made_at, digest, purpose, conversation, summary_key)
                VALUES (?, ?, ?, ?, ?)
                """,
                link.values)
        }
    }

    /// - Returns: nil for a link that was never made, is over, or has another purpose.
    package func find(madeAt second: UInt32, digest: [UInt8], purpose: LinkPurpose) throws -> StoredLink? {
        try transaction.row(
            """
            SELECT conversation, summary_key
            FROM link
            WHERE made_at = ? AND digest = ? AND purpose = ?
            """,
            [Int64(second).stored, digest.stored, purpose.stored]
        ).map { row in
            StoredLink(
                madeAt: second, digest: digest, purpose: purpose, conversation: try row["conversation"],
                summaryKey: try row["summary_key"])
        }
    }
}

extension StoredLink {
    fileprivate var values: [SQLValue] {
        [Int64(madeAt).stored, digest.stored, purpose.stored, conversation.stored, summaryKey.stored]
    }
}

extension LinkPurpose: StoredAs {}
extension Party: StoredAs {}
