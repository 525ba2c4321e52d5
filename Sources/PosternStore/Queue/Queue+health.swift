package import PosternCore

/// What of the queue does not move, and why.
package struct QueueHealth: Equatable, Sendable {
    /// Letters held because their last attempts ended in the same way.
    package struct Held: Equatable, Sendable {
        package let stage: DeliveryStage?
        package let code: Int?
        /// The reply to one of them, redacted, or a sentence of ours.
        package let text: String?
        package let count: Int
        package let since: Timestamp

        package init(stage: DeliveryStage?, code: Int?, text: String?, count: Int, since: Timestamp) {
            self.stage = stage
            self.code = code
            self.text = text
            self.count = count
            self.since = since
        }
    }

    /// Letters that ended without having been delivered.
    package struct Failed: Equatable, Sendable {
        package let count: Int
        /// To how many recipients.
        package let recipients: Int

        package init(count: Int, recipients: Int) { (self.count, self.recipients) = (count, recipients) }
    }

    /// By how it ended, the one that holds the most letters first.
    package var held: [Held]
    /// When the delivery that has been due for longest was due, or when the next one is.
    package var soonestDue: Timestamp?
    /// When the oldest letter was accepted that waits or is under way, and the oldest that is held.
    package var oldestMoving, oldestHeld: Timestamp?
    package var lastPurge: Timestamp?
    /// Letters that recipients have reported, and nobody has decided about; and when the oldest of them was reported.
    package var openReports: Int
    package var oldestReport: Timestamp?
    /// Within the last day.
    package var failed: Failed

    package init(
        held: [Held] = [], soonestDue: Timestamp? = nil, oldestMoving: Timestamp? = nil, oldestHeld: Timestamp? = nil,
        lastPurge: Timestamp? = nil, openReports: Int = 0, oldestReport: Timestamp? = nil,
        failed: Failed = Failed(count: 0, recipients: 0)
    ) {
        self.held = held
        self.soonestDue = soonestDue
        self.oldestMoving = oldestMoving
        self.oldestHeld = oldestHeld
        self.lastPurge = lastPurge
        self.openReports = openReports
        self.oldestReport = oldestReport
        self.failed = failed
    }

    /// - Parameter transaction: read-only will do.
    package init(_ transaction: any Transaction, at now: Timestamp) throws {
        let oldest = try transaction.queue.oldestUndelivered()
        let reports = try transaction.reports.open()
        self.init(
            held: try transaction.queue.heldByAttempt(), soonestDue: try transaction.queue.soonestDue(),
            oldestMoving: oldest.moving, oldestHeld: oldest.held, lastPurge: try transaction.maintenance.last(.purge),
            openReports: reports.count, oldestReport: reports.oldest,
            failed: try transaction.queue.failed(since: now - .days(1)))
    }
}

extension Queue {
    /// How many of the newest held letters are looked at: each is a row and its last attempt.
    package static let mostHeldLookedAt = 10_000

    /// Letters and replies that failed, or were given up, since then: of the newest that ended so.
    package func failed(since begin: Timestamp) throws -> QueueHealth.Failed {
        try transaction.row(
            """
            SELECT COUNT(*) AS count, COUNT(DISTINCT recipient) AS recipients
            FROM (
                SELECT *
                FROM (
                    SELECT recipient, finished_at, kind
                    FROM delivery
                    WHERE state = 'failed' AND due_at IS NULL
                    ORDER BY id DESC
                    LIMIT ?) AS failed
                UNION ALL
                SELECT *
                FROM (
                    SELECT recipient, finished_at, kind
                    FROM delivery
                    WHERE state = 'expired' AND due_at IS NULL
                    ORDER BY id DESC
                    LIMIT ?) AS expired) AS ended
            WHERE finished_at >= ? AND kind IN ('letter', 'reply')
            """,
            [Self.mostHeldLookedAt.stored, Self.mostHeldLookedAt.stored, begin.stored]
        ).map { QueueHealth.Failed(count: try $0["count"], recipients: try $0["recipients"]) } ?? .init(count: 0, recipients: 0)
    }

    /// Letters whose last attempt ended so that they are held: by a fault of ours, without an answer once too often, or refused
    /// like others. Counted by stage and code.
    package func heldByAttempt() throws -> [QueueHealth.Held] {
        try transaction.rows(
            """
            SELECT attempt.stage, attempt.code, MIN(attempt.text) AS text, COUNT(*) AS count, MIN(attempt.ended_at) AS since
            FROM (
                SELECT id, attempts
                FROM delivery
                WHERE state = 'held' AND due_at IS NULL
                ORDER BY id DESC
                LIMIT ?) AS held
            CROSS JOIN attempt
            WHERE attempt.delivery = held.id AND attempt.number = held.attempts
                AND attempt.outcome IN ('our-fault', 'uncertain', 'failed')
            GROUP BY attempt.stage, attempt.code
            ORDER BY COUNT(*) DESC, MIN(attempt.ended_at)
            LIMIT 5
            """,
            [Self.mostHeldLookedAt.stored]
        ).map { row in
            QueueHealth.Held(
                stage: try row.optional("stage"), code: try row.optional("code"), text: try row.optional("text"),
                count: try row["count"], since: try row["since"])
        }
    }
}
