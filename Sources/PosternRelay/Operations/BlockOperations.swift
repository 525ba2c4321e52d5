package import PosternCore
private import PosternLink
internal import PosternStore

/// Blocks: what staff have marked so that matching letters are held or refused.
package struct BlockOperations: Sendable {
    package enum Fault: OperationFault {
        case unknown(Int64)
        case wrongDuration
        case phraseLength(Int)

        package var description: String {
            switch self {
            case .unknown(let id): "there is no block \(id)"
            case .wrongDuration: "a block lasts from one second to ten years"
            case .phraseLength(let count):
                "the text has \(count == 1 ? "1 character" : "\(count) characters"); a block takes \(Block.shortestPhrase) to \(Block.textLimit)"
            }
        }

        package var remedy: String? {
            switch self {
            case .unknown: "See postern block list."
            case .wrongDuration: "Leave --for out for a block that stays until it is removed."
            case .phraseLength: "Choose words that no welcome letter would contain."
            }
        }
    }

    let operations: Operations

    private static let durations = Duration.seconds(1)...Duration.days(3_650)

    /// - Parameter lasting: nil for a block that stays until it is removed.
    /// - Throws: `Fault`, or what the store throws.
    package func add(_ mark: Block.Mark, _ effect: Block.Effect, because reason: HeaderText, lasting: Duration?) async throws
        -> Block
    {
        if let lasting, !Self.durations.contains(lasting) { throw Fault.wrongDuration }
        if case .phrase(let phrase) = mark, !(Block.shortestPhrase...Block.textLimit).contains(phrase.folded.count) {
            throw Fault.phraseLength(phrase.folded.count)
        }
        let record = operations.trace(.addBlock, "", because: reason.text)
        let expires = lasting.map { record.at + $0 }
        let id = try await operations.store.write { transaction in
            let id = try transaction.blocks.add(mark, effect: effect, reason: reason.text, expires: expires, at: record.at)
            var record = record
            // The trace names the block only. Its mark may be somebody's network, which is not stored twice.
            record.subject = "block \(id)"
            try transaction.operationTrace.add(record)
            return id
        }
        try await operations.blockCache?.reload(from: operations.store)
        await operations.record(.blockAdded(id))
        return Block(id: id, mark: mark, effect: effect, reason: reason.text, added: record.at, expires: expires)
    }

    /// In the order in which they were added, expired ones included.
    package func list() async throws -> [Block] {
        try await operations.store.read { try $0.blocks.list() }
    }

    /// Letters that the block has held stay held.
    /// - Throws: `Fault.unknown`, or what the store throws.
    package func remove(_ id: Int64) async throws {
        let record = operations.trace(.removeBlock, "block \(id)")
        try await operations.write(record) { transaction in
            guard try transaction.blocks.remove(id, at: record.at) else { throw Fault.unknown(id) }
        }
        try await operations.blockCache?.reload(from: operations.store)
        await operations.record(.blockRemoved(id))
    }
}
