package import PosternCore
internal import PosternStore

/// What waits for staff: letters that rules have held or recipients have reported. Looking leaves no trace; deciding does.
package struct DeskOperations: Sendable {
    let operations: Operations

    /// - Parameter after: of that lane, what came after it is counted too.
    package func counts(_ lane: ReviewLane, after: LetterID?) async throws -> DeskCounts {
        try await operations.store.read { transaction in
            let lanes = try ReviewLane.allCases.map { lane in
                (lane, try transaction.reviewItems.count(ReviewFilter(lane)))
            }
            let own = lanes.first { $0.0 == lane }?.1
            return DeskCounts(
                lanes: Dictionary(uniqueKeysWithValues: lanes.map { ($0.0, $0.1.count) }),
                waves: try transaction.waves.countOpen(),
                newer: try after.map { try transaction.reviewItems.count(ReviewFilter(lane), after: $0).count } ?? 0,
                newest: own?.newest)
        }
    }

    package func list(_ search: DeskSearch, after: LetterID?, limit: Int) async throws -> DeskList {
        try await operations.store.read { transaction in
            guard let filter = try search.resolved(in: transaction) else { return DeskList(rows: [], total: 0) }
            let items = transaction.reviewItems
            var found: [(item: ReviewItem, count: Int, newest: LetterID)]
            if search.isGrouped {
                found = try items.groups(filter, after: after, limit: limit + 1).compactMap { group in
                    try items.find(group.first, in: filter.lane).map { ($0, group.count, group.newest) }
                }
            } else {
                found = try items.list(filter, after: after, limit: limit + 1).map { ($0, 1, $0.letter) }
            }
            let hasMore = found.count > limit
            found = Array(found.prefix(limit))
            let (total, newest) = try items.count(filter)
            return DeskList(
                rows: try found.compactMap { row in
                    try transaction.recipients.find(row.item.recipient).map {
                        DeskRow(item: row.item, handle: $0.handle, count: row.count, newest: row.newest)
                    }
                }, hasMore: hasMore, total: total, newest: newest,
                rules: try items.rules(in: filter.lane, limit: Self.mostRules).map {
                    DeskList.RuleCount(rules: $0.rules, count: $0.count)
                })
        }
    }

    private static let mostRules = 8

    /// The next one, from the beginning again where there is none after it.
    package func next(_ search: DeskSearch, after: LetterID?, besides name: String) async throws -> LetterID? {
        let now = operations.now()
        return try await operations.store.read { transaction in
            guard let filter = try search.resolved(in: transaction) else { return nil }
            for begin in after == nil ? [nil] : [after, nil] {
                var last = begin
                // A few pages of what others look at: more than there are colleagues.
                for _ in 0..<4 {
                    let items = try transaction.reviewItems.list(filter, after: last, limit: DeskLimits.rows)
                    if let free = items.first(where: { $0.waits == nil && $0.claim(besides: name, at: now) == nil }) {
                        return free.letter
                    }
                    last = items.last?.letter
                    guard items.count == DeskLimits.rows else { break }
                }
            }
            return nil
        }
    }

    package func count(_ target: ReviewWish.Target, in lane: ReviewLane) async throws -> Int {
        try await operations.store.read { transaction in
            switch target {
            case .letter: 1
            case .group(_, let last, _), .all(_, let last):
                try target.filter(in: lane, transaction).map {
                    try transaction.reviewItems.count($0, through: last).count
                } ?? 0
            }
        }
    }

    // MARK: - One letter

    /// - Parameters:
    ///   - lane: nil for the one in which it waits.
    ///   - days: what its client is called on each day, the latest first; nil where that is not known.
    ///   - viewer: is noted as the one who looks at it; nil for nobody.
    package func show(
        _ letter: LetterID, in lane: ReviewLane?, days: [(epoch: Epoch, tags: [Tag])]?, lifetime: Duration, viewer: String?
    ) async throws -> DeskItem? {
        let now = operations.now()
        if let viewer {
            let lanes = lane.map { [$0] } ?? ReviewLane.allCases
            let isFree = try await operations.store.read { transaction in
                try lanes.contains { lane in
                    try transaction.reviewItems.find(letter, in: lane).map { $0.taken.needsTaking(by: viewer, at: now) } ?? false
                }
            }
            if isFree {
                try await operations.store.write { transaction in
                    for lane in lanes { try transaction.reviewItems.take(letter, in: lane, by: viewer, at: now) }
                }
            }
        }
        return try await operations.store.read { try Self.item(letter, in: lane, days: days, lifetime: lifetime, at: now, $0) }
    }

    /// What the client's sealed address is found by.
    /// - Returns: nil where nothing is kept of it.
    func evidence(of letter: LetterID) async throws -> (site: SiteID, seal: [UInt8])? {
        try await operations.store.read { transaction in
            guard let entry = try transaction.submissionLog.entry(letter), let seal = entry.evidence,
                let site = try? SiteID(entry.site)
            else { return nil }
            return (site, seal)
        }
    }

    private static func item(
        _ letter: LetterID, in asked: ReviewLane?, days: [(epoch: Epoch, tags: [Tag])]?, lifetime: Duration, at now: Timestamp,
        _ transaction: any Transaction
    ) throws -> DeskItem? {
        let entry = try transaction.submissionLog.entry(letter)
        let delivery = try transaction.queue.line(letter)
        let report = try transaction.reports.find(about: letter)
        guard entry != nil || delivery != nil || report != nil else { return nil }
        let waiting = try ReviewLane.allCases.filter { try transaction.reviewItems.find(letter, in: $0) != nil }
        let lane = asked ?? waiting.first ?? (report == nil ? .held : .reported)
        let item = try transaction.reviewItems.find(letter, in: lane)
        let person = try (entry?.recipient ?? delivery?.recipient ?? report?.recipient).flatMap {
            try transaction.recipients.find($0)
        }
        guard let site = try person?.site ?? delivery?.site ?? entry.map({ try SiteID($0.site) }) else { return nil }
        var blocks: [Int64: Block] = [:]
        for number in entry?.verdict.parts.compactMap(\.block) ?? [] { blocks[number] = try transaction.blocks.find(number) }
        let known = days ?? entry.map { [($0.epoch, $0.tags)] } ?? []
        let revealable = try transaction.revealableLetters.find(letter)
        let own = known.compactMap { day in day.tags.first.map { (epoch: day.epoch, tag: $0) } }
        return DeskItem(
            letter: letter, lane: lane, item: item, site: site, siteName: try transaction.sites.find(site)?.name.text,
            handle: person?.handle, recipientName: person?.name.text,
            parts: entry.map { LogExplanation(LogEntry($0), blocks: blocks, delivery: nil).parts } ?? [],
            delivery: delivery.map { DeskItem.Delivery(state: $0.state, reason: $0.reason, finished: $0.finished) },
            report: report.map { DeskItem.Report(reason: $0.reason, made: $0.made, decision: $0.decision?.decision) },
            decisions: try transaction.decisions.about(letter, limit: 10),
            trails: try own.compactMap { try transaction.submissionLog.trail(of: $0.tag, in: $0.epoch) },
            isTrailWhole: days != nil, near: try near(letter, transaction),
            earlier: try earlier(on: own, besides: letter, transaction),
            notes: try transaction.reviewNotes.list(of: letter, limit: 50),
            // Of an earlier letter the vault says today's tag only when somebody is to be blocked.
            canBlock: days != nil || own.contains { $0.epoch == Epoch(containing: now) },
            canBlockSender: revealable?.namesSender ?? false, reveals: revealable?.kinds ?? [],
            keptUntil: delivery?.state == .held ? Epoch(containing: letter.moment).end + lifetime : nil)
    }

    private static let mostNear = 5

    /// Other letters with nearly the same text.
    private static func near(_ letter: LetterID, _ transaction: any Transaction) throws -> DeskItem.Near? {
        let first = try transaction.waves.wave(of: letter) ?? letter
        var count = try transaction.waves.counts(of: first).values.reduce(0, +)
        guard count > 0 else { return nil }
        var letters = try transaction.waves.members(of: first, limit: mostNear + 1)
        if first == letter {
            letters = letters.prefix(mostNear).map { $0 }
        } else {
            // The first instead of this one.
            let oldest = try transaction.waves.first(of: first)
            count += (oldest == nil ? 0 : 1) - 1
            letters = Array(((oldest.map { [$0] } ?? []) + letters.filter { $0.id != letter }).prefix(mostNear))
        }
        return DeskItem.Near(
            first: first, count: count,
            letters: letters.map { DeskItem.Near.Letter(id: $0.id, site: $0.site, handle: $0.handle, state: $0.state) },
            isWave: try transaction.waves.find(first) != nil)
    }

    private static func earlier(
        on days: [(epoch: Epoch, tag: Tag)], besides letter: LetterID, _ transaction: any Transaction
    ) throws -> [StaffDecision] {
        let own = Set(try transaction.decisions.about(letter, limit: 10).map(\.id))
        var found: [StaffDecision] = []
        for day in days {
            found += try transaction.decisions.about(day.tag, of: day.epoch, limit: 10).filter { !own.contains($0.id) }
            if found.count >= 10 { break }
        }
        return Array(found.prefix(10))
    }

    // MARK: - Beside deciding

    package func setWaiting(_ mark: StaffMark?, _ letter: LetterID, in lane: ReviewLane, version: Int) async throws -> Bool {
        let record = operations.trace(mark == nil ? .goOn : .leaveAlone, "\(letter)")
        return try await operations.store.write { transaction in
            guard try transaction.reviewItems.wait(letter, in: lane, mark, version: version) else { return false }
            try transaction.operationTrace.add(record)
            return true
        }
    }

    package func take(_ letter: LetterID, in lane: ReviewLane, by name: String) async throws {
        let record = operations.trace(.takeLetter, "\(letter)")
        try await operations.store.write { transaction in
            guard try transaction.reviewItems.take(letter, in: lane, by: name, isForced: true, at: record.at) else { return }
            try transaction.operationTrace.add(record)
        }
    }

    package func note(_ text: LetterText, about letter: LetterID, by author: String) async throws -> Bool {
        let record = operations.trace(.note, "\(letter)")
        var randomness = operations.randomness
        let note = ReviewNote(
            id: ReviewNoteID(at: record.at, using: &randomness), letter: letter, author: author, text: text.text)
        return try await operations.store.write { transaction in
            guard
                try transaction.queue.line(letter) != nil || transaction.reports.find(about: letter) != nil
                    || transaction.submissionLog.entry(letter) != nil
            else { return false }
            try transaction.reviewNotes.add(note)
            try transaction.operationTrace.add(record)
            return true
        }
    }

    package func undoable(by staff: String) async throws -> [DecisionLine] {
        let now = operations.now()
        return try await operations.store.read { transaction in
            try transaction.decisions.undoable(by: staff, at: now, limit: 3).map { try DecisionLine($0, transaction) }
        }
    }

    package func decisions(_ filter: DecisionFilter, before: StaffDecisionID?, limit: Int) async throws -> [DecisionLine] {
        try await operations.store.read { transaction in
            try transaction.decisions.latest(filter, before: before, limit: limit).map { try DecisionLine($0, transaction) }
        }
    }

    package func hasKeys(_ account: StaffAccountID) async throws -> Bool {
        try await operations.store.read { try $0.staffAccounts.hasKeys(account) }
    }

    package func setKeys(_ hasKeys: Bool, of account: StaffAccountID) async throws {
        try await operations.store.write { try $0.staffAccounts.setKeys(hasKeys, of: account) }
    }
}

