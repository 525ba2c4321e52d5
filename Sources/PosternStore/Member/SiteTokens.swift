package import PosternCore

/// A site's credential for the API, without what is secret in it.
package struct SiteTokenLine: Equatable, Sendable {
    package let id: SiteTokenID
    package let site: SiteID
    package let scope: SiteToken.Scope
    package let made: Timestamp
    /// When it was used last, to the hour.
    package let used: Timestamp?
    package let revoked: Timestamp?
}

package struct SiteTokens {
    let transaction: any Transaction

    /// - Parameter digest: of the token, 16 bytes.
    package func add(_ id: SiteTokenID, of site: SiteID, scope: SiteToken.Scope, digest: [UInt8], at now: Timestamp) throws {
        try transaction.run(
            """
            INSERT INTO site_token (id, site, scope, digest, made_at)
            VALUES (?, ?, ?, ?, ?)
            """,
            [id.stored, site.stored, scope.stored, digest.stored, now.stored])
    }

    /// With the digest that a token must have.
    package func find(_ id: SiteTokenID) throws -> (line: SiteTokenLine, digest: [UInt8])? {
        try transaction.row(
            """
            SELECT id, site, scope, made_at, used_at, revoked_at, digest
            FROM site_token
            WHERE id = ?
            """,
            [id.stored]
        ).map { (try SiteTokenLine($0), try $0["digest"]) }
    }

    package func list(at site: SiteID) throws -> [SiteTokenLine] {
        try transaction.rows(
            """
            SELECT id, site, scope, made_at, used_at, revoked_at
            FROM site_token
            WHERE site = ?
            ORDER BY id
            """,
            [site.stored]
        ).map(SiteTokenLine.init)
    }

    package func noteUse(of id: SiteTokenID, at now: Timestamp) throws {
        try transaction.run(
            """
            UPDATE site_token
            SET used_at = ?
            WHERE id = ?
            """,
            [now.stored, id.stored])
    }

    /// - Returns: false when there is none of that id, or it was revoked before.
    package func revoke(_ id: SiteTokenID, at now: Timestamp) throws -> Bool {
        try transaction.run(
            """
            UPDATE site_token
            SET revoked_at = ?
            WHERE id = ? AND revoked_at IS NULL
            """,
            [now.stored, id.stored]) == 1
    }

    /// Which were revoked, and when.
    package func revoked() throws -> [(id: SiteTokenID, at: Timestamp)] {
        try transaction.rows(
            """
            SELECT id, revoked_at
            FROM site_token
            WHERE revoked_at IS NOT NULL
            ORDER BY id
            """
        ).map { (try $0["id"], try $0["revoked_at"]) }
    }

    /// Of a site that is removed.
    func forget(at site: SiteID) throws {
        try transaction.run(
            """
            DELETE FROM site_token
            WHERE site = ?
            """,
            [site.stored])
    }

    /// Forgets those that were revoked before `moment`.
    /// - Returns: how many are gone; call again until there are none.
    package func forget(revokedBefore moment: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            DELETE FROM site_token
            WHERE id IN (
                SELECT id
                FROM site_token
                WHERE revoked_at < ?
                ORDER BY id
                LIMIT ?)
            """,
            [moment.stored, limit.stored])
    }
}

extension SiteTokenLine {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], site: try row["site"], scope: try row["scope"], made: try row["made_at"],
            used: try row.optional("used_at"), revoked: try row.optional("revoked_at"))
    }
}
