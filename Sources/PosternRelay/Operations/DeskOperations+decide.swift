package import PosternCore
private import PosternLink
private import PosternStore

extension DeskOperations {
    /// How many letters one transaction changes, so that letters can be accepted in between.
    private static let bite = 500
    /// While the letters of a long decision are still being marked. If that is interrupted, what was marked becomes final then.
    private static let marking = Duration.minutes(10)

    private struct Tally {
        var done = 0
        var skipped = 0
        var changed = 0
        /// Who has those open that were skipped.
        var holders: Set<String?> = []
        /// Who has decided about those that had changed; nil for a change without a decision.
        var deciders: Set<String?> = []

        mutating func add(_ other: Tally) {
            done += other.done
            skipped += other.skipped
            changed += other.changed
            holders.formUnion(other.holders)
            deciders.formUnion(other.deciders)
        }

        var reviewed: ReviewTally {
            ReviewTally(
                done: done, skipped: skipped, changed: changed, holder: holders.count == 1 ? holders.first ?? nil : nil,
                decider: deciders.count == 1 ? deciders.first ?? nil : nil)
        }
    }

    /// Puts letters under one decision, which is carried out when it can no longer be undone.
    ///
    /// Many letters are marked in bites; they are one decision all the same.
    /// - Parameter tag: what the client is called today, where it is to be kept out; `act.isBlocking` wants one.
    package func decide(_ wish: ReviewWish, by staff: String, blocking tag: Tag?) async throws -> ReviewAnswer {
        if wish.act.isAboutWave { return .unsuitable }
        if let reason = wish.reason, !reason.suits(wish.act) { return .unsuitable }
        let reported = try await reportReason(wish)
        let reason = wish.reason ?? ReviewReason.usual(for: wish.act, reported: reported)
        let record = operations.trace(
            .decide, "", because: "\(wish.act.rawValue), \(reason.rawValue)" + (wish.sentence.map { ": \($0.text)" } ?? ""))
        var randomness = operations.randomness
        let id = StaffDecisionID(at: record.at, using: &randomness)
        if wish.act.isBlocking, tag == nil { return .cannotBlock }
        let decision = StaffDecision(
            id: id, act: wish.act, staff: staff, reason: reason, sentence: wish.sentence?.text, final: record.at + Self.marking)
        var tally = Tally()
        for target in wish.targets {
            try await mark(target, under: decision, record, blocking: wish.act.isBlocking ? tag : nil, &tally)
        }
        guard tally.done > 0 else { return .late(tally.reviewed) }
        let final = operations.now() + ReviewTimes.undo
        let made = try await operations.store.write { transaction in
            try transaction.decisions.setEnd(final, of: id)
            return try transaction.decisions.find(id)
        }
        if wish.act.isBlocking { try await operations.blockCache?.reload(from: operations.store) }
        if let block = (made ?? decision).block { await operations.record(.blockAdded(block)) }
        if tally.done > 1 { await operations.record(.decided(id, wish.act, count: tally.done)) }
        return .made(made ?? decision, tally.reviewed)
    }

    /// What the recipient says is wrong with the one letter that is decided about.
    private func reportReason(_ wish: ReviewWish) async throws -> ReportReason? {
        guard wish.act.lane == .reported, case .letter(let letter, _)? = wish.targets.first else { return nil }
        return try await operations.store.read { try $0.reports.find(about: letter)?.reason }
    }

    /// In the transaction of the decision, so that neither is without the other.
    private static func addBlock(
        _ tag: Tag, with decision: StaffDecision, _ record: OperationRecord, _ transaction: any Transaction
    ) throws -> Int64 {
        let reason = String((decision.sentence ?? "decided on the desk: \(decision.reason.rawValue)").prefix(Block.textLimit))
        let block = try transaction.blocks.add(
            .tag(tag, Epoch(containing: record.at)), effect: .refuse, reason: reason, expires: record.at + Block.deskSpan,
            at: record.at)
        var record = record
        record.subject = "block \(block)"
        try transaction.operationTrace.add(record)
        return block
    }

    private func mark(
        _ target: ReviewWish.Target, under decision: StaffDecision, _ record: OperationRecord, blocking tag: Tag?,
        _ tally: inout Tally
    ) async throws {
        let blockRecord = operations.trace(.addBlock, "", because: record.reason)
        var last: LetterID?
        repeat {
            let (after, lane, now) = (last, decision.act.lane, operations.now())
            let isFirst = tally.done == 0
            let own = isFirst ? record : operations.trace(.decide, "", because: record.reason)
            let marked = try await operations.store.write { transaction -> (tally: Tally, last: LetterID?) in
                let found = try Self.items(target, in: lane, after: after, transaction)
                var tally = Tally()
                for (letter, version, item) in found {
                    if let item, let mark = item.waits ?? item.claim(besides: decision.staff, at: now) {
                        tally.skipped += 1
                        tally.holders.insert(mark.by)
                    } else if try transaction.decisions.add(letter, in: lane, version: version, to: decision.id) {
                        tally.done += 1
                    } else {
                        tally.changed += 1
                        tally.deciders.insert(try Self.decider(of: letter, transaction))
                    }
                }
                // Of a group in which nothing waits any more nobody knows how many letters it had.
                if found.isEmpty, after == nil, case .group(let first, _, _) = target {
                    tally.deciders.insert(try Self.decider(of: first, transaction))
                }
                if tally.done > 0 {
                    if isFirst {
                        let block = try tag.map { try Self.addBlock($0, with: decision, blockRecord, transaction) }
                        try transaction.decisions.begin(decision, blocking: block)
                    }
                    var record = own
                    record.subject = tally.done == 1 ? found.first.map { "\($0.letter)" } ?? "" : "\(tally.done) letters"
                    try transaction.operationTrace.add(record)
                }
                return (tally, found.count == Self.bite ? found.last?.letter : nil)
            }
            tally.add(marked.tally)
            last = marked.last
        } while last != nil
    }

