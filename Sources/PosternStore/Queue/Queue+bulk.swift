package import PosternCore

/// The same moves for many. Each takes a bite of at most `limit`, since a unit that changes a million rows keeps every letter
/// waiting: repeat until it returns 0.
extension Queue {
    /// Makes every waiting delivery due now.
    package func retryAll(at now: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            UPDATE delivery
            SET due_at = ?
            WHERE id IN (
                SELECT id
                FROM delivery
                WHERE state = 'ready' AND due_at > ?
                ORDER BY due_at, id
                LIMIT ? {skip locked})
            """,
            [now.stored, now.stored, limit.stored])
    }

    /// Stops what waits, what is due soonest first.
    package func holdReady(because reason: String, limit: Int) throws -> Int {
        // Not by way of a list, which is in order of ids and would sort a million of them for each bite.
        try transaction.rows(
            """
            SELECT id
            FROM delivery
            WHERE state = 'ready'
            ORDER BY due_at, id
            LIMIT ?
            """,
            [limit.stored]
        ).reduce(into: 0) { count, row in
            if case .moved = try hold(try row["id"], because: reason) { count += 1 }
        }
    }

    /// Lets go what is held; it is due now.
    package func releaseHeld(_ scope: DeliveryFilter.Scope, at now: Timestamp, limit: Int) throws -> Int {
        try moveHeld(scope, limit: limit) { try release($0, at: now) }
    }

    /// Decides against what is held.
    package func dropHeld(_ scope: DeliveryFilter.Scope, because reason: String, at now: Timestamp, limit: Int) throws -> Int {
        try moveHeld(scope, limit: limit) { try drop($0, because: reason, at: now) }
    }

    private func moveHeld(_ scope: DeliveryFilter.Scope, limit: Int, _ move: (LetterID) throws -> DeliveryMove) throws -> Int {
        try list(DeliveryFilter(scope, state: .held), limit: limit)
            .reduce(into: 0) { count, line in
                if case .moved = try move(line.id) { count += 1 }
            }
    }
}
