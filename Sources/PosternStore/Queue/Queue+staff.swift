package import PosternCore

/// What became of a move that a person asked for.
package enum DeliveryMove: Equatable, Sendable {
    case moved(to: DeliveryState)
    /// The delivery is in a state from which there is no such move; it was left alone.
    case refused(in: DeliveryState)
    /// It has ended, and there is nothing left to send: its letter's key is destroyed, or its recipient was erased.
    case nothingToSend(in: DeliveryState)
    /// There is no such delivery.
    case unknown
}

extension Queue {
    /// Makes a waiting delivery due now. One that was refused or has expired begins its schedule again.
    package func retry(_ id: LetterID, at now: Timestamp) throws -> DeliveryMove {
        guard try state(of: id) == .ready else { return try retryEnded(id, at: now) }
        try transaction.run(
            """
            UPDATE delivery
            SET due_at = ?
            WHERE id = ? AND state = 'ready'
            """,
            [now.stored, id.stored])
        return .moved(to: .ready)
    }

    private func retryEnded(_ id: LetterID, at now: Timestamp) throws -> DeliveryMove {
        var isSendable = true
        let moved = try move(id, by: .retried) { state in
            let changed = try transaction.run(
                """
                UPDATE delivery
                SET state = 'ready', due_at = ?, released_at = ?, finished_at = NULL, reason = NULL
                WHERE id = ? AND state = ? AND EXISTS (
                    SELECT 1
                    FROM recipient
                    WHERE recipient.id = delivery.recipient AND recipient.state <> 'erased') AND (
                    letter IS NULL OR EXISTS (
                        SELECT 1
                        FROM letter
                        WHERE letter.id = delivery.letter) OR EXISTS (
                        SELECT 1
                        FROM address_change
                        WHERE address_change.id = delivery.letter))
                """,
                [now.stored, now.stored, id.stored, state.stored])
            isSendable = changed == 1
            return changed
        }
        guard !isSendable, case .refused(let state) = moved else { return moved }
        return .nothingToSend(in: state)
    }

    /// Holds a refused delivery for a person, since others were refused in the same way after it.
    package func recall(_ id: LetterID, because reason: String) throws -> DeliveryMove {
        try move(id, by: .recalled) { state in
            try transaction.run(
                """
                UPDATE delivery
                SET state = 'held', finished_at = NULL, reason = ?
                WHERE id = ? AND state = ? AND EXISTS (
                    SELECT 1
                    FROM recipient
                    WHERE recipient.id = delivery.recipient AND recipient.state <> 'erased')
                """,
                [Optional(reason).clipped.stored, id.stored, state.stored])
        }
    }

    /// Holds a waiting delivery.
    /// - Parameter reason: for anyone who finds it held.
    package func hold(_ id: LetterID, because reason: String) throws -> DeliveryMove {
        try move(id, by: .heldByStaff) { state in
            try transaction.run(
                """
                UPDATE delivery
                SET state = 'held', due_at = NULL, reason = ?
                WHERE id = ? AND state = ?
                """,
                [Optional(reason).clipped.stored, id.stored, state.stored])
        }
    }

    /// Holds the delivery that is due soonest, whose claim has failed.
    /// - Returns: nil when none is due.
    package func holdNext(because reason: String, at now: Timestamp) throws -> LetterID? {
        let next: LetterID? = try transaction.row(
            """
            SELECT id
            FROM delivery
            WHERE state = 'ready' AND due_at <= ?
            ORDER BY due_at, id
            LIMIT 1
            """,
            [now.stored])?["id"]
        if let next { _ = try hold(next, because: reason) }
        return next
    }

    /// Releases a held delivery: it is due now, or, as a letter above what its recipient takes a day, on the day that has room for it.
    package func release(_ id: LetterID, at now: Timestamp) throws -> DeliveryMove {
        try move(id, by: .released) { state in
            try transaction.reviewItems.end(id, in: .held)
            let due = try transaction.dailyLetters.due(ofReleased: id, at: now)
            return try transaction.run(
                """
                UPDATE delivery
                SET state = 'ready', due_at = ?, released_at = ?, reason = NULL
                WHERE id = ? AND state = ?
                """,
                [due.stored, due.stored, id.stored, state.stored])
        }
    }

    /// Lets a letter go whose visitor has proved the address.
    /// - Parameter due: now, or the day that has room for it.
    /// - Returns: false when somebody has decided about it meanwhile.
    package func prove(_ id: LetterID, due: Timestamp, at now: Timestamp) throws -> Bool {
        let moved = try move(id, by: .proven) { state in
            try transaction.run(
                """
                UPDATE delivery
                SET state = 'ready', due_at = ?, released_at = ?, reason = NULL
                WHERE id = ? AND state = ?
                """,
                [due.stored, due.stored, id.stored, state.stored])
        }
        return moved == .moved(to: .ready)
    }

    /// Drops a delivery that waits or is held.
    package func drop(_ id: LetterID, because reason: String, at now: Timestamp) throws -> DeliveryMove {
        try move(id, by: .dropped) { state in
            try transaction.reviewItems.end(id, in: .held)
            return try transaction.run(
                """
                UPDATE delivery
                SET state = 'dropped', due_at = NULL, finished_at = ?, reason = ?
                WHERE id = ? AND state = ?
                """,
                [now.stored, Optional(reason).clipped.stored, id.stored, state.stored])
        }
    }

    private func move(_ id: LetterID, by event: DeliveryEvent, _ write: (DeliveryState) throws -> Int) throws -> DeliveryMove {
        guard let state = try state(of: id) else { return .unknown }
        let next: DeliveryState
        do {
            next = try state.after(event)
        } catch {
            return .refused(in: state)
        }
        guard try write(state) == 1 else {
            // Only where several relays write: another relay was quicker.
            return try self.state(of: id).map { .refused(in: $0) } ?? .unknown
        }
        return .moved(to: next)
    }

    private func state(of id: LetterID) throws -> DeliveryState? {
        try transaction.row(
            """
            SELECT state
            FROM delivery
            WHERE id = ?
            """,
            [id.stored])?["state"]
    }
}
