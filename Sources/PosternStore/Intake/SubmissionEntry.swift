package import PosternCore

/// One line of the log: a submission, and what was decided about it.
package struct SubmissionEntry: Equatable, Sendable {
    package let id: LetterID
    package let at: Timestamp
    /// As they were asked for; empty where the text could not be a name.
    package let site: String
    package let handle: String
    /// Nil when nobody had that handle.
    package let recipient: RecipientID?
    package let verdict: Verdict
    /// Of the client and its networks, narrowest first. Empty for an entry that counts refusals from everywhere.
    package let tags: [Tag]
    /// The sealed client address, which only the vault can open, for a reveal. Nil for an entry that counts refusals from
    /// everywhere.
    package let evidence: [UInt8]?
    /// How long the letter was before it was sealed, or as it was posted when it was turned away.
    package let letterBytes: Int
    /// How many more refusals by the same rule its network had within the hour.
    package let repeats: Int

    package init(
        id: LetterID, at: Timestamp, site: String, handle: String, recipient: RecipientID?, verdict: Verdict, tags: [Tag] = [],
        evidence: [UInt8]?, letterBytes: Int, repeats: Int = 0
    ) {
        self.id = id
        self.at = at
        self.site = site
        self.handle = handle
        self.recipient = recipient
        self.verdict = verdict
        self.tags = tags
        self.evidence = evidence
        self.letterBytes = letterBytes
        self.repeats = repeats
    }

    /// The day whose keys made its tags and its seals.
    package var epoch: Epoch { Epoch(containing: at) }
}

extension SubmissionEntry {
    init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], at: try row["at"], site: try row["site"], handle: try row["handle"],
            recipient: try row.optional("recipient"), verdict: try Verdict(row), tags: try [Tag](row),
            evidence: try row.optional("evidence"), letterBytes: try row["letter_bytes"], repeats: try row["repeats"])
    }
}

extension Verdict {
    fileprivate init(_ row: SQLRow) throws {
        let texts: String = try row["rules"]
        let parts = try texts.split(separator: " ").map { text in
            guard let part = Part(String(text)) else { throw StoreError.undecodable(column: "rules") }
            return part
        }
        self.init(try row["verdict"], parts: parts)
    }

    /// In the order in which they matched, separated by spaces.
    var storedParts: SQLValue {
        .text(parts.map(\.description).joined(separator: " "))
    }
}

extension [Tag] {
    fileprivate init(_ row: SQLRow) throws {
        let bytes: [UInt8] = try row["tags"]
        var reader = ByteReader(bytes, limit: 8)
        self = []
        while reader.remaining >= 8 { append(Tag(value: try reader.number())) }
    }

    var stored: SQLValue {
        var writer = ByteWriter(capacity: count * 8)
        for tag in self { writer.write(tag.value) }
        return .blob(writer.bytes)
    }
}
