package import PosternCore
package import PosternStore
private import Synchronization

/// The blocks as a running relay has them at hand: read at start, and again after each change.
package final class BlockBook: Sendable {
    private let list = Mutex(BlockList())

    package init() {}

    package func reload(from store: some Database) async throws {
        let blocks = BlockList(try await store.read { try $0.blocks.list() })
        list.withLock { $0 = blocks }
    }

    package func parts(for question: @autoclosure () -> BlockQuestion, at now: Timestamp) -> [Verdict.Part] {
        let blocks = list.withLock { $0 }
        // Most installations have none, and no letter should be folded for their sake.
        return blocks.all.isEmpty ? [] : blocks.parts(for: question(), at: now)
    }
}
