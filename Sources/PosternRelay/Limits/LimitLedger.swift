package import PosternCore
package import PosternStore

/// What the limits are asked about one letter. Keys of scopes whose limit is off may be left out.
package struct LimitQuestion: Hashable, Sendable {
    /// Narrowest first.
    package let clients: [DatedLimitKey]
    package let sender: DatedLimitKey?
    package let text: DatedLimitKey?
    package let recipient: RecipientID
    /// The client's network writing to this recipient.
    package let share: DatedLimitKey?

    package init(
        clients: [DatedLimitKey], sender: DatedLimitKey?, text: DatedLimitKey?, recipient: RecipientID, share: DatedLimitKey?
    ) {
        self.clients = clients
        self.sender = sender
        self.text = text
        self.recipient = recipient
        self.share = share
    }
}

/// What the limits decide about one letter.
package struct LimitRuling: Equatable, Sendable {
    /// The limits it went over, and what each asks for.
    package let parts: [Verdict.Part]
    /// When the client may try again; zero unless refused.
    package let retryAfter: Duration
    /// What it was counted under; empty when refused.
    package let counted: [DatedLimitKey]
}

/// Who has sent how much lately.
///
/// Bounded: a key takes a few dozen bytes and is dropped once it owes nothing; above `capacity`, those that owe least go first.
/// Asking and counting are one step, so that of fifty letters at once no more pass than would one after the other.
package struct LimitLedger: Sendable {
    private struct Entry: Sendable {
        var arrivals: [Int64]
        /// Its key of tomorrow; nil when that is not known, and then the entry ends with its day.
        var tomorrow: LimitKey?
    }

    package let table: LimitTable
    private let capacity: Int
    private var entries: [LimitKey: Entry] = [:]
    private var sweepAt: Int
    package private(set) var epoch: Epoch
    /// The latest moment that was asked about.
    private var latest = Timestamp(milliseconds: 0)

    /// Letters are judged side by side, so the moments asked about are a little out of order. A moment further back than this
    /// means that the clock was set back.
    package static let disorder = Duration.seconds(10)

    /// - Parameter capacity: the most keys that are remembered. A quarter of a million take about 40 MiB.
    package init(table: LimitTable, epoch: Epoch, capacity: Int = 250_000) {
        self.table = table
        self.epoch = epoch
        self.capacity = capacity
        sweepAt = min(1_024, capacity)
    }

    package var count: Int { entries.count }

    /// Whether a client, or the whole installation, is over a limit that refuses. Counts nothing: this comes before the letter
    /// is read, and `ask` decides.
    /// - Returns: nil when nothing refuses.
    package mutating func refusal(of clients: [DatedLimitKey], at now: Timestamp) -> LimitRuling? {
        followClock(to: now)
        roll(to: Epoch(containing: now))
        var parts: [Verdict.Part] = []
        var wait = Duration.zero
        for key in clients.map(\.today) {
            let gates = table[key.scope]
            guard !gates.admits(arrivals(key), at: now) else { continue }
            if parts.isEmpty { parts.append(Verdict.Part(.limitClient, .refuse)) }
            wait = max(wait, gates.wait(arrivals(key), at: now))
        }
        let hard = table[.installationHard]
        if !hard.admits(arrivals(.installationHard), at: now) {
            parts.append(Verdict.Part(.limitInstallation, .refuse))
            wait = max(wait, hard.wait(arrivals(.installationHard), at: now))
        }
        return parts.isEmpty ? nil : LimitRuling(parts: parts, retryAfter: wait, counted: [])
    }

    /// Counts a letter where it passes, and says where it does not.
    package mutating func ask(_ question: LimitQuestion, at now: Timestamp) -> LimitRuling {
        if let refusal = refusal(of: question.clients, at: now) { return refusal }
        var counted = question.clients.filter { count($0, at: now) }
        if count(DatedLimitKey(lasting: .installationHard), at: now) { counted.append(DatedLimitKey(lasting: .installationHard)) }
        var parts: [Verdict.Part] = []
        func hold(_ key: DatedLimitKey?, _ rule: Verdict.Rule) {
            guard let key, !table[key.today.scope].isOff else { return }
            if count(key, at: now) { counted.append(key) } else { parts.append(Verdict.Part(rule, .hold)) }
        }
        hold(question.sender, .limitSender)
        hold(question.text, .limitText)
        hold(DatedLimitKey(lasting: .installationSoft), .limitInstallation)
        // A letter that is held anyway must not take the place of one that is not.
        guard parts.isEmpty else { return LimitRuling(parts: parts, retryAfter: .zero, counted: counted) }
        if let keys = placeWithRecipient(question, at: now) {
            counted += keys
        } else {
            parts.append(Verdict.Part(.limitRecipient, .hold))
        }
        tidy(at: now)
        return LimitRuling(parts: parts, retryAfter: .zero, counted: counted)
    }

    /// How many letters a client may still send, and when there will be one more; nil while the limit is off.
    package func remaining(of client: LimitKey?, at now: Timestamp) -> (remaining: Int, reset: Duration)? {
        guard let client, !table.client.isOff else { return nil }
        let left = table.client.remaining(arrivals(client), at: now)
        return (left.count, left.reset)
    }

    /// Takes back what was counted for a letter that was not kept.
    package mutating func giveBack(_ keys: [DatedLimitKey]) {
        for key in keys {
            guard let known = [key.today, key.tomorrow].compactMap({ $0 }).first(where: { entries[$0] != nil }),
                var entry = entries[known]
            else { continue }
            entry.arrivals = table[key.today.scope].givenBack(entry.arrivals)
            entries[known] = entry
        }
    }

    /// Counts a letter that was kept before a restart. Call this in the order in which the letters came.
    package mutating func replay(_ record: LimitRecord, at moment: Timestamp) {
        latest = max(latest, moment)
        for key in record.keys {
            let gates = table[key.today.scope]
            guard !gates.isOff else { continue }
            let known: (key: LimitKey, tomorrow: LimitKey?)
            if !key.today.scope.changesDaily || record.epoch == epoch {
                known = (key.today, key.tomorrow)
            } else if record.epoch.next == epoch, let tomorrow = key.tomorrow {
                known = (tomorrow, nil)
            } else {
                continue
            }
            let arrivals = entries[known.key]?.arrivals ?? gates.fresh
            let tomorrow = known.tomorrow ?? entries[known.key]?.tomorrow
            entries[known.key] = Entry(arrivals: gates.admitted(arrivals, at: moment), tomorrow: tomorrow)
        }
        if entries.count >= sweepAt { tidy(at: moment) }
    }

    // MARK: -

    private func arrivals(_ key: LimitKey) -> [Int64] {
        entries[key]?.arrivals ?? table[key.scope].fresh
    }

    /// - Returns: false when it does not pass, and then it is not counted.
    private mutating func count(_ key: DatedLimitKey, at now: Timestamp) -> Bool {
        let gates = table[key.today.scope]
        let arrivals = arrivals(key.today)
        guard !gates.isOff, gates.admits(arrivals, at: now) else { return false }
        entries[key.today] = Entry(arrivals: gates.admitted(arrivals, at: now), tomorrow: key.tomorrow)
        return true
    }

    /// A recipient takes `POSTERN_LIMIT_RECIPIENT`, and one network may use a fifth of it. Above that, letters are held, with one
    /// exception: as many again pass when each is the first from its network, so that a flood from a few networks does not
    /// silence the recipient for everybody else.
    /// - Returns: what it was counted under; nil when it must be held.
    private mutating func placeWithRecipient(_ question: LimitQuestion, at now: Timestamp) -> [DatedLimitKey]? {
        guard !table[.recipient].isOff else { return [] }
        guard let share = question.share else { return nil }
        let isFirst = entries[share.today] == nil
        guard count(share, at: now) else { return nil }
        let whole = DatedLimitKey(lasting: .recipient(question.recipient))
        if count(whole, at: now) { return [share, whole] }
        let reserve = DatedLimitKey(lasting: .recipientReserve(question.recipient))
        if isFirst, count(reserve, at: now) { return [share, reserve] }
        return nil
    }

    /// Arrival times from a clock that was ahead would make everybody wait until the time it showed. They are set back with it.
    private mutating func followClock(to now: Timestamp) {
        let ahead = latest.since(now)
        guard ahead > Self.disorder else {
            latest = max(latest, now)
            return
        }
        for (key, entry) in entries {
            entries[key]?.arrivals = table[key.scope].setBack(entry.arrivals, by: ahead.milliseconds)
        }
        latest = now
    }

    /// A new day has new digests: every entry goes on under its key of tomorrow.
    private mutating func roll(to today: Epoch) {
        guard today > epoch else { return }
        let isNextDay = today == epoch.next
        epoch = today
        var rolled: [LimitKey: Entry] = [:]
        rolled.reserveCapacity(entries.count)
        for (key, entry) in entries {
            if !key.scope.changesDaily {
                rolled[key] = entry
            } else if isNextDay, let tomorrow = entry.tomorrow {
                rolled[tomorrow] = Entry(arrivals: entry.arrivals, tomorrow: nil)
            }
        }
        entries = rolled
    }

    /// Each time the table has doubled, drops what owes nothing. If there are still too many, drops those that owe least.
    private mutating func tidy(at now: Timestamp) {
        guard entries.count >= sweepAt else { return }
        entries = entries.filter { !table[$0.key.scope].isSettled($0.value.arrivals, at: now) }
        if entries.count >= capacity {
            let waits = entries.map { (key: $0.key, wait: table[$0.key.scope].untilSettled($0.value.arrivals, at: now)) }
            for entry in waits.sorted(by: { $0.wait < $1.wait }).prefix(entries.count / 4 + 1) { entries[entry.key] = nil }
        }
        sweepAt = min(capacity, max(1_024, entries.count * 2))
    }
}
