package import PosternCore

/// One line of the log: a submission, and what was decided about it.
package struct SubmissionEntry: Equatable, Sendable {
    package let id: LetterID
    package let at: Timestamp
    package let site: SiteID
    package let handle: Handle
    /// Nil when nobody had that handle.
    package let recipient: RecipientID?
    package let verdict: Verdict
    /// The sealed client address; only the vault can open it, for a reveal.
    package let evidence: [UInt8]
    package let letterBytes: Int
    package let epoch: Epoch

    package init(
        id: LetterID, at: Timestamp, site: SiteID, handle: Handle, recipient: RecipientID?, verdict: Verdict, evidence: [UInt8],
        letterBytes: Int, epoch: Epoch
    ) {
        (self.id, self.at, self.site, self.handle, self.recipient) = (id, at, site, handle, recipient)
        (self.verdict, self.evidence, self.letterBytes, self.epoch) = (verdict, evidence, letterBytes, epoch)
    }
}

extension SubmissionEntry {
    init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], at: try row["at"], site: try row["site"], handle: try row["handle"],
            recipient: try row.optional("recipient"), verdict: try Verdict(row), evidence: try row["evidence"],
            letterBytes: try row["letter_bytes"], epoch: try row["epoch"])
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

    /// In the order in which they spoke, with a space between.
    var storedParts: SQLValue {
        .text(parts.map(\.description).joined(separator: " "))
    }
}
