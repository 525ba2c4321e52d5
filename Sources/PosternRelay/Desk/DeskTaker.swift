package import PosternCore

/// What somebody looks for on the desk, as they can write it.
package struct DeskSearch: Equatable, Sendable {
    package var filter: ReviewFilter
    /// A recipient by name; the filter has the site.
    package var handle: Handle?
    /// One row for letters with nearly the same text, or of one client and held by the same rules.
    package var isGrouped: Bool

    package init(_ filter: ReviewFilter = ReviewFilter(), handle: Handle? = nil, isGrouped: Bool = true) {
        self.filter = filter
        self.handle = handle
        self.isGrouped = isGrouped
    }
}

/// How many letters wait, in each lane.
package struct DeskCounts: Equatable, Sendable {
    package let lanes: [ReviewLane: Int]
    /// Waves are decided about on pages of their own.
    package let waves: Int
    /// In the lane that was asked about: how many came after a letter that was named, and the newest.
    package let newer: Int
    package let newest: LetterID?

    package init(lanes: [ReviewLane: Int], waves: Int = 0, newer: Int = 0, newest: LetterID? = nil) {
        self.lanes = lanes
        self.waves = waves
        self.newer = newer
        self.newest = newest
    }
}

/// A row of a list: one letter, or the oldest of a group.
package struct DeskRow: Equatable, Sendable {
    package let item: ReviewItem
    package let handle: Handle
    /// How many letters the row stands for, and the newest of them.
    package let count: Int
    package let newest: LetterID

    package init(item: ReviewItem, handle: Handle, count: Int = 1, newest: LetterID? = nil) {
        self.item = item
        self.handle = handle
        self.count = count
        self.newest = newest ?? item.letter
    }
}

package struct DeskList: Equatable, Sendable {
    package let rows: [DeskRow]
    package let hasMore: Bool
    /// How many letters match in all.
    package let total: Int
    package let newest: LetterID?
    /// The sets of rules in this lane with the number of letters of each, the most first.
    package let rules: [RuleCount]

    package struct RuleCount: Equatable, Sendable {
        package let rules: [String]
        package let count: Int

        package init(rules: [String], count: Int) {
            (self.rules, self.count) = (rules, count)
        }
    }

    package init(rows: [DeskRow], hasMore: Bool = false, total: Int, newest: LetterID? = nil, rules: [RuleCount] = []) {
        self.rows = rows
        self.hasMore = hasMore
        self.total = total
        self.newest = newest
        self.rules = rules
    }
}

/// A letter with everything that staff need to decide about it. Nothing of it is an address or the letter's text.
package struct DeskItem: Sendable {
    package let letter: LetterID
    package let lane: ReviewLane
    /// Nil when it waits for nobody any more.
    package let item: ReviewItem?
    package let site: SiteID
    package let siteName: String?
    package let handle: Handle?
    package let recipientName: String?
    /// The findings of the rules, in words.
    package let parts: [LogExplanation.Part]
    package let delivery: Delivery?
    package let report: Report?
    /// About this letter, newest first.
    package let decisions: [StaffDecision]
    /// What came from the same client, the latest day first.
    package let trails: [ClientTrail]
    /// False where the vault does not say what the client is called on other days.
    package let isTrailWhole: Bool
    /// Other letters with nearly its text; nil where none is known, which is so after two days too.
    package let near: Near?
    /// About other letters of the same client, newest first.
    package let earlier: [StaffDecision]
    package let notes: [ReviewNote]
    /// Whether the client can be kept out for the rest of today.
    package let canBlock: Bool
    /// What can be shown of it by a reveal; nothing of a letter that went out and was not reported.
    package let reveals: [RevealKind]

    package struct Near: Sendable {
        /// The first of all of them.
        package let first: LetterID
        /// How many there are, this one left out.
        package let count: Int
        /// Some of them, the first ones.
        package let letters: [Letter]
        /// Whether they are decided about together.
        package let isWave: Bool

        package struct Letter: Sendable {
            package let id: LetterID
            package let site, handle: String
            package let state: DeliveryState

            package init(id: LetterID, site: String, handle: String, state: DeliveryState) {
                (self.id, self.site, self.handle, self.state) = (id, site, handle, state)
            }
        }

        package init(first: LetterID, count: Int, letters: [Letter], isWave: Bool) {
            (self.first, self.count, self.letters, self.isWave) = (first, count, letters, isWave)
        }
    }

    package struct Delivery: Equatable, Sendable {
        package let state: DeliveryState
        package let reason: String?
        package let finished: Timestamp?

        package init(state: DeliveryState, reason: String?, finished: Timestamp?) {
            self.state = state
            self.reason = reason
            self.finished = finished
        }
    }

    package struct Report: Equatable, Sendable {
        package let reason: ReportReason
        package let made: Timestamp
        package let decision: ReportDecision?

        package init(reason: ReportReason, made: Timestamp, decision: ReportDecision?) {
            self.reason = reason
            self.made = made
            self.decision = decision
        }
    }

    package init(
        letter: LetterID, lane: ReviewLane, item: ReviewItem?, site: SiteID, siteName: String? = nil, handle: Handle? = nil,
        recipientName: String? = nil, parts: [LogExplanation.Part] = [], delivery: Delivery? = nil, report: Report? = nil,
        decisions: [StaffDecision] = [], trails: [ClientTrail] = [], isTrailWhole: Bool = true, near: Near? = nil,
        earlier: [StaffDecision] = [], notes: [ReviewNote] = [], canBlock: Bool = false, reveals: [RevealKind] = []
    ) {
        self.letter = letter
        self.lane = lane
        self.item = item
        self.site = site
        self.siteName = siteName
        self.handle = handle
        self.recipientName = recipientName
        self.parts = parts
        self.delivery = delivery
        self.report = report
        self.decisions = decisions
        self.trails = trails
        self.isTrailWhole = isTrailWhole
        self.near = near
        self.earlier = earlier
        self.notes = notes
        self.canBlock = canBlock
        self.reveals = reveals
    }
}

