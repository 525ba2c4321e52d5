package import PosternCore

/// The deliveries that a person asks for.
package struct DeliveryFilter: Equatable, Sendable {
    package enum Scope: Equatable, Sendable {
        case everything
        case site(SiteID)
        case recipient(RecipientID)
    }

    package var scope: Scope
    /// Nil for all states.
    package var state: DeliveryState?

    package init(_ scope: Scope = .everything, state: DeliveryState? = nil) {
        (self.scope, self.state) = (scope, state)
    }
}

extension Queue {
    /// When the oldest delivery was accepted that waits, is under way or is held; nil when there is none.
    package func oldestWaiting() throws -> Timestamp? {
        let oldest = try oldestUndelivered()
        return [oldest.moving, oldest.held].compactMap { $0 }.min()
    }

    /// - Returns: deliveries in the order in which they were accepted, from after `after`.
    package func list(_ filter: DeliveryFilter = DeliveryFilter(), after: LetterID? = nil, limit: Int) throws -> [DeliveryLine] {
        let after = (after ?? .zero).stored
        let rows =
            switch (filter.scope, filter.state) {
            case (.everything, let state): try rows(in: state, at: nil, after: after, limit: limit.stored)
            case (.site(let site), let state): try rows(in: state, at: site, after: after, limit: limit.stored)
            case (.recipient(let recipient), let state): try rows(of: recipient, in: state, after: after, limit: limit.stored)
            }
        return try rows.map(DeliveryLine.init)
    }

    /// Each way of asking has a statement of its own, because each has an index of its own, with the state spelt out as the
    /// index has it. MATERIALIZED keeps the planner from reading the whole history in order of ids for the sake of what
    /// waits now.
    private func rows(in state: DeliveryState?, at site: SiteID?, after: SQLValue, limit: SQLValue) throws -> [SQLRow] {
        let arguments = [after, site.stored, site.stored, limit]
        switch state {
        case nil:
            return try transaction.rows(
                """
                SELECT *
                FROM delivery_line
                WHERE id > ? AND (CAST(? AS TEXT) IS NULL OR site = ?)
                ORDER BY id
                LIMIT ?
                """,
                arguments)
        case .ready:
            return try transaction.rows(
                """
                WITH waiting AS MATERIALIZED (
                    SELECT id
                    FROM delivery
                    WHERE state = 'ready')
                SELECT *
                FROM delivery_line
                WHERE id > ? AND (CAST(? AS TEXT) IS NULL OR site = ?) AND id IN (
                    SELECT id
                    FROM waiting)
                ORDER BY id
                LIMIT ?
                """,
                arguments)
        case .leased:
            return try transaction.rows(
                """
                WITH under_way AS MATERIALIZED (
                    SELECT id
                    FROM delivery
                    WHERE state = 'leased')
                SELECT *
                FROM delivery_line
                WHERE id > ? AND (CAST(? AS TEXT) IS NULL OR site = ?) AND id IN (
                    SELECT id
                    FROM under_way)
                ORDER BY id
                LIMIT ?
                """,
                arguments)
        case .held?, .delivered?, .failed?, .expired?, .dropped?:
            return try transaction.rows(
                """
                SELECT *
                FROM delivery_line
                WHERE state = ? AND due_at IS NULL AND id > ? AND (CAST(? AS TEXT) IS NULL OR site = ?)
                ORDER BY id
                LIMIT ?
                """,
                [state.stored] + arguments)
        }
    }

    /// A recipient's deliveries, found by looking into each epoch, are few enough to look through for a state.
    private func rows(of recipient: RecipientID, in state: DeliveryState?, after: SQLValue, limit: SQLValue) throws -> [SQLRow] {
        try transaction.rows(
            """
            WITH theirs AS MATERIALIZED (
                SELECT own.id
                FROM delivery_epoch
                CROSS JOIN delivery AS own
                WHERE own.epoch = delivery_epoch.epoch AND own.recipient = ?)
            SELECT *
            FROM delivery_line
            WHERE id > ? AND (CAST(? AS TEXT) IS NULL OR state = ?) AND id IN (
                SELECT id
                FROM theirs)
            ORDER BY id
            LIMIT ?
            """,
            [recipient.stored, after, state.stored, state.stored, limit])
    }

    package func line(_ id: LetterID) throws -> DeliveryLine? {
        try transaction.row(
            """
            SELECT *
            FROM delivery_line
            WHERE id = ?
            """,
            [id.stored]
        ).map(DeliveryLine.init)
    }

    package func show(_ id: LetterID) throws -> (delivery: DeliveryLine, attempts: [AttemptLine])? {
        guard let line = try line(id) else { return nil }
        let attempts = try transaction.rows(
            """
            SELECT number, started_at, ended_at, outcome, stage, code, enhanced, text
            FROM attempt
            WHERE delivery = ?
            ORDER BY number
            """,
            [id.stored])
        return (line, try attempts.map(AttemptLine.init))
    }
}
