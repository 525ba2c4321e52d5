package import PosternCore

/// A link as the store knows it.
package struct StoredLink: Equatable, Sendable {
    /// Milliseconds since 1970.
    package let madeAt: UInt64
    /// Of the token, 16 bytes.
    package let digest: [UInt8]
    package let purpose: LinkPurpose
    /// The conversation; of a link that reports a letter, that letter or reply.
    package let conversation: LetterID
    /// The key of the conversation's summary, masked by the token.
    package let summaryKey: [UInt8]

    package init(madeAt: UInt64, digest: [UInt8], purpose: LinkPurpose, conversation: LetterID, summaryKey: [UInt8]) {
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

    /// Keeps links in rows of their own: those of replies, and those that are made later than their conversation.
    package func add(_ links: [StoredLink]) throws {
        var rest = links[...]
        // Most replies have four, and one statement for them costs a third of what one for each does.
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
    package func find(madeAt moment: UInt64, digest: [UInt8], purpose: LinkPurpose) throws -> StoredLink? {
        try findOfFirstLetter(madeAt: moment, digest: digest, purpose: purpose)
            ?? findInRow(madeAt: moment, digest: digest, purpose: purpose)
    }

    /// The id of a conversation begins with the millisecond of its links, in which few others begin.
    private func findOfFirstLetter(madeAt moment: UInt64, digest: [UInt8], purpose: LinkPurpose) throws -> StoredLink? {
        let made = Timestamp(milliseconds: Int64(clamping: moment))
        let rows = try transaction.rows(
            """
            SELECT id, links
            FROM conversation
            WHERE id >= ? AND id < ? AND links IS NOT NULL
            """,
            [LetterID.floor(of: made).stored, LetterID.floor(of: made + .milliseconds(1)).stored])
        for row in rows {
            guard let key = PackedLinks(bytes: try row["links"]).summaryKey(of: digest, for: purpose) else { continue }
            return StoredLink(
                madeAt: moment, digest: digest, purpose: purpose, conversation: try row["id"], summaryKey: key)
        }
        return nil
    }

    private func findInRow(madeAt moment: UInt64, digest: [UInt8], purpose: LinkPurpose) throws -> StoredLink? {
        try transaction.row(
            """
            SELECT conversation, summary_key
            FROM link
            WHERE made_at = ? AND digest = ? AND purpose = ?
            """,
            [Int64(clamping: moment).stored, digest.stored, purpose.stored]
        ).map { row in
            StoredLink(
                madeAt: moment, digest: digest, purpose: purpose, conversation: try row["conversation"],
                summaryKey: try row["summary_key"])
        }
    }
}

extension StoredLink {
    /// The values of its row.
    fileprivate var values: [SQLValue] {
        [Int64(clamping: madeAt).stored, digest.stored, purpose.stored, conversation.stored, summaryKey.stored]
    }
}

extension LinkPurpose: StoredAs {}
extension Party: StoredAs {}
