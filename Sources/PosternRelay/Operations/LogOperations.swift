package import PosternCore
package import PosternStore

/// What was posted, what was decided about it, and why.
package struct LogOperations: Sendable {
    package enum Page: Sendable {
        /// Entries that came after this one, oldest first.
        case after(LetterID)
        /// The latest entries before this one; nil for the latest of all.
        case before(LetterID?)
    }

    package enum Fault: OperationFault {
        case unknown(LetterID)

        package var description: String {
            switch self {
            case .unknown(let id): "the log has no entry \(id)"
            }
        }

        package var remedy: String? { "See postern log list." }
    }

    let operations: Operations

    /// - Returns: entries, oldest first.
    package func list(_ filter: LogFilter, _ page: Page = .before(nil), limit: Int) async throws -> [LogEntry] {
        let entries = try await operations.store.read { transaction -> [SubmissionEntry] in
            switch page {
            case .after(let id): try transaction.submissionLog.entries(filter, after: id, limit: limit)
            case .before(let id): try transaction.submissionLog.latest(filter, before: id, limit: limit).reversed()
            }
        }
        return entries.map(LogEntry.init)
    }

    /// How many submissions since then were accepted, held and refused.
    package func decisions(since moment: Timestamp) async throws -> [Verdict.Decision: Int] {
        try await operations.store.read { try $0.submissionLog.count(since: moment) }
    }

    /// What was changed, by whom and why, the latest first.
    /// - Parameter before: where the page before this one ended.
    package func operations(before: OperationID? = nil, limit: Int) async throws -> [OperationRecord] {
        try await operations.store.read { try $0.operationTrace.latest(before: before, limit: limit) }
    }

    /// One entry with its rules, the blocks that it matched, and its delivery.
    /// - Throws: `Fault.unknown`, or what the store throws.
    package func show(_ id: LetterID) async throws -> (entry: LogEntry, blocks: [Int64: Block], delivery: DeliveryLine?) {
        let found = try await operations.store.read { transaction -> (SubmissionEntry, [Int64: Block], DeliveryLine?)? in
            guard let entry = try transaction.submissionLog.entry(id) else { return nil }
            var blocks: [Int64: Block] = [:]
            for number in entry.verdict.parts.compactMap(\.block) { blocks[number] = try transaction.blocks.find(number) }
            return (entry, blocks, try transaction.queue.show(id)?.delivery)
        }
        guard let (entry, blocks, delivery) = found else { throw Fault.unknown(id) }
        return (LogEntry(entry), blocks, delivery)
    }
}
