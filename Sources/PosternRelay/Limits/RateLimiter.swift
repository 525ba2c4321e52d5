package import PosternCore
package import PosternStore
private import Synchronization

/// The limits of a running relay: one ledger for all letters. At start it is filled with what the store has kept.
package final class RateLimiter: Sendable {
    package let table: LimitTable
    private let ledger: Mutex<LimitLedger>

    package init(table: LimitTable, at now: Timestamp) {
        self.table = table
        ledger = Mutex(LimitLedger(table: table, epoch: Epoch(containing: now)))
    }

    /// How many keys are remembered.
    package var count: Int { ledger.withLock { $0.count } }

    /// Counts on from where the last relay stopped. Call it before the first letter is taken.
    package func restore(from store: some Database, at now: Timestamp) async throws {
        guard !table.isOff else { return }
        var after = LetterID.floor(of: now - LimitRecords.lifetime)
        while true {
            let from = after
            let records = try await store.read { try $0.limitRecords.list(after: from, limit: 5_000) }
            guard let last = records.last else { return }
            ledger.withLock { ledger in
                // A clock that was ahead when a letter came must not make anybody wait until the time it showed.
                for (id, record) in records { ledger.replay(record, at: min(id.moment, now)) }
            }
            after = last.id
        }
    }

    /// Whether a client is refused before its letter is read; see `LimitLedger.refusal`.
    func refusal(of client: ClientKeys, at now: Timestamp) -> LimitRuling? {
        ledger.withLock { $0.refusal(of: client, at: now) }
    }

    /// Counts a letter where it passes, and says where it does not.
    func ask(_ question: LimitQuestion, at now: Timestamp) -> LimitRuling {
        ledger.withLock { $0.ask(question, at: now) }
    }

    func giveBack(_ keys: [DatedLimitKey]) {
        guard !keys.isEmpty else { return }
        ledger.withLock { $0.giveBack(keys) }
    }

    /// What a client may still send; nil while the client limit is off.
    func quota(of client: DatedLimitKey?, at now: Timestamp) -> ClientQuota? {
        guard let left = ledger.withLock({ $0.remaining(of: client?.today, at: now) }) else { return nil }
        let policies = table.client.gates.map {
            ClientQuota.Policy(quota: Int($0.count), window: .milliseconds($0.per))
        }
        return ClientQuota(policies: policies, remaining: left.remaining, reset: left.reset)
    }
}

/// How much of the client limit is left, for the `RateLimit` header fields.
package struct ClientQuota: Equatable, Sendable {
    /// One rate of the limit, as `POSTERN_LIMIT_CLIENT` gives it.
    package struct Policy: Equatable, Sendable {
        /// How many at once.
        package let quota: Int
        /// The span in which that many come back.
        package let window: Duration

        package init(quota: Int, window: Duration) {
            self.quota = quota
            self.window = window
        }
    }

    package let policies: [Policy]
    /// How many more may come now, by the rate that leaves fewest.
    package let remaining: Int
    /// How long until one more may come than now.
    package let reset: Duration

    package init(policies: [Policy], remaining: Int, reset: Duration) {
        self.policies = policies
        self.remaining = remaining
        self.reset = reset
    }
}
