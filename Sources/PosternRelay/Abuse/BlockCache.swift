package import PosternCore
package import PosternSealing
package import PosternStore
private import Synchronization

/// The blocks of a running relay, in memory: read at start, and again after each change.
package final class BlockCache: Sendable {
    private struct State {
        var blocks: [Block] = []
        /// What the clients of blocks by tag are called on the latest day to which they were followed. Never stored: the store is not to say
        /// which tags of different days are one client's.
        var marks: [Int64: Block.Mark] = [:]
        /// How many readings have begun, and which of them `blocks` comes from.
        var begun = 0
        var shown = 0

        func current(_ block: Block) -> Block {
            guard let mark = marks[block.id] else { return block }
            return Block(
                id: block.id, mark: mark, effect: block.effect, reason: block.reason, added: block.added, expires: block.expires)
        }
    }

    private let state = Mutex(State())
    private let senderKeys: @Sendable () -> SenderKeys?

    /// - Parameter senderKeys: nil while the vault has not said them; no letter can be sealed then either.
    package init(senderKeys: @escaping @Sendable () -> SenderKeys? = { nil }) {
        self.senderKeys = senderKeys
    }

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
            let ids = Set(blocks.map(\.id))
            state.marks = state.marks.filter { ids.contains($0.key) }
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
            case .domain, .sender, .phrase: false
            }
        }
    }

    /// The active blocks that what the letter says matches, in the order in which they were made.
    package func parts(for letter: Letter, at now: Timestamp) -> [Verdict.Part] {
        // Made only when there is something to compare with: most installations have no such block.
        lazy var sender = BlockedSender(letter.replyAddress, senderKeys())
        lazy var texts = [letter.text.text, letter.subject?.text ?? ""].map { FoldedText($0) }
        return parts(at: now) { mark in
            switch mark {
            case .tag, .range: false
            case .domain, .sender: sender.matches(mark)
            case .phrase(let phrase): texts.contains { $0.contains(phrase.folded) }
            }
        }
    }

    /// The active blocks that name an address or its domain.
    package func parts(for address: EmailAddress, at now: Timestamp) -> [Verdict.Part] {
        lazy var sender = BlockedSender(address, senderKeys())
        return parts(at: now) { sender.matches($0) }
    }

    /// The active blocks that a reply's text matches.
    package func parts(for text: LetterText, at now: Timestamp) -> [Verdict.Part] {
        lazy var folded = FoldedText(text.text)
        return parts(at: now) { mark in
            if case .phrase(let phrase) = mark { folded.contains(phrase.folded) } else { false }
        }
    }

    /// What the client of a block by tag is called on that day.
    func follow(_ id: Int64, as tag: Tag, on epoch: Epoch) {
        state.withLock { $0.marks[id] = .tag(tag, epoch) }
    }

    /// The block by what its client is called on the latest day to which it was followed.
    func current(_ block: Block) -> Block { state.withLock { $0.current(block) } }

    /// The blocks by tag that have not expired, but whose client has not been followed to today; the youngest first. Each with the tag by
    /// which it was added: the log has entries with that one, and none of a day on which the client posted nothing.
    func outdated(at now: Timestamp) -> [(id: Int64, tag: Tag)] {
        let state = state.withLock { $0 }
        return state.blocks.reversed().compactMap { block in
            guard case .tag(let tag, _) = block.mark, state.current(block).isOutdated(at: now) else { return nil }
            return (block.id, tag)
        }
    }

    private func parts(at now: Timestamp, where matches: (Block.Mark) -> Bool) -> [Verdict.Part] {
        let state = state.withLock { $0 }
        return state.blocks.map(state.current).filter { $0.isActive(at: now) && matches($0.mark) }
            .map { Verdict.Part(.block, $0.effect == .hold ? .hold : .refuse, block: $0.id) }
    }
}

/// An address as blocks are compared with it.
private struct BlockedSender {
    private let address: EmailAddress
    private let keys: SenderKeys?
    /// Made for the first block by sender that is met: a domain needs none.
    private lazy var digests = Set(keys?.digests(of: address) ?? [])

    init(_ address: EmailAddress, _ keys: SenderKeys?) {
        (self.address, self.keys) = (address, keys)
    }

    mutating func matches(_ mark: Block.Mark) -> Bool {
        switch mark {
        case .domain(let blocked): address.domain == blocked || address.domain.hasSuffix("." + blocked)
        case .sender(let digest): digests.contains(digest)
        case .tag, .range, .phrase: false
        }
    }
}
