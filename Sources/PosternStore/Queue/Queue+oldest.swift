package import PosternCore

extension Queue {
    /// When the oldest delivery was accepted that is due or under way, and the oldest that is held.
    package func oldestUndelivered() throws -> (moving: Timestamp?, held: Timestamp?) {
        // The count keeps SQLite from walking the table in order of ids until it meets the first, which is every delivered
        // one when nothing waits; with it, it looks at what waits alone, in an index.
        let rows = try transaction.rows(
            """
            SELECT 'ready' AS name, MIN(id) AS id, COUNT(*) AS count
            FROM delivery
            WHERE state = 'ready'
            UNION ALL
            SELECT 'leased', MIN(id), COUNT(*)
            FROM delivery
            WHERE state = 'leased'
            UNION ALL
            SELECT 'held', MIN(id), 0
            FROM delivery
            WHERE state = 'held' AND due_at IS NULL
            """)
        var (moving, held): (Timestamp?, Timestamp?) = (nil, nil)
        for row in rows {
            let name: String = try row["name"]
            // An id says when it was made, and it is made when the letter is accepted.
            guard let id: LetterID = try row.optional("id") else { continue }
            if name == "held" { held = id.moment } else { moving = min(moving ?? id.moment, id.moment) }
        }
        return (moving, held)
    }
}
