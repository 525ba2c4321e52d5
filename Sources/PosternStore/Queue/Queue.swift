package import PosternCore

/// The deliveries, by the verbs that move them. Each is one step of a unit; every move is one of `DeliveryState.after`.
package struct Queue {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// When the next delivery is due; nil when none waits. It may be long past.
    package func soonestDue() throws -> Timestamp? {
        try transaction.row(
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

extension Transaction {
    package var queue: Queue { Queue(self) }
}
