package import PosternCore

/// The other names that sites have for their recipients. A name belongs to one recipient of its site.
package struct Aliases {
    let transaction: any Transaction

    /// One alias and whose it is.
    package struct Line: Equatable, Sendable {
        package let alias: String
        package let key: String
        package let handle: Handle
    }

    /// What became of a new alias.
    package enum Addition: Equatable, Sendable {
        case added
        /// It was theirs before.
        case known
        /// Another recipient has it as a handle, or as an alias.
        case taken(by: Handle)
    }

    /// - Precondition: the recipient is of that site.
    package func add(_ alias: HandleAlias, for recipient: Recipient, at now: Timestamp) throws -> Addition {
        if let handle = try? Handle(alias.key), let owner = try transaction.recipients.find(handle, at: recipient.site) {
            return owner.id == recipient.id ? .known : .taken(by: owner.handle)
        }
        let isNew = try transaction.run(
            """
            INSERT INTO recipient_alias (site, folded, name, recipient, created_at)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (site, folded) DO NOTHING
            """,
            [recipient.site.stored, alias.key.stored, alias.text.stored, recipient.id.stored, now.stored])
        guard isNew == 0, let owner = try find(alias.key, at: recipient.site) else { return .added }
        return owner.id == recipient.id ? .known : .taken(by: owner.handle)
    }

    /// - Returns: whose alias it was; nil when it is none.
    package func remove(_ alias: HandleAlias, at site: SiteID) throws -> Handle? {
        guard let owner = try find(alias.key, at: site) else { return nil }
        try transaction.run(
            """
            DELETE FROM recipient_alias
            WHERE site = ? AND folded = ?
            """,
            [site.stored, alias.key.stored])
        return owner.handle
    }

    /// - Parameter key: as `HandleAlias.key` makes it.
    package func find(_ key: String, at site: SiteID) throws -> Recipient? {
        try transaction.row(
            """
            SELECT {person}
            FROM recipient_alias
            JOIN recipient AS own ON own.id = recipient_alias.recipient AND own.site = recipient_alias.site
            WHERE recipient_alias.site = ? AND recipient_alias.folded = ?
            """,
            [site.stored, key.stored]
        ).map { try Recipient($0, id: "id") }
    }

    /// In the order of their keys, from after `after`.
    package func list(at site: SiteID, after: String? = nil, limit: Int) throws -> [Line] {
        try transaction.rows(
            """
            SELECT recipient_alias.name AS name, recipient_alias.folded AS folded, own.handle AS handle
            FROM recipient_alias
            JOIN recipient AS own ON own.id = recipient_alias.recipient
            WHERE recipient_alias.site = ? AND recipient_alias.folded > ?
            ORDER BY recipient_alias.folded
            LIMIT ?
            """,
            [site.stored, (after ?? "").stored, limit.stored]
        ).map(Line.init)
    }

    /// Those of one recipient.
    package func list(of recipient: RecipientID) throws -> [Line] {
        try transaction.rows(
            """
            SELECT recipient_alias.name AS name, recipient_alias.folded AS folded, own.handle AS handle
            FROM recipient_alias
            JOIN recipient AS own ON own.id = recipient_alias.recipient
            WHERE recipient_alias.recipient = ?
            ORDER BY recipient_alias.folded
            """,
            [recipient.stored]
        ).map(Line.init)
    }

    /// They are names of a person, and go with the person.
    func forget(_ recipient: RecipientID) throws {
        try transaction.run(
            """
            DELETE FROM recipient_alias
            WHERE recipient = ?
            """,
            [recipient.stored])
    }
}

extension Aliases.Line {
    fileprivate init(_ row: SQLRow) throws {
        self.init(alias: try row["name"], key: try row["folded"], handle: try row["handle"])
    }
}
