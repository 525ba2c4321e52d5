package import PosternCore

/// The deliveries, by the verbs that move them. Each is one step of a unit; every move is one of `DeliveryState.after`.
package struct Queue {
    let transaction: any Transaction

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

extension Optional where Wrapped == String {
    /// A sentence for staff or a reply line, cut to what a list can show. Other people's servers decide how long theirs is.
    var clipped: String? {
        map { text in
            guard text.unicodeScalars.count > 500 else { return text }
            return String(String.UnicodeScalarView(text.unicodeScalars.prefix(499))) + "…"
        }
    }
}