/// What somebody wants to decide, and about what.
package struct ReviewWish: Sendable {
    package enum Target: Equatable, Sendable {
        /// As they saw it.
        case letter(LetterID, version: Int)
        /// What was looked for of a letter's group, up to the newest that they saw.
        case group(LetterID, through: LetterID, of: DeskSearch)
        case all(DeskSearch, through: LetterID)
    }

    package let act: ReviewAct
    /// Nil for the usual one.
    package let reason: ReviewReason?
    package let sentence: HeaderText?
    package let targets: [Target]

    package init(_ act: ReviewAct, reason: ReviewReason? = nil, sentence: HeaderText? = nil, about targets: [Target]) {
        self.act = act
        self.reason = reason
        self.sentence = sentence
        self.targets = targets
    }
}

package enum ReviewAnswer: Equatable, Sendable {
    /// - Parameters:
    ///   - done: how many letters it is about.
    ///   - skipped: how many were left to a colleague who looks at them, or who wants them left alone.
    ///   - changed: how many had changed meanwhile.
    case made(StaffDecision, done: Int, skipped: Int, changed: Int)
    /// All of it had changed meanwhile; nothing was done.
    case late(skipped: Int, changed: Int)
    /// The reason is none for such a decision; nothing was done.
    case unsuitable
    /// Nobody can say what the client is called today; nothing was done.
    case cannotBlock
}

package enum DecisionUndo: Equatable, Sendable {
    case undone(StaffDecision, count: Int)
    /// It was carried out, or undone, before.
    case late(StaffDecision)
    case unknown
}

/// A decision as the history lists it.
package struct DecisionLine: Equatable, Sendable {
    package let decision: StaffDecision
    package let tally: DecisionTally
    /// The first letter that it was about.
    package let letter: LetterID?

    package init(decision: StaffDecision, tally: DecisionTally, letter: LetterID?) {
        self.decision = decision
        self.tally = tally
        self.letter = letter
    }
}

/// What the pages of the desk ask and do.
package protocol DeskTaker: Sendable {
    /// - Parameter after: counts what came after it.
    func counts(_ lane: ReviewLane, after: LetterID?) async throws -> DeskCounts
    /// - Parameter after: where the page before ended.
    func list(_ search: DeskSearch, after: LetterID?) async throws -> DeskList
    /// - Parameter lane: nil for the one in which it waits.
    /// - Returns: nil for a letter that is not known.
    func show(_ letter: LetterID, in lane: ReviewLane?, to staff: SignedInStaff) async throws -> DeskItem?
    /// The next letter of that search that nobody else looks at.
    func next(_ search: DeskSearch, after: LetterID?, for staff: SignedInStaff) async throws -> LetterID?
    /// How many letters a wish is about now.
    func count(_ target: ReviewWish.Target, in lane: ReviewLane) async throws -> Int
    func decide(_ wish: ReviewWish, by staff: SignedInStaff) async throws -> ReviewAnswer
    func undo(_ decision: StaffDecisionID, by staff: SignedInStaff) async throws -> DecisionUndo
    /// Has colleagues leave a letter alone, or ends that.
    /// - Returns: false when it has changed since that version.
    func setWaiting(
        _ isWaiting: Bool, _ letter: LetterID, in lane: ReviewLane, version: Int, by staff: SignedInStaff
    ) async throws -> Bool
    func take(_ letter: LetterID, in lane: ReviewLane, by staff: SignedInStaff) async throws
    /// - Returns: false for a letter that is not known.
    func note(_ text: LetterText, about letter: LetterID, by staff: SignedInStaff) async throws -> Bool
    /// Somebody's decisions that can still be undone, the newest first.
    func undoable(by staff: SignedInStaff) async throws -> [DecisionLine]
    /// Newest first.
    func decisions(_ filter: DecisionFilter, before: StaffDecisionID?) async throws -> [DecisionLine]
    /// Whether single keys press buttons for them.
    func hasKeys(_ staff: SignedInStaff) async throws -> Bool
    func setKeys(_ hasKeys: Bool, for staff: SignedInStaff) async throws
}

package enum DeskLimits {
    /// How many rows a list has.
    package static let rows = 50
}