extension DeskSearch {
    /// - Returns: nil when there is no such recipient.
    func resolved(in transaction: any Transaction) throws -> ReviewFilter? {
        var filter = filter
        // Of letters with nearly one text somebody names any; they are found by the first.
        filter.likeness = try filter.likeness.map { letter in
            try transaction.reviewItems.find(letter, in: filter.lane)?.likeness ?? transaction.waves.wave(of: letter) ?? letter
        }
        guard let handle else { return filter }
        guard let site = filter.site, let person = try transaction.recipients.find(handle, at: site) else { return nil }
        filter.recipient = person.id
        return filter
    }
}

extension ReviewWish.Target {
    /// - Returns: what the many letters are found by; nil when there are none, and for one letter.
    func filter(in lane: ReviewLane, _ transaction: any Transaction) throws -> ReviewFilter? {
        switch self {
        case .letter: return nil
        case .all(let search, _): return try search.resolved(in: transaction)
        case .group(let first, _, var search):
            guard let item = try transaction.reviewItems.find(first, in: lane) else { return nil }
            search.filter.cluster = item.cluster
            return try search.resolved(in: transaction)
        }
    }
}

extension DecisionLine {
    init(_ decision: StaffDecision, _ transaction: any Transaction) throws {
        self.init(
            decision: decision, tally: try transaction.decisions.tally(decision.id),
            letter: try transaction.decisions.firstLetter(decision.id))
    }
}
