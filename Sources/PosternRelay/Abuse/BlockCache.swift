package import PosternCore
package import PosternStore
private import Synchronization

/// The blocks as a running relay has them at hand: read at start, and again after each change.
package final class BlockCache: Sendable {
    private struct State {
        var list = BlockList()
        /// How many readings were begun, and which of them `list` comes from.
        var begun = 0
        var shown = 0
    }

    private let state = Mutex(State())

    package init() {}

    package func reload(from store: some Database) async throws {
        let reading = begin()
        show(BlockList(try await store.read { try $0.blocks.list() }), of: reading)
    }

    package func begin() -> Int {
        state.withLock { state in
            state.begun += 1
            return state.begun
        }
    }

    /// Two changes at once are two readings at once, and the one begun first may come back last, without the second change.
    package func show(_ list: BlockList, of reading: Int) {
        state.withLock { state in
            guard reading > state.shown else { return }
            (state.list, state.shown) = (list, reading)
        }
    }

    package func parts(for question: @autoclosure () -> BlockQuestion, at now: Timestamp) -> [Verdict.Part] {
        let blocks = state.withLock { $0.list }
        // Most installations have none, and no letter should be folded for their sake.
        return blocks.all.isEmpty ? [] : blocks.parts(for: question(), at: now)
    }
}
