package import PosternCore

/// The sites that use this installation.
package struct Sites {
    let transaction: any Transaction

    /// - Returns: false when there is one of that id; it is left as it is.
    package func add(_ site: Site, at now: Timestamp) throws -> Bool {
        try transaction.run(
            """
            INSERT INTO site (
                id, name, origins, accent, logo_kind, logo_version, introductions, languages, created_at,
                authorisation_version, authorisation, joining, writers)
            VALUES (?, ?, ?, ?, NULL, NULL, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE
            SET name = excluded.name, origins = excluded.origins, accent = excluded.accent,
                introductions = excluded.introductions, languages = excluded.languages, created_at = excluded.created_at,
                authorisation_version = excluded.authorisation_version, authorisation = excluded.authorisation,
                joining = excluded.joining, writers = excluded.writers, removed_at = NULL
            WHERE site.removed_at IS NOT NULL
            """,
            [
                site.id.stored, site.name.stored, site.storedOrigins, site.look.storedAccent, site.look.storedIntroductions,
                site.look.storedLanguages, now.stored, (site.authorisation?.version).stored, (site.authorisation?.code).stored,
                site.joining.stored, site.writers.stored,
            ]) == 1
    }

    /// Puts name, origins, their authorisation, look and rules for members in the place of the present ones; the logo stays.
    /// - Returns: false when there is none of that id, or a newer authorisation was stored meanwhile.
    package func change(_ site: Site) throws -> Bool {
        try transaction.run(
            """
            UPDATE site
            SET name = ?, origins = ?, accent = ?, introductions = ?, languages = ?, authorisation_version = ?,
                authorisation = ?, joining = ?, writers = ?
            WHERE id = ? AND removed_at IS NULL AND COALESCE(authorisation_version, 0) <= ?
            """,
            [
                site.name.stored, site.storedOrigins, site.look.storedAccent, site.look.storedIntroductions,
                site.look.storedLanguages, (site.authorisation?.version).stored, (site.authorisation?.code).stored,
                site.joining.stored, site.writers.stored, site.id.stored, (site.authorisation?.version ?? 0).stored,
            ]) == 1
    }

    /// - Parameter logo: nil takes away the one there is.
    /// - Returns: false when there is no such site.
    package func setLogo(_ logo: Logo?, of id: SiteID) throws -> Bool {
        let changed = try transaction.run(
            """
            UPDATE site
            SET logo_kind = ?, logo_version = ?
            WHERE id = ? AND removed_at IS NULL
            """,
            [(logo?.id.kind).stored, (logo?.id.version).stored, id.stored])
        guard changed == 1 else { return false }
        try transaction.run(
            """
            DELETE FROM site_logo
            WHERE site = ?
            """,
            [id.stored])
        guard let logo else { return true }
        try transaction.run(
            """
            INSERT INTO site_logo (site, content)
            VALUES (?, ?)
            """,
            [id.stored, logo.content.stored])
        return true
    }

    package func logo(of id: SiteID) throws -> Logo? {
        let row = try transaction.row(
            """
            SELECT site.logo_kind, site.logo_version, site_logo.content
            FROM site
            CROSS JOIN site_logo
            WHERE site.id = ? AND site_logo.site = site.id
            """,
            [id.stored])
        return try row.map { row in
            Logo(id: LogoID(kind: try row["logo_kind"], version: try row["logo_version"]), content: try row["content"])
        }
    }

    /// In the order of their ids.
    package func list() throws -> [Site] {
        try transaction.rows(
            """
            SELECT id, name, origins, accent, logo_kind, logo_version, introductions, languages, authorisation_version,
                authorisation, joining, writers
            FROM site
            WHERE removed_at IS NULL
            ORDER BY id
            """
        ).map(Site.init)
    }

    package func find(_ id: SiteID) throws -> Site? {
        try transaction.row(
            """
            SELECT id, name, origins, accent, logo_kind, logo_version, introductions, languages, authorisation_version,
                authorisation, joining, writers
            FROM site
            WHERE id = ? AND removed_at IS NULL
            """,
            [id.stored]
        ).map(Site.init)
    }

    /// How many recipients have an address there.
    package func recipientCount(of id: SiteID) throws -> Int {
        try transaction.row(
            """
            SELECT COUNT(*) AS number
            FROM recipient
            WHERE site = ? AND state <> 'erased'
            """,
            [id.stored]
        ).map { try $0["number"] } ?? 0
    }

    /// Takes it from every page and list, with its name, look, logo, tokens and invitations. The row stays, since erased recipients and their deliveries
    /// refer to it.
    /// - Returns: false when there is none of that id.
    package func remove(_ id: SiteID, at now: Timestamp) throws -> Bool {
        guard try setLogo(nil, of: id) else { return false }
        try transaction.invitations.forget(at: id)
        try transaction.siteTokens.forget(at: id)
        return try transaction.run(
            """
            UPDATE site
            SET removed_at = ?, name = id, origins = '', accent = NULL, introductions = '', languages = '', joining = 'off',
                writers = 'anyone'
            WHERE id = ? AND removed_at IS NULL
            """,
            [now.stored, id.stored]) == 1
    }
}
