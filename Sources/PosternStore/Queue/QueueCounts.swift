package import PosternCore

/// How many deliveries are in each state, and how many letters the log says were accepted.
package struct QueueCounts: Equatable, Sendable {
    /// Every state has a number.
    package let states: [DeliveryState: Int]
    /// Log entries of accepted letters and replies, and mails that nobody posted: counted apart from the states, so that the two can be
    /// compared.
    package let accepted: Int

    package init(states: [DeliveryState: Int], accepted: Int) {
        self.states = Dictionary(uniqueKeysWithValues: DeliveryState.allCases.map { ($0, states[$0, default: 0]) })
        self.accepted = accepted
    }

    package subscript(state: DeliveryState) -> Int { states[state, default: 0] }

    /// Accepted letters that are in no state, or deliveries nobody accepted: 0, at every instant.
    package var difference: Int { accepted - states.values.reduce(0, +) }
}

extension Queue {
    /// In one statement, and so at one instant. Reads an index entry for each delivery: about a tenth of a second for a
    /// million, so anyone who shows it often keeps it for a while.
    package func counts() throws -> QueueCounts {
        let rows = try transaction.rows(
            """
            SELECT 'ready' AS name, COUNT(*) AS total
            FROM delivery
            WHERE state = 'ready'
            UNION ALL
            SELECT 'leased', COUNT(*)
            FROM delivery
            WHERE state = 'leased'
            UNION ALL
            SELECT state, COUNT(*)
            FROM delivery
            WHERE due_at IS NULL
            GROUP BY state
            UNION ALL
            SELECT 'accepted', COUNT(*)
            FROM submission
            WHERE verdict <> 'refuse'
            UNION ALL
            SELECT 'unposted', COUNT(*)
            FROM delivery
            WHERE kind NOT IN ('letter', 'reply')
            """)
        var states: [DeliveryState: Int] = [:]
        var accepted = 0
        for row in rows {
            let (name, total): (String, Int) = (try row["name"], try row["total"])
            switch (name, DeliveryState(rawValue: name)) {
            case (_, let state?): states[state] = total
            case ("accepted", nil), ("unposted", nil): accepted += total
            default: throw StoreError.undecodable(column: "state")
            }
        }
        return QueueCounts(states: states, accepted: accepted)
    }

    /// When the oldest delivery was accepted that is due or under way, and the oldest that is held for somebody to decide: one from a
    /// visitor whom its recipient has muted waits for nobody, and one whose visitor is to prove the address not for us. A letter to
    /// somebody who takes so many a day may wait for days.
    package func oldestUndelivered() throws -> (moving: Timestamp?, held: Timestamp?) {
        // The count keeps SQLite from walking the table in order of ids until it meets the first, which is every delivered
        // one when nothing waits; with it, it looks at what waits alone, in an index.
        let rows = try transaction.rows(
            """
            SELECT 'ready' AS name, MIN(id) AS id, COUNT(*) AS count
            FROM delivery
            WHERE state = 'ready' AND id NOT IN (
                SELECT letter
                FROM daily_letter)
            UNION ALL
            SELECT 'leased', MIN(id), COUNT(*)
            FROM delivery
            WHERE state = 'leased'
            UNION ALL
            SELECT 'held', MIN(id), 0
            FROM delivery
            WHERE state = 'held' AND due_at IS NULL AND NOT EXISTS (
                SELECT 1
                FROM attempt
                WHERE attempt.delivery = delivery.id AND attempt.number = delivery.attempts AND attempt.outcome = 'muted')
                AND NOT EXISTS (
                SELECT 1
                FROM awaited_proof
                WHERE awaited_proof.letter = delivery.id)
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
