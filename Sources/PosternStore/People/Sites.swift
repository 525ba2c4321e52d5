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
                authorisation_version, authorisation)
            VALUES (?, ?, ?, ?, NULL, NULL, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO NOTHING
            """,
            [
                site.id.stored, site.name.stored, site.storedOrigins, site.look.storedAccent, site.look.storedIntroductions,
                site.look.storedLanguages, now.stored, (site.authorisation?.version).stored, (site.authorisation?.code).stored,
            ]) == 1
    }

    /// Puts name, origins, their authorisation and look in the place of the present ones; the logo stays.
    /// - Returns: false when there is none of that id, or a newer authorisation was stored meanwhile.
    package func change(_ site: Site) throws -> Bool {
        try transaction.run(
            """
            UPDATE site
            SET name = ?, origins = ?, accent = ?, introductions = ?, languages = ?, authorisation_version = ?,
                authorisation = ?
            WHERE id = ? AND COALESCE(authorisation_version, 0) <= ?
            """,
            [
                site.name.stored, site.storedOrigins, site.look.storedAccent, site.look.storedIntroductions,
                site.look.storedLanguages, (site.authorisation?.version).stored, (site.authorisation?.code).stored,
                site.id.stored, (site.authorisation?.version ?? 0).stored,
            ]) == 1
    }

    /// - Parameter logo: nil takes away the one there is.
    /// - Returns: false when there is no such site.
    package func setLogo(_ logo: Logo?, of id: SiteID) throws -> Bool {
        let changed = try transaction.run(
            """
            UPDATE site
            SET logo_kind = ?, logo_version = ?
            WHERE id = ?
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
                authorisation
            FROM site
            ORDER BY id
            """
        ).map(Site.init)
    }

    package func find(_ id: SiteID) throws -> Site? {
        try transaction.row(
            """
            SELECT id, name, origins, accent, logo_kind, logo_version, introductions, languages, authorisation_version,
                authorisation
            FROM site
            WHERE id = ?
            """,
            [id.stored]
        ).map(Site.init)
    }
}
