package import PosternCore

/// What becomes of the deliveries in the copy of a backup before that is the store again: nobody knows what was done with them after
/// the backup was made.
extension Queue {
    /// Every delivery that has not ended.
    package func unended() throws -> [LetterID] {
        try transaction.rows(
            """
            WITH waiting AS MATERIALIZED (
                SELECT id
                FROM delivery
                WHERE state = 'ready')
            SELECT id
            FROM waiting
            UNION ALL
            SELECT id
            FROM delivery
            WHERE state = 'leased'
            UNION ALL
            SELECT id
            FROM delivery
            WHERE state = 'held' AND due_at IS NULL
            """
        ).map { try $0["id"] as LetterID }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    /// Ends every letter that was sealed under the key of another day than these, and every reply in a conversation that began on
    /// another: nobody can open it, or the address it goes to.
    /// - Parameter naming: how many are returned by name, at most.
    package func failLost(keeping days: Set<Epoch>, at now: Timestamp, naming most: Int) throws -> RestoredLetters.Named {
        var lost = RestoredLetters.Named()
        for id in try unended() {
            guard let day = try daysOfSeals(id).first(where: { !days.contains($0) }) else { continue }
            try endOthers(id, at: now)
            try transaction.run(
                """
                UPDATE delivery
                SET state = 'failed', due_at = NULL, finished_at = ?, reason = ?, lease = NULL, lease_until = NULL
                WHERE id = ? AND state IN ('ready', 'leased', 'held')
                """,
                [now.stored, "the key of its day, \(day), is lost: nobody can open it any more".stored, id.stored])
            lost.count += 1
            if lost.first.count < most, let line = try show(id)?.delivery { lost.first.append(line) }
        }
        return lost
    }

    /// Of the letter or reply that is sent, and of the letter that began its conversation. None for a mail without a letter.
    private func daysOfSeals(_ id: LetterID) throws -> [Epoch] {
        let row = try transaction.row(
            """
            SELECT CASE WHEN delivery.kind IN ('confirmation', 'address-notice') THEN NULL ELSE delivery.letter END AS letter,
                reply.conversation
            FROM delivery
            LEFT JOIN reply ON reply.id = delivery.id
            WHERE delivery.id = ?
            """,
            [id.stored])
        let letters: [LetterID?] = [try row?.optional("letter"), try row?.optional("conversation")]
        return letters.compactMap { $0.map { Epoch(containing: $0.moment) } }
    }

    /// Notes that a delivery has ended elsewhere: by a release or the end of its lease, and then as delivered or dropped.
    /// - Returns: false when it had ended here too.
    @discardableResult
    package func takeEnd(of id: LetterID, as state: DeliveryState, at moment: Timestamp) throws -> Bool {
        try endOthers(id, at: moment)
        return try transaction.run(
            """
            UPDATE delivery
            SET state = ?, due_at = NULL, finished_at = ?, reason = ?, lease = NULL, lease_until = NULL
            WHERE id = ? AND state IN ('ready', 'leased', 'held')
            """,
            [
                state.stored, moment.stored,
                (state == .dropped ? "it was dropped after the backup that was restored" : nil).stored, id.stored,
            ]) == 1
    }

    /// Holds every delivery that has not ended, for a person to decide.
    /// - Returns: how many there are.
    package func holdRestored(because reason: String, at now: Timestamp) throws -> Int {
        try unended().reduce(into: 0) { count, id in
            try endOthers(id, at: now)
            count += try transaction.run(
                """
                UPDATE delivery
                SET state = 'held', due_at = NULL, uncertain = uncertain + CASE state WHEN 'leased' THEN 1 ELSE 0 END,
                    reason = CASE state WHEN 'held' THEN CAST(? AS TEXT) || reason ELSE CAST(? AS TEXT) END,
                    lease = NULL, lease_until = NULL
                WHERE id = ? AND state IN ('ready', 'leased', 'held')
                """,
                ["\(reason); before that: ".stored, reason.stored, id.stored])
        }
    }
}
