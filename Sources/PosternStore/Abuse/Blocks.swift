package import PosternCore

/// What staff have blocked. Removed blocks stay, because old verdicts name them; a sender's digest does not.
package struct Blocks {
    let transaction: any Transaction

    /// - Returns: the new block's number.
    package func add(
        _ mark: Block.Mark, effect: Block.Effect, reason: String, expires: Timestamp?, at now: Timestamp
    ) throws -> Int64 {
        let id = try transaction.nextNumber(.block)
        try transaction.run(
            """
            INSERT INTO block (id, kind, mark, epoch, effect, reason, added_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id.stored, mark.kind.stored, mark.text.stored, mark.epoch.stored, effect.stored, reason.stored, now.stored,
                expires.stored,
            ])
        return id
    }

    /// Those that were not removed, oldest first, including expired ones.
    package func list() throws -> [Block] {
        try transaction.rows(
            """
            SELECT id, kind, mark, epoch, effect, reason, added_at, expires_at
            FROM block
            WHERE removed_at IS NULL
            ORDER BY id
            """
        ).map(Block.init)
    }

    /// - Returns: nil when there never was a block of that number.
    package func find(_ id: Int64) throws -> Block? {
        try transaction.row(
            """
            SELECT id, kind, mark, epoch, effect, reason, added_at, expires_at
            FROM block
            WHERE id = ?
            """,
            [id.stored]
        ).map(Block.init)
    }

    /// - Returns: false when there is no block of that number, or it was already removed.
    package func remove(_ id: Int64, at now: Timestamp) throws -> Bool {
        try transaction.run(
            """
            UPDATE block
            SET removed_at = ?, mark = CASE WHEN kind = 'sender' THEN CAST(? AS TEXT) ELSE mark END
            WHERE id = ? AND removed_at IS NULL
            """,
            [now.stored, SenderDigest.forgotten.description.stored, id.stored]) == 1
    }
}

extension Block.Mark {
    /// The word for it in the store and in commands.
    package var kind: String {
        switch self {
        case .tag: "tag"
        case .range: "prefix"
        case .domain: "domain"
        case .sender: "sender"
        case .phrase: "text"
        }
    }

    /// As it is stored and shown; of a sender the digest.
    package var text: String {
        switch self {
        case .tag(let tag, _): tag.description
        case .range(let range): range.description
        case .domain(let domain): domain
        case .sender(let digest): digest.description
        case .phrase(let phrase): phrase.text
        }
    }

    package var epoch: Epoch? {
        if case .tag(_, let epoch) = self { epoch } else { nil }
    }

    fileprivate init?(kind: String, text: String, epoch: Epoch?) {
        switch kind {
        case "tag":
            guard let tag = Tag(text), let epoch else { return nil }
            self = .tag(tag, epoch)
        case "prefix":
            guard let range = try? AddressRange(text) else { return nil }
            self = .range(range)
        case "domain": self = .domain(text)
        case "sender":
            guard let digest = SenderDigest(text) else { return nil }
            self = .sender(digest)
        case "text": self = .phrase(BlockedPhrase(text))
        default: return nil
        }
    }
}

extension Block {
    fileprivate init(_ row: SQLRow) throws {
        guard let mark = Mark(kind: try row["kind"], text: try row["mark"], epoch: try row.optional("epoch")) else {
            throw StoreError.undecodable(column: "mark")
        }
        self.init(
            id: try row["id"], mark: mark, effect: try row["effect"], reason: try row["reason"], added: try row["added_at"],
            expires: try row.optional("expires_at"))
    }
}
