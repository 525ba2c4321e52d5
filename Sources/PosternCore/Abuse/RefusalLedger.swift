/// Keeps a flood of refusals from filling the disk: of those with the same tag and verdict in one minute the first has an
/// entry of its own, and the others are counted on it.
package struct RefusalLedger: Sendable {
    package struct Kind: Hashable, Sendable {
        /// Nil for the many that came from everywhere.
        package let tag: Tag?
        package let rule: Verdict.Rule

        package init(tag: Tag?, rule: Verdict.Rule) {
            (self.tag, self.rule) = (tag, rule)
        }
    }

    package enum Ruling: Equatable, Sendable {
        /// It gets an entry, under the id it has.
        case entry
        /// It gets an entry that tells no client: one for all the rest of this minute.
        case collectiveEntry
        /// It is counted on an entry there is.
        case counted
    }

    /// Entries for refusals in one minute. Beyond them a flood comes from more clients than anybody can look at.
    package static let entriesPerMinute = 300

    private var minute: Int64 = .min
    private var entries: [Kind: LetterID] = [:]
    private var counts: [LetterID: Int] = [:]

    package init() {}

    /// - Parameter id: of this refusal.
    package mutating func note(_ kind: Kind, id: LetterID, at now: Timestamp) -> Ruling {
        let current = now.milliseconds / 60_000
        if current != minute { (minute, entries) = (current, [:]) }
        if let first = entries[kind] {
            counts[first, default: 0] += 1
            return .counted
        }
        if entries.count < Self.entriesPerMinute {
            entries[kind] = id
            return .entry
        }
        let collective = Kind(tag: nil, rule: kind.rule)
        if let first = entries[collective] {
            counts[first, default: 0] += 1
            return .counted
        }
        entries[collective] = id
        return .collectiveEntry
    }

    /// What has been counted since it was asked last, by entry.
    package mutating func takeCounts() -> [LetterID: Int] {
        defer { counts = [:] }
        return counts
    }
}
