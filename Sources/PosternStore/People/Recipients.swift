package import PosternCore

/// The people who receive letters. Their addresses are sealed records, which this side can keep and hand back.
package struct Recipients {
    let transaction: any Transaction

    /// Adds those whose handles are free.
    /// - Returns: the handles of the others, in their order; empty when all went in. An erased recipient keeps the handle.
    /// - Precondition: each has a record. 500 at a time make a good batch.
    package func add(_ recipients: [Recipient], at now: Timestamp) throws -> [Handle] {
        try recipients.filter { !(try add($0, at: now)) }.map(\.handle)
    }

    /// - Returns: false when the handle is taken, or is an alias of somebody else; that recipient is left alone.
    /// - Precondition: there is a record.
    package func add(_ recipient: Recipient, at now: Timestamp) throws -> Bool {
        guard let record = recipient.record else { preconditionFailure("a new recipient has a sealed address") }
        if let key = HandleAlias.key(of: recipient.handle.text), try transaction.aliases.find(key, at: recipient.site) != nil {
            return false
        }
        return try transaction.run(
            """
            INSERT INTO recipient (
                id, site, handle, name, language, state, record_version, seal, authorisation, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (site, handle) DO NOTHING
            """,
            [
                recipient.id.stored, recipient.site.stored, recipient.handle.stored, recipient.name.stored,
                recipient.language.stored, recipient.state.stored, record.version.stored, record.seal.stored,
                record.authorisation.stored, now.stored, now.stored,
            ]) == 1
    }

    package func count(at site: SiteID) throws -> Int {
        try transaction.row(
            """
            SELECT COUNT(*) AS number
            FROM recipient
            WHERE site = ?
            """,
            [site.stored]
        ).map { try $0["number"] } ?? 0
    }

    package func find(_ id: RecipientID) throws -> Recipient? {
        try transaction.row(
            """
            SELECT {person}
            FROM recipient AS own
            WHERE own.id = ?
            """,
            [id.stored]
        ).map { try Recipient($0, id: "id") }
    }

    package func find(_ handle: Handle, at site: SiteID) throws -> Recipient? {
        try transaction.row(
            """
            SELECT {person}
            FROM recipient AS own
            WHERE own.site = ? AND own.handle = ?
            """,
            [site.stored, handle.stored]
        ).map { try Recipient($0, id: "id") }
    }

    /// The recipient that a link means: the one with that handle, else the one who has the name as an alias.
    /// - Parameter name: as the link writes it.
    package func find(named name: String, at site: SiteID) throws -> Recipient? {
        if let handle = Handle(spelled: name), let recipient = try find(handle, at: site) { return recipient }
        return try HandleAlias.key(of: name).flatMap { try transaction.aliases.find($0, at: site) }
    }

    /// - Returns: in the order of their handles, from after `after`.
    package func list(at site: SiteID, after: Handle? = nil, limit: Int) throws -> [Recipient] {
        try transaction.rows(
            """
            SELECT {person}
            FROM recipient AS own
            WHERE own.site = ? AND own.handle > ?
            ORDER BY own.handle
            LIMIT ?
            """,
            [site.stored, .text(after?.text ?? ""), limit.stored]
        ).map { try Recipient($0, id: "id") }
    }
}

extension Recipient {
    /// - Parameter id: the column that holds the id.
    init(_ row: SQLRow, id: String) throws {
        let seal: [UInt8]? = try row.optional("seal")
        let record = try seal.map { seal in
            SealedRecord(version: try row["record_version"], seal: seal, authorisation: try row["authorisation"])
        }
        self.init(
            id: try row[id], site: try row["site"], handle: try row["handle"], name: try row["name"],
            language: try row["language"], state: try row["state"], record: record, settings: try MemberSettings(row))
    }
}

extension MemberSettings {
    fileprivate init(_ row: SQLRow) throws {
        let dailyLetters: Int? = try row.optional("daily_letters")
        guard dailyLetters.map(Self.dailyRange.contains) ?? true else { throw StoreError.undecodable(column: "daily_letters") }
        let form: MailFormat? = try row.optional("mail_form")
        self.init(
            writers: try row.optional("writers"), dailyLetters: dailyLetters, isTextOnly: form == .text,
            pausedUntil: try row.optional("paused_until"))
    }
}

/// As the store says it; null for both parts.
enum MailFormat: String, StoredAs {
    case text
}
