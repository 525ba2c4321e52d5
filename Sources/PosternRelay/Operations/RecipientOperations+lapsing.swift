internal import PosternCore
internal import PosternStore

extension RecipientOperations {
    /// Forgets people who have begun to join on our page and have not confirmed the address in time: a bite of them, each with a trace.
    /// - Returns: how many were looked at; call again until there are none.
    package func lapse() async throws -> Int {
        // Each takes several statements, and letters are kept between two bites.
        let (now, limit) = (operations.now(), 20)
        let over = try await operations.store.read { try $0.unconfirmedJoins.over(at: now, limit: limit) }
        guard !over.isEmpty else { return 0 }
        let records = over.map { operations.trace(.lapseRecipient, $0.subject, because: "the address was not confirmed") }
        try await operations.store.write(isErasing: true) { transaction in
            for (recipient, record) in zip(over, records)
            where try transaction.unconfirmedJoins.lapse(recipient.id, at: now) {
                try transaction.operationTrace.add(record)
            }
        }
        return over.count
    }
}
