import PosternCore
import Testing

@Suite("What staff decide, why, and how long it can be undone")
struct ReviewTests {
    private static let now = Timestamp(seconds: 1_795_514_709)

    // The rule: a reason belongs to what is decided, and each lane has between eight and twelve.
    @Test(arguments: ReviewLane.allCases)
    func `Each lane has a list of reasons of its own, and each reason suits some decision there`(_ lane: ReviewLane) {
        let reasons = ReviewReason.all(in: lane)
        #expect((8...12).contains(reasons.count))
        for act in ReviewAct.allCases where act.lane == lane {
            #expect(reasons.contains(ReviewReason.usual(for: act)))
            #expect(ReviewReason.usual(for: act).suits(act))
            for reported in ReportReason.allCases {
                #expect(ReviewReason.usual(for: act, reported: reported).suits(act), "\(act) \(reported)")
            }
        }
    }

    @Test(arguments: [
        (ReviewReason.genuine, ReviewAct.release, true), (.genuine, .drop, false), (.spam, .release, false),
        (.spam, .dropAndBlock, true), (.spam, .uphold, true), (.spam, .reject, false), (.withinRules, .reject, true),
        (.withinRules, .release, false), (.automated, .drop, true), (.automated, .uphold, false), (.other, .release, true),
        (.other, .reject, true), (.genuine, .releaseWave, true), (.genuine, .withdrawWave, false),
        (.spam, .withdrawWave, true), (.spam, .releaseWave, false), (.automated, .withdrawWave, true),
        (.withinRules, .releaseWave, false), (.test, .releaseWave, true),
    ])
    func `A reason that does not go with a decision is none for it`(_ reason: ReviewReason, _ act: ReviewAct, _ suits: Bool) {
        #expect(reason.suits(act) == suits)
    }

    // A letter has no button of a wave's, and a wave none of a letter's.
    @Test func `What is decided about waves is decided with reasons for letters that are held`() {
        #expect(ReviewLane.allCases.flatMap(ReviewAct.all) == ReviewAct.allCases.filter { !$0.isAboutWave })
        #expect(Set(ReviewAct.aboutWave) == Set(ReviewAct.allCases.filter(\.isAboutWave)))
        #expect(Set(ReviewReason.all(about: ReviewAct.aboutWave)) == Set(ReviewReason.all(in: .held)))
        for act in ReviewAct.aboutWave {
            #expect(act.lane == .held && !act.isBlocking && ReviewAct(rawValue: act.rawValue) == act)
        }
    }

    @Test func `A reporter is told of decisions about reports alone`() {
        for act in ReviewAct.allCases { #expect((act.reportDecision != nil) == (act.lane == .reported), "\(act)") }
        #expect(ReviewAct.uphold.reportDecision == .upheld && ReviewAct.reject.reportDecision == .rejected)
    }

    // The rule: undone until the last moment and not in it; what was undone is never carried out, and the other way round.
    @Test func `A decision can be undone until it is final`() {
        let final = Self.now + ReviewTimes.undo
        func standing(_ now: Timestamp, applied: Timestamp? = nil, undone: StaffMark? = nil) -> DecisionStanding {
            DecisionStanding(final: final, applied: applied, undone: undone, now: now)
        }
        #expect(standing(Self.now) == .pending(until: final))
        #expect(standing(final - .milliseconds(1)).isUndoable)
        #expect(standing(final) == .due && !standing(final).isUndoable)
        #expect(standing(final, applied: final) == .applied(at: final))
        let mark = StaffMark(at: Self.now, by: "anna")
        #expect(standing(Self.now, undone: mark) == .undone(mark) && !standing(Self.now, undone: mark).isUndoable)
    }

    @Test func `A letter is left to its opener for five minutes, and can be decided in the version that was seen`() throws {
        let item = ReviewItem(
            lane: .held, letter: LetterID(high: 1, low: 1), site: try SiteID("photos"), recipient: RecipientID(high: 1, low: 1),
            epoch: Epoch(containing: Self.now), tag: nil, verdict: .hold, rules: [], version: 3,
            taken: StaffMark(at: Self.now, by: "anna"))
        #expect(item.claim(besides: "anna", at: Self.now) == nil)
        #expect(item.claim(besides: "berta", at: Self.now)?.by == "anna")
        #expect(item.claim(besides: "berta", at: Self.now + ReviewTimes.claim) == nil)
        // Anyone who reloads a page is written once in two and a half minutes.
        let (mark, half) = (item.taken, ReviewTimes.claim / 2)
        #expect(
            !mark.needsTaking(by: "anna", at: Self.now + half) && mark.needsTaking(by: "anna", at: Self.now + half + .seconds(1)))
        #expect(!mark.needsTaking(by: "berta", at: Self.now) && mark.needsTaking(by: "berta", at: Self.now + ReviewTimes.claim))
        #expect((nil as StaffMark?).needsTaking(by: "berta", at: Self.now))
        #expect(item.isOpen(in: 3) && !item.isOpen(in: 2) && !item.isOpen(in: 4))
    }

    @Test(arguments: StaffRole.allCases)
    func `Auditors look and decide nothing`(_ role: StaffRole) {
        #expect(role.decides == (role != .auditor))
    }
}
