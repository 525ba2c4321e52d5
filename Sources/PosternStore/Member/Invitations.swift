package import PosternCore

/// A link with which one person may join a site.
package struct Invitation: Equatable, Sendable {
    /// As the link has it.
    package let madeAt: UInt64
    /// Of the link's token, 16 bytes.
    package let digest: [UInt8]
    package let site: SiteID
    /// The name that it is for; nil for any.
    package let handle: Handle?
    package let ends: Timestamp
    package let used: Timestamp?
    /// Who joined with it.
    package let recipient: RecipientID?

    package init(
        madeAt: UInt64, digest: [UInt8], site: SiteID, handle: Handle?, ends: Timestamp, used: Timestamp? = nil,
        recipient: RecipientID? = nil
    ) {
        self.madeAt = madeAt
        self.digest = digest
        self.site = site
        self.handle = handle
        self.ends = ends
        self.used = used
        self.recipient = recipient
    }
}

package struct Invitations {
    /// How long one can be used.
    package static let lifetime = Duration.days(14)

    let transaction: any Transaction

    package func add(_ invitation: Invitation) throws {
        try transaction.run(
            """
            INSERT INTO invitation (made_at, digest, site, handle, ends_at)
            VALUES (?, ?, ?, ?, ?)
            """,
            [
                Int64(clamping: invitation.madeAt).stored, invitation.digest.stored, invitation.site.stored,
                invitation.handle.stored,
                invitation.ends.stored,
            ])
    }

    /// - Returns: nil for one that was never made, or is over. One that was used is found as long as it could be.
    package func find(madeAt moment: UInt64, digest: [UInt8], at now: Timestamp) throws -> Invitation? {
        try transaction.row(
            """
            SELECT made_at, digest, site, handle, ends_at, used_at, recipient
            FROM invitation
            WHERE made_at = ? AND digest = ? AND ends_at > ?
            """,
            [Int64(clamping: moment).stored, digest.stored, now.stored]
        ).map(Invitation.init)
    }

    /// Uses one up for somebody who joins. One that this person has used before, and whose address was mistyped, may be used again.
    /// - Returns: false when it is over, is for another name or site, or was used by somebody else.
    package func use(
        madeAt moment: UInt64, digest: [UInt8], for recipient: Recipient, at now: Timestamp
    ) throws -> Bool {
        try transaction.run(
            """
            UPDATE invitation
            SET used_at = ?, recipient = ?
            WHERE made_at = ? AND digest = ? AND ends_at > ? AND site = ? AND (handle IS NULL OR handle = ?)
                AND (recipient IS NULL OR recipient = ?)
            """,
            [
                now.stored, recipient.id.stored, Int64(clamping: moment).stored, digest.stored, now.stored, recipient.site.stored,
                recipient.handle.stored, recipient.id.stored,
            ]) == 1
    }

    /// Those that can still be used, by when they end.
    package func open(at site: SiteID, now: Timestamp, limit: Int) throws -> [Invitation] {
        try transaction.rows(
            """
            SELECT made_at, digest, site, handle, ends_at, used_at, recipient
            FROM invitation
            WHERE ends_at > ? AND site = ? AND used_at IS NULL
            ORDER BY ends_at
            LIMIT ?
            """,
            [now.stored, site.stored, limit.stored]
        ).map(Invitation.init)
    }

    /// Those that were used, as long as they are kept.
    package func used() throws -> [Invitation] {
        try transaction.rows(
            """
            SELECT made_at, digest, site, handle, ends_at, used_at, recipient
            FROM invitation
            WHERE recipient IS NOT NULL
            """
        ).map(Invitation.init)
    }

    /// Takes over that one was used elsewhere.
    package func takeUse(of invitation: Invitation) throws {
        try transaction.run(
            """
            UPDATE invitation
            SET used_at = ?, recipient = ?
            WHERE made_at = ? AND digest = ?
            """,
            [
                invitation.used.stored, invitation.recipient.stored, Int64(clamping: invitation.madeAt).stored,
                invitation.digest.stored,
            ])
    }

    /// - Returns: how many are gone; call again until there are none.
    package func forget(endedBefore end: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM invitation
            WHERE (made_at, digest) IN (
                SELECT made_at, digest
                FROM invitation
                WHERE ends_at <= ?
                ORDER BY ends_at
                LIMIT ?)
            """,
            [end.stored, limit.stored])
    }

    /// Of a site that is removed.
    func forget(at site: SiteID) throws {
        try transaction.run(
            """
            DELETE FROM invitation
            WHERE site = ?
            """,
            [site.stored])
    }

    /// The person who used it has never confirmed: it can be used again.
    func release(of recipient: RecipientID) throws {
        try transaction.run(
            """
            UPDATE invitation
            SET used_at = NULL, recipient = NULL
            WHERE recipient = ?
            """,
            [recipient.stored])
    }

    func forget(of recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM invitation
            WHERE recipient = ?
            """,
            [recipient.stored])
    }
}

extension Invitation {
    fileprivate init(_ row: SQLRow) throws {
        let moment: Int64 = try row["made_at"]
        self.init(
            madeAt: UInt64(clamping: moment), digest: try row["digest"], site: try row["site"],
            handle: try row.optional("handle"),
            ends: try row["ends_at"], used: try row.optional("used_at"), recipient: try row.optional("recipient"))
    }
}
