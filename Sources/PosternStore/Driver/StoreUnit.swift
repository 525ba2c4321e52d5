/// A unit of work in a queue, with the task that waits for its answer.
struct StoreUnit: Sendable {
    /// Runs it. What comes back gives the answer out; it is called once the answer is true.
    let run: @Sendable (any Transaction) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
    /// Whether the answer waits until no file holds what the unit removed.
    let isErasing: Bool

    init<Answer: Sendable>(
        isErasing: Bool = false, _ unit: @escaping @Sendable (any Transaction) throws -> Answer,
        answering continuation: CheckedContinuation<Answer, any Error>
    ) {
        self.isErasing = isErasing
        run = { transaction in
            let answer = try unit(transaction)
            return { continuation.resume(returning: answer) }
        }
        fail = { continuation.resume(throwing: $0) }
    }
}
