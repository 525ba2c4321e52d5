package import PosternCore

/// The sites that use this installation.
package struct Sites {
    private let session: any Session

    package init(_ session: any Session) {
        self.session = session
    }

    /// - Returns: false when there is one of that id; it is left as it is.
    package func add(_ site: Site, at now: Timestamp) throws -> Bool {
        try session.run(
            """
            INSERT INTO site (id, name, origins, created_at)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO NOTHING
            """,
            [site.id.stored, site.name.stored, site.storedOrigins, now.stored]) == 1
    }

    /// In the order of their ids.
    package func list() throws -> [Site] {
        try session.rows(
            """
            SELECT id, name, origins
            FROM site
            ORDER BY id
            """
        ).map(Site.init)
    }

    package func find(_ id: SiteID) throws -> Site? {
        try session.row(
            """
            SELECT id, name, origins
            FROM site
            WHERE id = ?
            """,
            [id.stored]
        ).map(Site.init)
    }
}

extension Site {
    fileprivate init(_ row: SQLRow) throws {
        let origins: String = try row["origins"]
        self.init(
            id: try row["id"], name: try row["name"],
            origins: try origins.split(separator: " ").map { text in
                guard let origin = WebOrigin(String(text)) else { throw StoreError.undecodable(column: "origins") }
                return origin
            })
    }

    /// An origin holds no space.
    fileprivate var storedOrigins: SQLValue {
        .text(origins.map(\.description).joined(separator: " "))
    }
}

extension Session {
    package var sites: Sites { Sites(self) }
}
