package import PosternCore

/// The same moves for many. Each takes a batch of at most `limit`, since a unit that changes a million rows keeps every letter
/// waiting: repeat until it returns 0.
extension Queue {
    /// Makes every waiting delivery due now, but for letters that wait for the day on which their recipient wants them.
    package func retryAll(at now: Timestamp, limit: Int) throws -> Int {
        try transaction.run(
            """
            UPDATE delivery
            SET due_at = ?
            WHERE id IN (
                SELECT id
                FROM delivery
                WHERE state = 'ready' AND due_at > ? AND id NOT IN (
                    SELECT letter
                    FROM daily_letter
                    WHERE day > ?)
                ORDER BY due_at, id
                LIMIT ? {skip locked})
            """,
            [now.stored, now.stored, Epoch(containing: now).stored, limit.stored])
    }

    /// Holds what waits, the soonest due first.
    package func holdReady(because reason: String, limit: Int) throws -> Int {
        // Not by way of a list, which is in order of ids and would sort a million of them for each batch.
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

    /// Releases what is held, as `release` does.
    package func releaseHeld(_ scope: DeliveryFilter.Scope, at now: Timestamp, limit: Int) throws -> Int {
        try moveHeld(scope, limit: limit) { try release($0, at: now) }
    }

    /// Drops what is held.
    package func dropHeld(_ scope: DeliveryFilter.Scope, because reason: String, at now: Timestamp, limit: Int) throws -> Int {
        try moveHeld(scope, limit: limit) { try drop($0, because: reason, at: now) }
    }

    /// What waits for its visitor to prove the address is nobody else's to decide in bulk.
    private func moveHeld(_ scope: DeliveryFilter.Scope, limit: Int, _ move: (LetterID) throws -> DeliveryMove) throws -> Int {
        var (count, last): (Int, LetterID?) = (0, nil)
        while count == 0 {
            let lines = try list(DeliveryFilter(scope, state: .held), after: last, limit: limit)
            for line in lines where line.reason != AwaitedProofs.reason {
                if case .moved = try move(line.id) { count += 1 }
            }
            guard lines.count == limit else { break }
            last = lines.last?.id
        }
        return count
    }
}
