package import PosternCore
package import PosternStore
private import Synchronization

/// The limits of a running relay: one ledger that all letters ask, filled at start with what the store kept.
package final class RateLimiter: Sendable {
    package let table: LimitTable
    private let ledger: Mutex<LimitLedger>

    package init(table: LimitTable, at now: Timestamp) {
        self.table = table
        ledger = Mutex(LimitLedger(table: table, epoch: Epoch(containing: now)))
    }

    /// How many keys are remembered.
    package var count: Int { ledger.withLock { $0.count } }

    /// Counts on from where the last relay stopped. Before the first letter is taken.
    package func restore(from store: some Database, at now: Timestamp) async throws {
        guard !table.isOff else { return }
        var after = LetterID.floor(of: now - LimitMarks.lifetime)
        while true {
            let from = after
            let marks = try await store.read { try $0.limitMarks.list(after: from, limit: 5_000) }
            guard let last = marks.last else { return }
            ledger.withLock { ledger in
                // A clock that was ahead when a letter came keeps nobody waiting until the time it said.
                for (id, mark) in marks { ledger.replay(mark, at: min(id.moment, now)) }
            }
            after = last.id
        }
    }

    package func ask(_ question: LimitQuestion, at now: Timestamp) -> LimitRuling {
        ledger.withLock { $0.ask(question, at: now) }
    }

    package func giveBack(_ keys: [DatedLimitKey]) {
        guard !keys.isEmpty else { return }
        ledger.withLock { $0.giveBack(keys) }
    }

    /// What `client` may still send.
    package func quota(of client: DatedLimitKey?, at now: Timestamp) -> ClientQuota? {
        guard let standing = ledger.withLock({ $0.standing(of: client?.today, at: now) }) else { return nil }
        let policies = table.client.gates.map {
            ClientQuota.Policy(quota: Int($0.count), window: .milliseconds($0.per))
        }
        return ClientQuota(policies: policies, remaining: standing.remaining, reset: standing.reset)
    }
}
