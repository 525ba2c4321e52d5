package import PosternCore

/// What the sealed addresses are sealed to: the beginning of a seal names its key and its format.
extension Recipients {
    package struct SealHead: Equatable, Sendable {
        package let recipient: RecipientID
        /// Nil for somebody who was erased; empty for what Postern did not write.
        package let head: [UInt8]?

        package init(recipient: RecipientID, head: [UInt8]?) {
            self.recipient = recipient
            self.head = head
        }
    }

    /// Of the recipients after `after`, in the order of their ids.
    /// - Parameter length: of a beginning, in bytes.
    package func sealHeads(_ length: Int, after: RecipientID?, limit: Int) throws -> [SealHead] {
        try transaction.rows(
            """
            SELECT id, substr(seal, 1, CAST(? AS INTEGER)) AS head
            FROM recipient
            WHERE id > ?
            ORDER BY id
            LIMIT ?
            """,
            [length.stored, .blob(after?.bytes ?? []), limit.stored]
        ).map { row in
            do {
                return SealHead(recipient: try row["id"], head: try row.optional("head"))
            } catch StoreError.undecodable(let column) where column == "head" {
                // Somebody has changed the store. One row must not keep all others from being sealed again.
                return SealHead(recipient: try row["id"], head: [])
            }
        }
    }

    /// The distinct beginnings, and how many recipients have each. Reads every recipient.
    package func sealCounts(_ length: Int) throws -> [[UInt8]: Int] {
        var (counts, last) = ([[UInt8]: Int](), RecipientID?.none)
        while true {
            let page = try sealHeads(length, after: last, limit: 1_000)
            guard let end = page.last else { return counts }
            last = end.recipient
            for head in page.compactMap(\.head) { counts[head, default: 0] += 1 }
        }
    }

    /// The same address and version, sealed again. A change that came in between counts, and not this.
    /// - Parameter former: what was sealed again.
    /// - Returns: whether it was still there.
    package func reseal(_ id: RecipientID, from former: SealedRecord, as record: SealedRecord) throws -> Bool {
        try transaction.run(
            """
            UPDATE recipient
            SET seal = ?, authorisation = ?
            WHERE id = ? AND record_version = ? AND seal = ? AND authorisation = ?
            """,
            [
                record.seal.stored, record.authorisation.stored, id.stored, former.version.stored, former.seal.stored,
                former.authorisation.stored,
            ]) == 1
    }
}

extension AddressChanges {
    /// How many changes of addresses, also those that are over and not forgotten yet, have each beginning in one of their two seals.
    /// These are never sealed again: the link to undo a change names the seal that counted before.
    package func sealCounts(_ length: Int) throws -> [[UInt8]: Int] {
        var (counts, last) = ([[UInt8]: Int](), [UInt8]())
        while true {
            let page = try transaction.rows(
                """
                SELECT id, substr(former_seal, 1, CAST(? AS INTEGER)) AS former, substr(next_seal, 1, CAST(? AS INTEGER)) AS next
                FROM address_change
                WHERE id > ?
                ORDER BY id
                LIMIT 1000
                """,
                [length.stored, length.stored, .blob(last)])
            guard let end: AddressChangeID = try page.last?["id"] else { return counts }
            last = end.bytes
            for row in page {
                let (former, next): ([UInt8], [UInt8]) = (try row["former"], try row["next"])
                for head in Set([former, next]) { counts[head, default: 0] += 1 }
            }
        }
    }
}
