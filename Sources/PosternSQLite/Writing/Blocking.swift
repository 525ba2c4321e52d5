private import Dispatch

/// Runs what blocks on a thread that is neither the cooperative pool's nor a connection's.
func blocking<Answer: Sendable>(_ label: String, _ work: @escaping @Sendable () throws -> Answer) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: label).async { continuation.resume(with: Result { try work() }) }
    }
}
