package import PosternCore

/// Rows that an earlier version of the program wrote, whose authorisation covers less than today's.
extension Recipients {
    /// By id, from after `after`. An authorisation of the earlier version is a MAC of 32 bytes; today's has one byte more. No index
    /// finds these: they are looked for once.
    package func toAdopt(after id: RecipientID?, limit: Int) throws -> [Recipient] {
        try transaction.rows(
            """
            SELECT {person}
            FROM recipient AS own
            WHERE own.id > ? AND length(own.authorisation) = 32
            ORDER BY own.id
            LIMIT ?
            """,
            [.blob(id?.bytes ?? []), limit.stored]
        ).map { try Recipient($0, id: "id") }
    }

    /// Keeps today's authorisation of a record, unless the record was replaced meanwhile.
    package func adopt(_ recipient: Recipient) throws {
        guard let record = recipient.record else { return }
        try transaction.run(
            """
            UPDATE recipient
            SET authorisation = ?
            WHERE id = ? AND record_version = ? AND seal = ?
            """,
            [record.authorisation.stored, recipient.id.stored, record.version.stored, record.seal.stored])
    }
}

extension Sites {
    /// Keeps the first authorisation of a site, unless it was changed meanwhile.
    package func adopt(_ site: Site) throws {
        try transaction.run(
            """
            UPDATE site
            SET authorisation_version = ?, authorisation = ?
            WHERE id = ? AND name = ? AND origins = ? AND authorisation IS NULL
            """,
            [
                (site.authorisation?.version).stored, (site.authorisation?.code).stored, site.id.stored, site.name.stored,
                site.storedOrigins,
            ])
    }
}
