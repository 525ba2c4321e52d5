import PosternCore
import PosternRelay
import Synchronization

/// A desk with two letters, one of which a colleague has just dropped; it notes what is done.
final class FakeDesk: DeskServing {
    struct Deeds {
        var wishes: [ReviewWish] = []
        var undone: [StaffDecisionID] = []
        var notes: [String] = []
        var waits: [Bool] = []
        var taken = 0
        var hasKeys = true
    }

    private let kept = Mutex(Deeds())
    /// Stands in every field that somebody else can fill.
    let foreign: String
    let answer: ReviewAnswer
    let count: Int
    let reveals: [RevealKind]
    let undo: DecisionUndo?

    static let now = Example.now
    static let waiting = LetterID(high: UInt64(now.milliseconds - 60_000) << 16, low: 1)
    static let decided = LetterID(high: UInt64(now.milliseconds - 50_000) << 16, low: 2)
    static let decision = StaffDecision(
        id: StaffDecisionID(high: UInt64(now.milliseconds - 20_000) << 16, low: 3), act: .drop, staff: "berta", reason: .spam,
        sentence: "seen before", final: now + .seconds(40))

    init(
        foreign: String = "x", answer: ReviewAnswer? = nil, count: Int = 2, reveals: [RevealKind] = RevealKind.allCases,
        undo: DecisionUndo? = nil
    ) {
        self.reveals = reveals
        self.undo = undo
        self.foreign = foreign
        self.answer = answer ?? .made(Self.decision, ReviewTally(done: 1))
        self.count = count
    }

    var deeds: Deeds { kept.withLock { $0 } }

    private func item(_ letter: LetterID) throws -> ReviewItem {
        ReviewItem(
            lane: .held, letter: letter, site: try SiteID("photos"), recipient: RecipientID(high: 1, low: 1),
            epoch: Epoch(containing: Self.now), tag: Tag(value: 7), verdict: .hold, rules: ["trap-bait", foreign], version: 4,
            decision: letter == Self.decided ? Self.decision.id : nil, taken: StaffMark(at: Self.now - .seconds(9), by: foreign),
            waits: StaffMark(at: Self.now - .seconds(5), by: foreign))
    }

    func counts(_ lane: ReviewLane, after: LetterID?) async throws -> DeskCounts {
        DeskCounts(lanes: [.held: 12, .reported: 3], waves: 2, newer: after == nil ? 0 : 4, newest: Self.waiting)
    }

    func list(_ search: DeskSearch, after: LetterID?) async throws -> DeskList { try listed() }

    func listed() throws -> DeskList {
        DeskList(
            rows: [DeskRow(item: try item(Self.waiting), handle: try Handle("pat"), count: 2)], hasMore: true, total: 12,
            newest: Self.waiting, rules: [DeskList.RuleCount(rules: [foreign], count: 12)])
    }

    func show(_ letter: LetterID, in lane: ReviewLane?, to staff: SignedInStaff) async throws -> DeskItem? {
        try shown(letter)
    }

    func shown(_ letter: LetterID) throws -> DeskItem? {
        guard [Self.waiting, Self.decided].contains(letter) else { return nil }
        return DeskItem(
            letter: letter, lane: .held, item: try item(letter), site: try SiteID("photos"), siteName: foreign,
            handle: try Handle("pat"), recipientName: foreign,
            parts: LogExplanation.example(foreign),
            delivery: DeskItem.Delivery(state: .held, reason: foreign, finished: nil),
            report: DeskItem.Report(reason: .fraud, made: Self.now, decision: nil),
            decisions: letter == Self.decided ? [Self.decision] : [],
            trails: [
                ClientTrail(
                    epoch: Epoch(containing: Self.now), tag: Tag(value: 7), counts: [.hold: 2], recipients: 1, first: Self.now,
                    last: Self.now)
            ], isTrailWhole: false,
            near: DeskItem.Near(
                first: Self.waiting, count: 23,
                letters: [DeskItem.Near.Letter(id: Self.decided, site: foreign, handle: foreign, state: .delivered)], isWave: true
            ),
            earlier: [
                StaffDecision(
                    id: Self.decision.id, act: .drop, staff: foreign, reason: .spam, sentence: foreign, final: Self.now)
            ], notes: [ReviewNote(id: ReviewNoteID(high: 1, low: 1), letter: letter, author: foreign, text: foreign)],
            canBlock: true, canBlockSender: reveals.contains(.letter), reveals: reveals,
            keptUntil: letter == Self.waiting ? Self.now + .days(28) : nil)
    }

    func next(_ search: DeskSearch, after: LetterID?, for staff: SignedInStaff) async throws -> LetterID? { Self.decided }
    func count(_ target: ReviewWish.Target, in lane: ReviewLane) async throws -> Int { count }

    func decide(_ wish: ReviewWish, by staff: SignedInStaff) async throws -> ReviewAnswer {
        kept.withLock { $0.wishes.append(wish) }
        return answer
    }

    func undo(_ decision: StaffDecisionID, by staff: SignedInStaff) async throws -> DecisionUndo {
        if let undo { return undo }
        guard decision == Self.decision.id else { return .unknown }
        kept.withLock { $0.undone.append(decision) }
        return .undone(Self.decision, count: 1)
    }

    func setWaiting(
        _ isWaiting: Bool, _ letter: LetterID, in lane: ReviewLane, version: Int, by staff: SignedInStaff
    ) async throws -> Bool {
        kept.withLock { $0.waits.append(isWaiting) }
        return version == 4
    }

    func take(_ letter: LetterID, in lane: ReviewLane, by staff: SignedInStaff) async throws { kept.withLock { $0.taken += 1 } }

    func note(_ text: LetterText, about letter: LetterID, by staff: SignedInStaff) async throws -> Bool {
        kept.withLock { $0.notes.append(text.text) }
        return true
    }

    func undoable(by staff: SignedInStaff) async throws -> [DecisionLine] {
        [DecisionLine(decision: Self.decision, tally: DecisionTally(total: 14, passed: 2), letter: Self.decided)]
    }

    func decisions(_ filter: DecisionFilter, before: StaffDecisionID?) async throws -> [DecisionLine] {
        let foreign = StaffDecision(
            id: StaffDecisionID(high: 1, low: 1), act: .release, staff: foreign, reason: .other, sentence: foreign,
            final: Self.now - .days(1), undone: StaffMark(at: Self.now, by: foreign))
        return [
            DecisionLine(decision: Self.decision, tally: DecisionTally(total: 14, passed: 2), letter: Self.decided),
            DecisionLine(decision: foreign, tally: DecisionTally(total: 1, passed: 0), letter: Self.waiting),
        ]
    }

    func hasKeys(_ staff: SignedInStaff) async throws -> Bool { deeds.hasKeys }
    func setKeys(_ hasKeys: Bool, for staff: SignedInStaff) async throws { kept.withLock { $0.hasKeys = hasKeys } }
}

extension LogExplanation {
    fileprivate static func example(_ foreign: String) -> [Part] { [Part(rule: "block", effect: "hold", meaning: foreign)] }
}
