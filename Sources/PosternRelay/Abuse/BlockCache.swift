package import PosternCore
package import PosternStore
private import Synchronization

/// The blocks of a running relay, in memory: read at start, and again after each change.
package final class BlockCache: Sendable {
    private struct State {
        var blocks: [Block] = []
        /// How many readings have begun, and which of them `blocks` comes from.
        var begun = 0
        var shown = 0
    }

    private let state = Mutex(State())

    package init() {}

    package func reload(from store: some Database) async throws {
        let reading = begin()
        show(try await store.read { try $0.blocks.list() }, of: reading)
    }

    package func begin() -> Int {
        state.withLock { state in
            state.begun += 1
            return state.begun
        }
    }

    /// Two changes at once cause two readings at once. The one that began first may come back last, without the second change.
    package func show(_ blocks: [Block], of reading: Int) {
        state.withLock { state in
            guard reading > state.shown else { return }
            state.blocks = blocks
            state.shown = reading
        }
    }

    /// The active blocks that name this client or its network, in the order in which they were made.
    /// Does not read the letter.
    package func parts(for client: ClientAddress, tags: [Tag], at now: Timestamp) -> [Verdict.Part] {
        let epoch = Epoch(containing: now)
        return parts(at: now) { mark in
            switch mark {
            case .tag(let tag, let day): day == epoch && tags.contains(tag)
            case .range(let range): range.contains(client)
            case .domain, .phrase: false
            }
        }
    }

    /// The active blocks that what the letter says matches, in the order in which they were made.
    package func parts(for letter: Letter, at now: Timestamp) -> [Verdict.Part] {
        let domain = letter.replyAddress.domain.lowercased()
        // Folded only when there is a phrase to look for: most installations have none.
        lazy var texts = [letter.text.text, letter.subject?.text ?? ""].map { FoldedText($0) }
        return parts(at: now) { mark in
            switch mark {
            case .tag, .range: false
            case .domain(let blocked): domain == blocked || domain.hasSuffix("." + blocked)
            case .phrase(let phrase): texts.contains { $0.contains(phrase.folded) }
            }
        }
    }

    /// The active blocks that name an address's domain.
    package func parts(for address: EmailAddress, at now: Timestamp) -> [Verdict.Part] {
        let domain = address.domain.lowercased()
        return parts(at: now) { mark in
            if case .domain(let blocked) = mark { domain == blocked || domain.hasSuffix("." + blocked) } else { false }
        }
    }

    /// The active blocks that a reply's text matches.
    package func parts(for text: LetterText, at now: Timestamp) -> [Verdict.Part] {
        lazy var folded = FoldedText(text.text)
        return parts(at: now) { mark in
            if case .phrase(let phrase) = mark { folded.contains(phrase.folded) } else { false }
        }
    }

    /// The blocks by tag whose tag is of an earlier day, although they have not expired; the youngest first.
    func outdated(at now: Timestamp) -> [(block: Block, tag: Tag)] {
        state.withLock { $0.blocks }.reversed().compactMap { block in
            guard case .tag(let tag, _) = block.mark, block.isOutdated(at: now) else { return nil }
            return (block, tag)
        }
    }

    private func parts(at now: Timestamp, where matches: (Block.Mark) -> Bool) -> [Verdict.Part] {
        let blocks = state.withLock { $0.blocks }
        return blocks.filter { $0.isActive(at: now) && matches($0.mark) }
            .map { Verdict.Part(.block, $0.effect == .hold ? .hold : .refuse, block: $0.id) }
    }
}
