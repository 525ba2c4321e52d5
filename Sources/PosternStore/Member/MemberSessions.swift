package import PosternCore

/// A member's session as the store has it.
package struct MemberSession: Equatable, Sendable {
    /// The mail whose link was traded for it.
    package let link: LetterID
    /// Of the cookie, 16 bytes.
    package let digest: [UInt8]
    package let recipient: RecipientID
    /// Sealed under the cookie.
    package let content: [UInt8]
    package let ends: Timestamp

    package init(link: LetterID, digest: [UInt8], recipient: RecipientID, content: [UInt8], ends: Timestamp) {
        self.link = link
        self.digest = digest
        self.recipient = recipient
        self.content = content
        self.ends = ends
    }
}

/// The sessions of members at their own pages.
package struct MemberSessions {
    /// How long a row is kept after its link was mailed: until then it keeps the link from working once more.
    package static let lifetime = MailedToken.proofLifetime

    let transaction: any Transaction

    /// - Returns: false when the link was used before, or somebody has undone a change of address since it was asked for: then it may
    ///   have gone to an address that is none of theirs.
    package func begin(_ session: MemberSession, at now: Timestamp) throws -> Bool {
        try transaction.run(
            """
            INSERT INTO member_session (link, digest, recipient, content, made_at, ends_at)
            SELECT CAST(? AS {blob}), CAST(? AS {blob}), CAST(? AS {blob}), CAST(? AS {blob}), CAST(? AS BIGINT), CAST(? AS BIGINT)
            WHERE NOT EXISTS (
                SELECT 1
                FROM address_change
                WHERE recipient = ? AND undone_at >= ?)
            ON CONFLICT DO NOTHING
            """,
            [
                session.link.stored, session.digest.stored, session.recipient.stored, session.content.stored, now.stored,
                session.ends.stored, session.recipient.stored, session.link.moment.stored,
            ]) == 1
    }

    /// Whether the link was traded for a session before.
    package func isUsed(_ link: LetterID) throws -> Bool {
        try transaction.row(
            """
            SELECT link
            FROM member_session
            WHERE link = ?
            """,
            [link.stored]) != nil
    }

    /// - Returns: nil for one that never was, or is over.
    package func find(_ digest: [UInt8], at now: Timestamp) throws -> MemberSession? {
        try transaction.row(
            """
            SELECT link, digest, recipient, content, ends_at
            FROM member_session
            WHERE digest = ? AND ends_at > ? AND content IS NOT NULL
            """,
            [digest.stored, now.stored]
        ).map { row in
            MemberSession(
                link: try row["link"], digest: try row["digest"], recipient: try row["recipient"], content: try row["content"],
                ends: try row["ends_at"])
        }
    }

    package func end(_ digest: [UInt8], at now: Timestamp) throws {
        try transaction.run(
            """
            UPDATE member_session
            SET content = NULL, ends_at = ?
            WHERE digest = ? AND content IS NOT NULL
            """,
            [now.stored, digest.stored])
    }

    /// - Parameter own: this one goes on.
    package func endAll(of recipient: RecipientID, except own: [UInt8]? = nil, at now: Timestamp) throws {
        try transaction.run(
            """
            UPDATE member_session
            SET content = NULL, ends_at = ?
            WHERE recipient = ? AND digest <> ? AND content IS NOT NULL
            """,
            [now.stored, recipient.stored, (own ?? []).stored])
    }

    /// Every link that was traded for a session and is still kept.
    package func links() throws -> [LetterID] {
        try transaction.rows(
            """
            SELECT link
            FROM member_session
            ORDER BY link
            """
        ).map { try $0["link"] }
    }

    /// In a store that was restored: nobody knows what was done in the sessions, and a link that was used since the backup must not
    /// work again.
    /// - Parameter links: as the former store has them.
    package func endAll(keeping links: [LetterID], at now: Timestamp) throws {
        try transaction.run(
            """
            UPDATE member_session
            SET content = NULL, ends_at = ?
            WHERE content IS NOT NULL
            """,
            [now.stored])
        for link in links {
            // Its delivery says whose it was; without it the link leads nowhere in any case.
            try transaction.run(
                """
                INSERT INTO member_session (link, digest, recipient, made_at, ends_at)
                SELECT id, id, recipient, CAST(? AS BIGINT), CAST(? AS BIGINT)
                FROM delivery
                WHERE id = ?
                ON CONFLICT DO NOTHING
                """,
                [now.stored, now.stored, link.stored])
        }
    }

    /// When those that are still kept began, newest first.
    package func list(of recipient: RecipientID) throws -> [Timestamp] {
        try transaction.rows(
            """
            SELECT made_at
            FROM member_session
            WHERE recipient = ?
            ORDER BY made_at DESC
            """,
            [recipient.stored]
        ).map { try $0["made_at"] }
    }

    /// Those whose link was mailed before `moment`.
    /// - Returns: how many are gone; call again until there are none.
    package func forget(before moment: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM member_session
            WHERE link IN (
                SELECT link
                FROM member_session
                WHERE link < ?
                ORDER BY link
                LIMIT ?)
            """,
            [LetterID.floor(of: moment).stored, limit.stored])
    }

    func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM member_session
            WHERE recipient = ?
            """,
            [recipient.stored])
    }
}
