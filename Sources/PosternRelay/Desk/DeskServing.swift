package import PosternCore

/// A search on the desk, as a person enters it.
package struct DeskSearch: Equatable, Sendable {
    package var filter: ReviewFilter
    /// The handle of a recipient at the site of `filter`.
    package var handle: Handle?
    /// Whether letters with nearly the same text, or of one client and held by the same rules, are shown as one row.
    package var isGrouped: Bool

    package init(_ filter: ReviewFilter = ReviewFilter(), handle: Handle? = nil, isGrouped: Bool = true) {
        self.filter = filter
        self.handle = handle
        self.isGrouped = isGrouped
    }
}

/// How many letters wait for staff in each lane.
package struct DeskCounts: Equatable, Sendable {
    package let lanes: [ReviewLane: Int]
    /// How many waves wait for a decision, which is made on their own pages.
    package let waves: Int
    /// How many letters in the requested lane are newer than a given letter, and the newest of them.
    package let newer: Int
    package let newest: LetterID?

    package init(lanes: [ReviewLane: Int], waves: Int = 0, newer: Int = 0, newest: LetterID? = nil) {
        self.lanes = lanes
        self.waves = waves
        self.newer = newer
        self.newest = newest
    }
}

/// A row of the desk's list: a single letter, or the oldest letter of a group.
package struct DeskRow: Equatable, Sendable {
    package let item: ReviewItem
    package let handle: Handle
    /// How many letters the row stands for, and which of them is the newest.
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
    /// How many letters match in total.
    package let total: Int
    package let newest: LetterID?
    /// The sets of rules in this lane with the number of letters that each holds, the largest first.
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

/// Everything that staff need to decide about a letter, without its text and without any address.
package struct DeskItem: Sendable {
    package let letter: LetterID
    package let lane: ReviewLane
    /// Nil if the letter no longer waits for staff.
    package let item: ReviewItem?
    package let site: SiteID
    package let siteName: String?
    package let handle: Handle?
    package let recipientName: String?
    /// The findings of the rules, as text.
    package let parts: [LogExplanation.Part]
    package let delivery: Delivery?
    package let report: Report?
    /// The decisions about this letter, newest first.
    package let decisions: [StaffDecision]
    /// What came from the same client on each day, the latest day first.
    package let trails: [ClientTrail]
    /// False if the vault did not give the client's tags of other days.
    package let isTrailWhole: Bool
    /// Other letters with nearly the same text. Nil if none are known; texts are compared for two days only.
    package let near: Near?
    /// The decisions about other letters of the same client, newest first.
    package let earlier: [StaffDecision]
    package let notes: [ReviewNote]
    /// Whether the client can be blocked.
    package let canBlock: Bool
    /// Whether its visitor's address can be blocked, without anybody seeing it.
    package let canBlockSender: Bool
    /// What can be shown of it by a reveal; nothing of a letter that went out and was not reported.
    package let reveals: [RevealKind]
    /// When it is dropped if nobody has decided about it; nil unless it is held.
    package let keptUntil: Timestamp?

    package struct Near: Sendable {
        /// The first of these letters, by which they are named.
        package let first: LetterID
        /// How many other letters there are.
        package let count: Int
        /// The first few of the other letters.
        package let letters: [Letter]
        /// Whether the letters are a wave, about which one decision is made.
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
        earlier: [StaffDecision] = [], notes: [ReviewNote] = [], canBlock: Bool = false, canBlockSender: Bool = false,
        reveals: [RevealKind] = [], keptUntil: Timestamp? = nil
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
        self.canBlockSender = canBlockSender
        self.reveals = reveals
        self.keptUntil = keptUntil
    }
}

/// A decision that somebody wants to make, and the letters it is about.
package struct ReviewWish: Sendable {
    package enum Target: Equatable, Sendable {
        /// One letter, in the version that the person has seen.
        case letter(LetterID, version: Int)
        /// The letters of a group that match the search, up to the newest that the person has seen.
        case group(LetterID, through: LetterID, of: DeskSearch)
        case all(DeskSearch, through: LetterID)
    }

    package let act: ReviewAct
    /// Nil for the usual reason for this decision.
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

/// What became of the letters that somebody wanted to decide about.
package struct ReviewTally: Equatable, Sendable {
    /// How many the decision covers.
    package let done: Int
    /// How many were left out because a colleague has them open, or has marked them to be left alone.
    package let skipped: Int
    /// How many were left out because they had changed meanwhile.
    package let changed: Int
    /// The colleague for whose sake all of those were left out; nil where there are several.
    package let holder: String?
    /// Who has decided about all that had changed; nil where several have, or nobody.
    package let decider: String?

    package init(done: Int = 0, skipped: Int = 0, changed: Int = 0, holder: String? = nil, decider: String? = nil) {
        self.done = done
        self.skipped = skipped
        self.changed = changed
        self.holder = holder
        self.decider = decider
    }
}

package enum ReviewAnswer: Equatable, Sendable {
    case made(StaffDecision, ReviewTally)
    /// No letter could be decided about; nothing was done.
    case late(ReviewTally)
    /// The reason does not go with this kind of decision; nothing was done.
    case unsuitable
    /// The client's tag of today is not known, so that the client cannot be blocked; nothing was done.
    case cannotBlock
}

package enum DecisionUndo: Equatable, Sendable {
    case undone(StaffDecision, count: Int)
    /// The decision has already been carried out or undone.
    case late(StaffDecision)
    case unknown
}

/// A decision as it is listed in the history.
package struct DecisionLine: Equatable, Sendable {
    package let decision: StaffDecision
    package let tally: DecisionTally
    /// The first letter that the decision is about.
    package let letter: LetterID?

    package init(decision: StaffDecision, tally: DecisionTally, letter: LetterID?) {
        self.decision = decision
        self.tally = tally
        self.letter = letter
    }
}

/// What the desk's pages need from the relay.
package protocol DeskServing: Sendable {
    /// - Parameter after: if set, letters newer than this one are counted as `newer`.
    func counts(_ lane: ReviewLane, after: LetterID?) async throws -> DeskCounts
    /// - Parameter after: the last letter of the previous page.
    func list(_ search: DeskSearch, after: LetterID?) async throws -> DeskList
    /// - Parameter lane: nil for the lane in which the letter waits.
    /// - Returns: nil if there is no such letter.
    func show(_ letter: LetterID, in lane: ReviewLane?, to staff: SignedInStaff) async throws -> DeskItem?
    /// The next letter of a search that no colleague has open.
    func next(_ search: DeskSearch, after: LetterID?, for staff: SignedInStaff) async throws -> LetterID?
    /// How many letters a decision would be about if it were made now.
    func count(_ target: ReviewWish.Target, in lane: ReviewLane) async throws -> Int
    func decide(_ wish: ReviewWish, by staff: SignedInStaff) async throws -> ReviewAnswer
    func undo(_ decision: StaffDecisionID, by staff: SignedInStaff) async throws -> DecisionUndo
    /// Marks a letter so that colleagues leave it alone, or removes the mark.
    /// - Returns: false if the letter has changed since that version.
    func setWaiting(
        _ isWaiting: Bool, _ letter: LetterID, in lane: ReviewLane, version: Int, by staff: SignedInStaff
    ) async throws -> Bool
    func take(_ letter: LetterID, in lane: ReviewLane, by staff: SignedInStaff) async throws
    /// - Returns: false if there is no such letter.
    func note(_ text: LetterText, about letter: LetterID, by staff: SignedInStaff) async throws -> Bool
    /// The decisions of a person that can still be undone, newest first.
    func undoable(by staff: SignedInStaff) async throws -> [DecisionLine]
    /// The decisions that match, newest first.
    func decisions(_ filter: DecisionFilter, before: StaffDecisionID?) async throws -> [DecisionLine]
    /// Whether keyboard shortcuts are on for a person.
    func hasKeys(_ staff: SignedInStaff) async throws -> Bool
    func setKeys(_ hasKeys: Bool, for staff: SignedInStaff) async throws
}

package enum DeskLimits {
    /// How many rows one page of the list has.
    package static let rows = 50
}
