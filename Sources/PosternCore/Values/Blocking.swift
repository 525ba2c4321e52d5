private import Dispatch

/// Runs work that blocks on a thread outside the cooperative pool.
package func blocking<Answer: Sendable>(
    _ label: String, _ work: @escaping @Sendable () throws -> Answer
) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: label).async { continuation.resume(with: Result { try work() }) }
    }
}
