package import PosternCore

extension Queue {
    /// Gives back what was claimed and never dialled, as if it had not been claimed.
    /// - Returns: how many went back.
    @discardableResult
    package func unclaim(_ lease: LeaseID) throws -> Int {
        try transaction.run(
            """
            DELETE FROM attempt
            WHERE ended_at IS NULL AND lease = ? AND delivery IN (
                SELECT id
                FROM delivery
                WHERE state = 'leased' AND lease = ?)
            """,
            [lease.stored, lease.stored])
        return try transaction.run(
            """
            UPDATE delivery
            SET state = 'ready', attempts = attempts - 1, lease = NULL, lease_until = NULL
            WHERE state = 'leased' AND lease = ?
            """,
            [lease.stored])
    }

    /// Gives back one delivery of a claim.
    /// - Parameter due: when it is to be tried; nil leaves it where it stood in the queue.
    /// - Returns: false when the lease is no longer ours; nothing was changed.
    @discardableResult
    package func unclaim(_ id: LetterID, under lease: LeaseID, due: Timestamp? = nil) throws -> Bool {
        let changed = try transaction.run(
            """
            UPDATE delivery
            SET state = 'ready', attempts = attempts - 1, due_at = COALESCE(?, due_at), lease = NULL, lease_until = NULL
            WHERE id = ? AND state = 'leased' AND lease = ?
            """,
            [due.stored, id.stored, lease.stored])
        guard changed == 1 else { return false }
        try forgetAttempt(of: id, under: lease)
        return true
    }

    /// One that nobody made.
    func forgetAttempt(of id: LetterID, under lease: LeaseID) throws {
        try transaction.run(
            """
            DELETE FROM attempt
            WHERE delivery = ? AND lease = ? AND ended_at IS NULL
            """,
            [id.stored, lease.stored])
    }

    /// Makes due again what was claimed under a lease that has run out. Nobody knows what became of it: it may have been
    /// sent, so it is marked as uncertain.
    /// - Returns: how many leases were over.
    @discardableResult
    package func expireLeases(at now: Timestamp) throws -> Int {
        try endLeases(
            from: LeaseID(node: 0, number: 0), through: LeaseID(node: -1, number: -1), until: now, at: now,
            because: "the lease ran out before the outcome was known")
    }

    /// Ends the leases that a node held when it ended, at its next start. Those of other nodes end by time.
    /// - Returns: how many there were.
    @discardableResult
    package func recoverLeases(of node: Int64, at now: Timestamp) throws -> Int {
        try endLeases(
            from: LeaseID(node: node, number: 0), through: LeaseID(node: node, number: -1),
            until: Timestamp(milliseconds: .max), at: now, because: "the relay ended before the outcome was known")
    }

    /// The store orders leases by their bytes: a number of -1, which is all ones, comes last.
    private func endLeases(
        from first: LeaseID, through last: LeaseID, until: Timestamp, at now: Timestamp, because text: String
    ) throws -> Int {
        let leases = [first.stored, last.stored, until.stored]
        try transaction.run(
            """
            UPDATE attempt
            SET ended_at = ?, outcome = 'interrupted', text = ?
            WHERE ended_at IS NULL AND delivery IN (
                SELECT id
                FROM delivery
                WHERE state = 'leased' AND lease >= ? AND lease <= ? AND lease_until <= ?)
            """,
            [now.stored, text.stored] + leases)
        return try transaction.run(
            """
            UPDATE delivery
            SET state = 'ready', due_at = ?, uncertain = uncertain + 1, lease = NULL, lease_until = NULL
            WHERE state = 'leased' AND lease >= ? AND lease <= ? AND lease_until <= ?
            """,
            [now.stored] + leases)
    }

    /// Makes due at once what is due later than the schedule ever lets anything wait: the clock was ahead when that was
    /// written, and has been set back since. Otherwise a letter accepted meanwhile would wait until the clock gets there again.
    ///
    /// A letter that waits for the day that has room is due later by right.
    /// - Returns: how many there were.
    @discardableResult
    package func recoverFromClockSetBack(at now: Timestamp, longestWait: Duration) throws -> Int {
        let today = Epoch(containing: now)
        return try transaction.run(
            """
            UPDATE delivery
            SET due_at = ?
            WHERE state = 'ready' AND due_at > ? AND NOT (accepted_at <= ? AND id IN (
                SELECT letter
                FROM daily_letter
                WHERE day > ? AND day <= ?))
            """,
            [
                now.stored, (now + longestWait).stored, now.stored, today.stored,
                Epoch(day: today.day + DailyRoom.mostDays).stored,
            ])
    }

    /// Gives up what has waited for longer than the schedule tries: the smarthost, or we, were away for days.
    ///
    /// Looks at the `limit` deliveries that are due soonest, which are the ones that have waited longest. A release begins the life
    /// of a delivery again. One that became due only after its life was over (a person asked for another try) gets that one try.
    /// - Returns: how many were given up.
    @discardableResult
    package func expireOld(at now: Timestamp, lifetime: Duration, limit: Int) throws -> Int {
        try transaction.run(
            """
            UPDATE delivery
            SET state = 'expired', due_at = NULL, finished_at = ?,
                reason = 'it could not be tried within the time the schedule allows'
            WHERE COALESCE(released_at, accepted_at) <= ?
                AND due_at <= COALESCE(released_at, accepted_at) + CAST(? AS BIGINT) AND id IN (
                SELECT id
                FROM delivery
                WHERE state = 'ready' AND due_at <= ?
                ORDER BY due_at, id
                LIMIT ? {skip locked})
            """,
            [now.stored, (now - lifetime).stored, lifetime.milliseconds.stored, now.stored, limit.stored])
    }
}
