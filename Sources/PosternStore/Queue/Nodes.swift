package import PosternCore

/// The relays that work on this store, each by the name that it keeps for life.
package struct Nodes {
    let transaction: any Transaction

    /// A node starts: it gets its number, made at its first start, and leases that no earlier start had.
    package func start(_ name: String, at now: Timestamp) throws -> NodeLeases {
        let known = try transaction.row(
            """
            UPDATE node
            SET starts = starts + 1, started_at = ?
            WHERE name = ?
            RETURNING id, starts
            """,
            [now.stored, name.stored])
        if let known { return NodeLeases(node: try known["id"], start: try known["starts"]) }
        let id = try transaction.nextNumber(.node)
        try transaction.run(
            """
            INSERT INTO node (id, name, starts, started_at)
            VALUES (?, ?, 1, ?)
            """,
            [id.stored, name.stored, now.stored])
        return NodeLeases(node: id, start: 1)
    }
}

/// What the store gives numbers to, since several relays may ask for one.
enum Counter: String, StoredAs {
    case block, node
}

extension Transaction {
    /// One more than the last; never given again.
    func nextNumber(_ counter: Counter) throws -> Int64 {
        let row = try row(
            """
            UPDATE counter
            SET last = last + 1
            WHERE name = ?
            RETURNING last
            """,
            [counter.stored])
        // The migration made a row for each.
        guard let row else { throw StoreError.undecodable(column: "counter.name") }
        return try row["last"]
    }
}