    /// Who has decided about a letter last; nil where nobody has, or it was undone.
    private static func decider(of letter: LetterID, _ transaction: any Transaction) throws -> String? {
        try transaction.decisions.about(letter, limit: 1).first { $0.undone == nil }?.staff
    }

    /// - Returns: what the target is about, up to a bite of it; with its item where a colleague is to be left to it.
    private static func items(
        _ target: ReviewWish.Target, in lane: ReviewLane, after: LetterID?, _ transaction: any Transaction
    ) throws -> [(letter: LetterID, version: Int, item: ReviewItem?)] {
        let items: [ReviewItem]
        switch target {
        case .letter(let letter, let version): return [(letter, version, nil)]
        case .group(_, let last, _), .all(_, let last):
            items =
                try target.filter(in: lane, transaction).map {
                    try transaction.reviewItems.list($0, after: after, through: last, limit: bite)
                } ?? []
        }
        return items.map { ($0.letter, $0.version, $0) }
    }

    // MARK: - Undoing

    package func undo(_ id: StaffDecisionID, by staff: String) async throws -> DecisionUndo {
        if let answer = try await undoAboutWave(id) { return answer }
        let record = operations.trace(.undoDecision, "\(id)")
        let mark = StaffMark(at: record.at, by: staff)
        let answer = try await operations.store.write { transaction -> DecisionUndo in
            guard let decision = try transaction.decisions.find(id) else { return .unknown }
            guard try transaction.decisions.undo(id, by: mark) else { return .late(decision) }
            if let block = decision.block { _ = try transaction.blocks.remove(block, at: record.at) }
            try transaction.operationTrace.add(record)
            return .undone(decision, count: try transaction.decisions.tally(id).total)
        }
        guard case .undone(let decision, let count) = answer else { return answer }
        if let block = decision.block {
            try await operations.blockCache?.reload(from: operations.store)
            await operations.record(.blockRemoved(block))
        }
        if count > 1 { await operations.record(.decisionUndone(id)) }
        return answer
    }

    /// - Returns: nil for a decision about letters.
    private func undoAboutWave(_ id: StaffDecisionID) async throws -> DecisionUndo? {
        let found = try await operations.store.read { try $0.decisions.find(id) }
        guard let decision = found, let wave = decision.wave else { return nil }
        do {
            guard try await operations.waves.undo(wave, id) else { return .late(decision) }
        } catch WaveOperations.Fault.unknown {
            return .late(decision)
        }
        let count = try await operations.store.read { try $0.decisions.tally(id).total }
        return .undone(decision, count: count)
    }

    // MARK: - Carrying out

    /// The decisions that can no longer be undone and are not carried out, the soonest due first.
    package func due() async throws -> [StaffDecisionID] {
        let now = operations.now()
        return try await operations.store.read { try $0.decisions.due(at: now, limit: 100) }
    }

    /// Carries out a decision that can no longer be undone. What somebody else has decided meanwhile is passed over.
    package func carryOut(_ id: StaffDecisionID) async throws {
        let now = operations.now()
        guard let decision = try await operations.store.read({ try $0.decisions.find(id) }) else { return }
        var last: LetterID? = .zero
        while let after = last { last = try await carryOut(decision, after: after, at: now) }
    }

    /// - Returns: where to go on; nil when all of it is done.
    private func carryOut(_ decision: StaffDecision, after: LetterID, at now: Timestamp) async throws -> LetterID? {
        let operations = operations.by(.staff(decision.staff))
        let record = operations.trace(decision.act.carriedOut, "", because: decision.reason.rawValue)
        let answer = try await operations.store.write { transaction -> (last: LetterID, done: Int)? in
            // Several relays may look at the same time; and it may have been finished since it was read.
            guard let current = try transaction.decisions.find(decision.id), current.standing(at: now) == .due else {
                return nil
            }
            let letters = try transaction.decisions.pending(decision.id, after: after, limit: Self.bite)
            guard let last = letters.last else {
                try transaction.decisions.finish(decision.id, at: now)
                return nil
            }
            let done = try letters.filter {
                try transaction.decisions.apply(decision, to: $0, because: QueueOperations.dropReason, at: now)
            }
            if !done.isEmpty {
                var record = record
                record.subject = done.count == 1 ? "\(done[0])" : "\(done.count) letters"
                try transaction.operationTrace.add(record)
            }
            return (last, done.count)
        }
        if let answer, answer.done > 0, decision.act == .release { operations.wake() }
        return answer?.last
    }
}

extension ReviewAct {
    fileprivate var carriedOut: OperationRecord.Verb {
        switch self {
        case .release, .releaseWave: .releaseDeliveries
        case .drop, .dropAndBlock, .withdrawWave: .dropDeliveries
        case .uphold, .upholdAndBlock, .reject: .decideReports
        }
    }
}
