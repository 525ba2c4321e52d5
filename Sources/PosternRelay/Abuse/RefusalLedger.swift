package import PosternCore

/// Keeps a flood of refusals from filling the disk: of those with the same tag and rule in one minute, the first gets an entry of
/// its own, and the others are counted on it.
///
/// An entry is written in three steps: `note` says that one is due, the caller writes it, then `wrote` or `failed` says how that
/// went. Until then its counts are kept back: they cannot be added to an entry that is not in the store.
package struct RefusalLedger: Sendable {
    package struct Kind: Hashable, Sendable {
        /// Nil for the many that come from everywhere.
        package let tag: Tag?
        package let rule: Verdict.Rule

        package init(tag: Tag?, rule: Verdict.Rule) {
            self.tag = tag
            self.rule = rule
        }
    }

    package enum Ruling: Equatable, Sendable {
        /// It gets an entry, under its own id.
        case entry
        /// It gets an entry that names no client: one for all others of this minute.
        case collectiveEntry
        /// It is counted on another one's entry.
        case counted
    }

    /// Entries for refusals in one minute. A flood that needs more comes from more clients than anybody can look at.
    package static let entriesPerMinute = 300

    private var minute: Int64 = .min
    private var entries: [Kind: LetterID] = [:]
    /// Counts on entries that are being written.
    private var pending: [LetterID: Int] = [:]
    /// Counts on entries that are in the store.
    private var counts: [LetterID: Int] = [:]

    package init() {}

    /// - Parameter id: of this refusal.
    package mutating func note(_ kind: Kind, id: LetterID, at now: Timestamp) -> Ruling {
        let current = now.milliseconds / 60_000
        if current != minute {
            minute = current
            entries = [:]
        }
        if let first = entries[kind] { return count(on: first) }
        if entries.count < Self.entriesPerMinute {
            begin(kind, id)
            return .entry
        }
        let collective = Kind(tag: nil, rule: kind.rule)
        if let first = entries[collective] { return count(on: first) }
        begin(collective, id)
        return .collectiveEntry
    }

    private mutating func begin(_ kind: Kind, _ id: LetterID) {
        entries[kind] = id
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
        entries = entries.filter { $0.value != id }
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
