/// Who did something on the desk, and when.
package struct StaffMark: Equatable, Sendable {
    package let at: Timestamp
    package let by: String

    package init(at: Timestamp, by: String) {
        (self.at, self.by) = (at, by)
    }

    /// Whether somebody else is to leave to them what they have opened.
    package func claims(besides name: String, at now: Timestamp) -> Bool { by != name && now < at + ReviewTimes.claim }
}

extension StaffMark? {
    /// Whether somebody who looks at something is to be noted as the one who has it open. Half of a claim's time later they are noted
    /// again, so that a page that somebody reloads is not written each time.
    package func needsTaking(by name: String, at now: Timestamp) -> Bool {
        guard let mark = self else { return true }
        return !mark.claims(besides: name, at: now) && (mark.by != name || now.since(mark.at) > ReviewTimes.claim / 2)
    }
}

/// A letter that waits for staff, in one lane.
package struct ReviewItem: Equatable, Sendable {
    package let lane: ReviewLane
    package let letter: LetterID
    package let site: SiteID
    package let recipient: RecipientID
    /// The day of its tag.
    package let epoch: Epoch
    /// Of the client that posted it; nil where the log no longer knows.
    package let tag: Tag?
    package let verdict: Verdict.Decision
    /// The names of the rules that matched, or why its recipient reported it.
    package let rules: [String]
    /// The first letter that this one is near; itself where it is near none before it.
    package let likeness: LetterID
    /// What it is grouped by.
    package let cluster: LetterID
    /// Rises with each change that a form must not miss.
    package let version: Int
    /// Made, and not carried out yet.
    package let decision: StaffDecisionID?
    /// Who has opened it last, and when.
    package let taken: StaffMark?
    /// Who wants it left alone, since when.
    package let waits: StaffMark?

    package init(
        lane: ReviewLane, letter: LetterID, site: SiteID, recipient: RecipientID, epoch: Epoch, tag: Tag?,
        verdict: Verdict.Decision, rules: [String], likeness: LetterID? = nil, cluster: LetterID? = nil, version: Int = 1,
        decision: StaffDecisionID? = nil, taken: StaffMark? = nil,
        waits: StaffMark? = nil
    ) {
        self.lane = lane
        self.letter = letter
        self.site = site
        self.recipient = recipient
        self.epoch = epoch
        self.tag = tag
        self.verdict = verdict
        self.rules = rules
        self.likeness = likeness ?? letter
        self.cluster = cluster ?? letter
        self.version = version
        self.decision = decision
        self.taken = taken
        self.waits = waits
    }

    /// Whether somebody who saw it in `version` may still decide.
    package func isOpen(in version: Int) -> Bool { decision == nil && self.version == version }

    /// Who is to be left to it; nil when nobody else looks at it now.
    package func claim(besides name: String, at now: Timestamp) -> StaffMark? {
        taken.flatMap { $0.claims(besides: name, at: now) ? $0 : nil }
    }
}

/// What somebody looks for among the letters that wait for staff; all conditions together.
package struct ReviewFilter: Equatable, Sendable {
    package var lane: ReviewLane
    /// The first moment, included, and the first that is too late.
    package var since, until: Timestamp?
    package var verdict: Verdict.Decision?
    /// A rule that matched, or the reason of a report.
    package var rule: String?
    package var recipient: RecipientID?
    /// Of the client or one of its networks.
    package var tag: Tag?
    package var site: SiteID?
    /// Near one letter, which came first.
    package var likeness: LetterID?
    package var cluster: LetterID?

    package init(_ lane: ReviewLane = .held) { self.lane = lane }
}

/// Letters with nearly the same text, or of one client and held by the same rules or reported for the same reason. A letter joins the
/// cluster of what waits when it comes.
package struct ReviewGroup: Equatable, Sendable {
    /// The oldest.
    package let first: LetterID
    package let newest: LetterID
    package let count: Int

    package init(first: LetterID, newest: LetterID, count: Int) {
        self.first = first
        self.newest = newest
        self.count = count
    }
}

/// What a member of staff wrote beside a letter, for colleagues.
package struct ReviewNote: Equatable, Sendable {
    package let id: ReviewNoteID
    package let letter: LetterID
    package let author: String
    package let text: String

    package var made: Timestamp { id.moment }

    package init(id: ReviewNoteID, letter: LetterID, author: String, text: String) {
        self.id = id
        self.letter = letter
        self.author = author
        self.text = text
    }
}
