package import PosternCore

/// Keeps a flood of refusals from filling the disk. When one rule refuses one network again and again within an hour, the first
/// clients get an entry each, and all others are counted on the first of these.
///
/// An entry is written in three steps: `note` says that one is due, the caller writes it, then `wrote` or `failed` says how that
/// went. Until then its counts are kept back: they cannot be added to an entry that is not in the store.
package struct RefusalLedger: Sendable {
    private struct Kind: Hashable {
        /// Nil for the many that come from everywhere.
        let network: Tag?
        let rule: Verdict.Rule
    }

    /// The entries that the log has for one kind of refusal.
    private struct Entries {
        let first: LetterID
        var clients: [Tag?: LetterID]
    }

    package enum Ruling: Equatable, Sendable {
        /// It gets an entry, under its own id.
        case entry
        /// It gets an entry that names no client: one for all others of this hour.
        case collectiveEntry
        /// It is counted on another one's entry.
        case counted
    }

    /// Clients of one network that get an entry of their own for one rule within an hour. More would tell nobody more.
    package static let clientsPerNetwork = 4
    /// Entries for refusals that may come at once. One comes back every 12 seconds, so that a day has 7,500 at most, and a flood
    /// that uses them up leaves some for those who come later.
    package static let entriesPerHour = 300

    private static let gate = RateGate(Limit.Rate(count: entriesPerHour, per: .hours(1)), burst: nil)
    private var written: Int64 = .min / 4
    private var latest = Timestamp(milliseconds: 0)
    private var hour: Int64 = .min
    private var entries: [Kind: Entries] = [:]
    /// Counts on entries that are being written.
    private var pending: [LetterID: Int] = [:]
    /// Counts on entries that are in the store.
    private var counts: [LetterID: Int] = [:]

    package init() {}

    /// - Parameters:
    ///   - id: of this refusal.
    ///   - tags: of the client and its networks, narrowest first.
    package mutating func note(_ rule: Verdict.Rule, id: LetterID, tags: [Tag], at now: Timestamp) -> Ruling {
        // When the clock was set back by more than threads disorder it, nobody waits for it to catch up.
        if latest.since(now) > .seconds(1) { written = Self.gate.setBack(written, by: latest.since(now).milliseconds) }
        latest = latest.since(now) > .seconds(1) ? now : max(latest, now)
        let current = now.milliseconds / 3_600_000
        if current != hour {
            hour = current
            entries = [:]
        }
        let (kind, client) = (Kind(network: tags.last, rule: rule), tags.first)
        if let known = entries[kind] {
            if let own = known.clients[client] { return count(on: own) }
            if known.clients.count >= Self.clientsPerNetwork { return count(on: known.first) }
        }
        if Self.gate.admits(written, at: now) {
            written = Self.gate.admitted(written, at: now)
            begin(kind, client, id)
            return .entry
        }
        if let known = entries[kind] { return count(on: known.first) }
        let collective = Kind(network: nil, rule: rule)
        if let known = entries[collective] { return count(on: known.first) }
        begin(collective, nil, id)
        return .collectiveEntry
    }

    private mutating func begin(_ kind: Kind, _ client: Tag?, _ id: LetterID) {
        entries[kind, default: Entries(first: id, clients: [:])].clients[client] = id
        pending[id] = 0
    }

    private mutating func count(on id: LetterID) -> Ruling {
        if let count = pending[id] {
            pending[id] = count + 1
        } else {
            counts[id, default: 0] += 1
        }
        return .counted
    }

    /// The entry is in the store.
    package mutating func wrote(_ id: LetterID) {
        guard let count = pending.removeValue(forKey: id), count > 0 else { return }
        counts[id, default: 0] += count
    }

    /// The entry is not in the store: the next refusal of its kind gets one.
    /// - Returns: how many refusals are without an entry because of that.
    package mutating func failed(_ id: LetterID) -> Int {
        entries = entries.filter { $0.value.first != id }.mapValues { known in
            Entries(first: known.first, clients: known.clients.filter { $0.value != id })
        }
        return 1 + (pending.removeValue(forKey: id) ?? 0)
    }

    /// What has been counted since it was last asked, by entry.
    package mutating func takeCounts() -> [LetterID: Int] {
        defer { counts = [:] }
        return counts
    }

    /// Takes back counts that could not be written.
    package mutating func putBack(_ counts: [LetterID: Int]) {
        self.counts.merge(counts, uniquingKeysWith: +)
    }
}
