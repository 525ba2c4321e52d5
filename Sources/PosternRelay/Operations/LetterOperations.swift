package import PosternCore
package import PosternStore

/// What is done with the letters of one visitor, who asks what is kept of them.
package struct LetterOperations: Sendable {
    let operations: Operations

    /// How many bytes of seals one answer has at most; one letter fits in any case.
    private static let mostBytes = 400 * 1_024
    private static let mostLetters = 500

    /// Those whose seals are kept, in the order in which they came.
    /// - Returns: fewer than there are, but none only where there are none.
    package func sealed(after: LetterID?) async throws -> [SealedLetterRow] {
        let rows = try await operations.store.read {
            try $0.queue.sealedLetters(after: after ?? .zero, limit: Self.mostLetters)
        }
        var bytes = 0
        return rows.enumerated().prefix { place, row in
            bytes += row.seal.count
            return place == 0 || bytes <= Self.mostBytes
        }.map(\.element)
    }

    /// - Returns: how many there were.
    package func erase(_ ids: [LetterID]) async throws -> Int {
        var erased = 0
        for id in ids {
            let record = operations.trace(.eraseLetters, "\(id)")
            let isDone = try await operations.store.write(isErasing: true) { transaction in
                guard try transaction.queue.eraseLetter(id, at: record.at) else { return false }
                try transaction.operationTrace.add(record)
                return true
            }
            if isDone { erased += 1 }
        }
        return erased
    }
}
