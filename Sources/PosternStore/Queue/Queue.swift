package import PosternCore

/// The deliveries, by the verbs that move them. Each is one step of a unit; every move is one of `DeliveryState.after`.
package struct Queue {
    let session: any Session

    package init(_ session: any Session) {
        self.session = session
    }

    /// When the next delivery is due; nil when none waits. It may be long past.
    package func soonestDue() throws -> Timestamp? {
        try session.row(
            """
            SELECT due_at
            FROM delivery
            WHERE state = 'ready'
            ORDER BY due_at, id
            LIMIT 1
            """
        )?["due_at"]
    }
}

extension Session {
    package var queue: Queue { Queue(self) }
}
