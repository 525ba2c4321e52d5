package import PosternCore

/// What somebody wants to have held or refused, as they typed it.
package struct BlockWish: Equatable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case tag, network, domain
        /// The visitor's address, typed.
        case sender
        /// The address of who wrote a letter: its id is typed, and nobody sees the address.
        case letter
        case words
    }

    package let kind: Kind
    package let mark: String
    package let effect: Block.Effect
    package let reason: String
    /// Nil for a block that stays until it is removed.
    package let lasting: Duration?
    /// They have seen what it would have met.
    package let isConfirmed: Bool

    package init(
        _ kind: Kind, _ mark: String, _ effect: Block.Effect, because reason: String, lasting: Duration?,
        isConfirmed: Bool = false
    ) {
        self.kind = kind
        self.mark = mark
        self.effect = effect
        self.reason = reason
        self.lasting = lasting
        self.isConfirmed = isConfirmed
    }
}

/// Why a block was not added.
package enum BlockFault: Hashable, Sendable, CaseIterable {
    /// Nothing in the log has such a tag, or it is none.
    case noTag
    /// The tag is of another day, and nobody can say what that client is called today.
    case tagOfOtherDay
    case noNetwork, noDomain, noAddress, shortWords, longWords, noReason, longReason
    /// No letter that waits for staff, or was reported, has this id; or it is an answer.
    case noLetter
    /// It does not open any more.
    case closedLetter
    /// The vault does not answer, or names no more senders today.
    case noVault
}

/// What a block would have met in the last week.
package struct BlockWeight: Equatable, Sendable {
    /// Accepted letters, at most `most`; nil where only their texts could say.
    package let met: Int?
    package let accepted: Int
    /// On how many days these could be counted.
    package let days: Int
    /// A network so large that it counts as much as a twentieth of all letters.
    package let isWide: Bool

    package static let most = 5_000

    package init(met: Int?, accepted: Int, days: Int = 0, isWide: Bool = false) {
        self.met = met
        self.accepted = accepted
        self.days = days
        self.isWide = isWide
    }

    /// More than a twentieth of all letters: that is hardly one sender. What cannot be counted may be as much: a mail provider's domain
    /// is a domain like any other.
    package var asksTwice: Bool { isWide || met.map { $0 >= Self.most || $0 * 20 > accepted } ?? true }
}

package enum BlockAnswer: Equatable, Sendable {
    case added(Block, BlockWeight)
    /// Nothing was done: it must be confirmed.
    case asks(BlockWeight)
    case faulty([BlockFault])
}

/// A block as the list shows it.
package struct BlockLine: Equatable, Sendable {
    package let block: Block
    /// Nil where the trace of operations no longer has it.
    package let author: Actor?
    /// How many posts of the last week it was applied to.
    package let hits: Int
    package let isActive: Bool
    /// One by tag that matches nobody, since what its client is called today is not known.
    package let isOutdated: Bool

    package init(block: Block, author: Actor?, hits: Int, isActive: Bool, isOutdated: Bool = false) {
        self.block = block
        self.author = author
        self.hits = hits
        self.isActive = isActive
        self.isOutdated = isOutdated
    }
}

package struct BlockList: Equatable, Sendable {
    /// Newest first.
    package let lines: [BlockLine]
    package let hasMore: Bool
    /// False where there were so many that only the latest were counted.
    package let hasAllHits: Bool

    package init(lines: [BlockLine], hasMore: Bool = false, hasAllHits: Bool = true) {
        self.lines = lines
        self.hasMore = hasMore
        self.hasAllHits = hasAllHits
    }
}

/// What the page of blocks asks and does.
package protocol BlockServing: Sendable {
    /// - Parameter before: the number at which the page before ended.
    func list(before: Int64?) async throws -> BlockList
    func add(_ wish: BlockWish, by staff: SignedInStaff) async throws -> BlockAnswer
    /// - Returns: false where there is none, or it was removed before.
    func remove(_ id: Int64, by staff: SignedInStaff) async throws -> Bool
}
