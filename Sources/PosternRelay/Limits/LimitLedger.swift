package import PosternCore
package import PosternStore

/// What the limits are asked about one letter or reply. Keys of scopes whose limit is off may be left out.
package struct LimitQuestion: Hashable, Sendable {
    package let client: ClientKeys
    package let sender: DatedLimitKey?
    package let text: DatedLimitKey?
    /// Nil for what a recipient sends.
    package let recipient: RecipientID?

    package init(client: ClientKeys, sender: DatedLimitKey?, text: DatedLimitKey?, recipient: RecipientID?) {
        self.client = client
        self.sender = sender
        self.text = text
        self.recipient = recipient
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

/// Counts who has sent how much lately.
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

    /// Whether a client is refused. Counts nothing: this comes before the letter is read, and `ask` decides.
    ///
    /// A client is refused for what it sent, together with all who share a prefix that is one subscriber's. While the
    /// installation is over its second limit, it is also refused for what its network sent. Nobody is refused for what other
    /// networks sent.
    /// - Returns: nil when nothing refuses.
    package mutating func refusal(of client: ClientKeys, at now: Timestamp) -> LimitRuling? {
        followClock(to: now)
        roll(to: Epoch(containing: now))
        var parts: [Verdict.Part] = []
        var wait = Duration.zero
        for key in client.client where !admits(key, at: now) {
            if parts.isEmpty { parts.append(Verdict.Part(.limitClient, .refuse)) }
            wait = max(wait, self.wait(key, at: now))
        }
        if placeInAll(client, at: now) == nil {
            parts.append(Verdict.Part(.limitInstallation, .refuse))
            wait = max(wait, waitForAll(client, at: now))
        }
        return parts.isEmpty ? nil : LimitRuling(parts: parts, retryAfter: wait, counted: [])
    }

    /// Counts a letter where it passes, and says where it does not.
    package mutating func ask(_ question: LimitQuestion, at now: Timestamp) -> LimitRuling {
        if let refusal = refusal(of: question.client, at: now) { return refusal }
        var keys = question.client.client
        var parts: [Verdict.Part] = []
        func note(_ places: [DatedLimitKey]?, _ rule: Verdict.Rule) {
            if let places { keys += places } else { parts.append(Verdict.Part(rule, .hold)) }
        }
        note(question.sender.map { admits($0, at: now) ? [$0] : nil } ?? [], .limitSender)
        note(question.text.map { admits($0, at: now) ? [$0] : nil } ?? [], .limitText)
        let (all, isOverload) = placeInAll(question.client, at: now) ?? ([], true)
        keys += all
        if isOverload { parts.append(Verdict.Part(.limitInstallation, .hold)) }
        // A letter that is held anyway must not take the place of one that is not.
        if parts.isEmpty {
            let (before, recipient) = (keys, question.recipient)
            note(
                place(
                    question.client.network, question.client.wideNetwork, in: .installationSoft, or: .softReserve,
                    at: now), .limitInstallation)
            if let recipient {
                note(
                    place(
                        question.client.network?.joined(with: recipient, as: .recipientShare),
                        question.client.wideNetwork?.joined(with: recipient, as: .recipientShareWide),
                        in: .recipient(recipient), or: .recipientReserve(recipient), at: now), .limitRecipient)
            }
            if !parts.isEmpty { keys = before }
        }
        let counted = keys.filter { count($0, at: now) }
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

    private func admits(_ key: DatedLimitKey, at now: Timestamp) -> Bool {
        table[key.today.scope].admits(arrivals(key.today), at: now)
    }

    private func wait(_ key: DatedLimitKey, at now: Timestamp) -> Duration {
        table[key.today.scope].wait(arrivals(key.today), at: now)
    }

    /// - Returns: false for a limit that is off.
    private mutating func count(_ key: DatedLimitKey, at now: Timestamp) -> Bool {
        let gates = table[key.today.scope]
        guard !gates.isOff else { return false }
        entries[key.today] = Entry(arrivals: gates.admitted(arrivals(key.today), at: now), tomorrow: key.tomorrow)
        return true
    }

    /// Room for one letter in what the installation takes. Where there is none, each network still has a small share of its own, whatever
    /// the others send, and its letters are held. A network whose neighbours have used up the share of their /16 or /32 has one
    /// letter a day.
    /// - Returns: what the letter is counted under, and whether it must be held; nil when the network has had its share.
    private func placeInAll(_ client: ClientKeys, at now: Timestamp) -> (keys: [DatedLimitKey], isOverload: Bool)? {
        let (network, wide) = (client.network, client.wideNetwork)
        if let keys = place(
            network?.counted(as: .hardShare), wide?.counted(as: .hardShareWide), in: .installationHard, or: .hardReserve, at: now)
        {
            return (keys, false)
        }
        guard let network, let wide else { return nil }
        let shares = [network.counted(as: .overloadShare), wide.counted(as: .overloadShareWide)]
        guard admits(shares[0], at: now) else { return nil }
        if admits(shares[1], at: now) { return (shares, true) }
        let firsts = [network.counted(as: .overloadFirst), wide.counted(as: .overloadFirstWide)]
        return firsts.allSatisfy { admits($0, at: now) } ? ([shares[0]] + firsts, true) : nil
    }

    /// How long until there is a place in the second limit, or in the network's own small share.
    private func waitForAll(_ client: ClientKeys, at now: Timestamp) -> Duration {
        let (network, wide) = (client.network, client.wideNetwork)
        let place = [
            DatedLimitKey(lasting: .installationHard), network?.counted(as: .hardShare), wide?.counted(as: .hardShareWide),
        ]
        let small = [network?.counted(as: .overloadShare), wide?.counted(as: .overloadShareWide)]
        return [place, small].map { $0.compactMap { $0.map { wait($0, at: now) } }.max() ?? .zero }.min() ?? .zero
    }

    /// A place in what many use: a recipient, or either limit of the installation. One network may use a fifth of it and a /16 or
    /// /32 half. When it is used up, letters are held, with one exception: as many again pass if each is the first from its
    /// network, so that a flood from a few networks silences nobody.
    /// - Returns: what the letter is counted under; nil when it must be held.
    private func place(
        _ share: DatedLimitKey?, _ wideShare: DatedLimitKey?, in whole: LimitKey, or reserve: LimitKey, at now: Timestamp
    ) -> [DatedLimitKey]? {
        guard !table[whole.scope].isOff else { return [] }
        guard let share, let wideShare, admits(share, at: now), admits(wideShare, at: now) else { return nil }
        let isFirst = entries[share.today] == nil
        let (whole, reserve) = (DatedLimitKey(lasting: whole), DatedLimitKey(lasting: reserve))
        if admits(whole, at: now) { return [share, wideShare, whole] }
        return isFirst && admits(reserve, at: now) ? [share, wideShare, reserve] : nil
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
