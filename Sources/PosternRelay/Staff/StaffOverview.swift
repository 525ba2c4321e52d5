package import PosternCore

/// What staff see first: the same that commands print, to look at and not to change.
package struct StaffOverview: Equatable, Sendable {
    /// A state that is missing counts as none.
    package var deliveries: [DeliveryState: Int]
    /// When the oldest delivery that still waits or is held was accepted.
    package var oldestWaiting: Timestamp?
    /// Submissions of the last 24 hours by decision.
    package var decisions: [Verdict.Decision: Int]
    /// The newest submissions, newest first.
    package var latest: [LogLine]
    /// Short names of what does not work, as `/ready` has them; empty when all is well.
    package var faults: [String]
    /// When rows were purged last.
    package var lastPurge: Timestamp?

    package init(
        deliveries: [DeliveryState: Int] = [:], oldestWaiting: Timestamp? = nil, decisions: [Verdict.Decision: Int] = [:],
        latest: [LogLine] = [], faults: [String] = [], lastPurge: Timestamp? = nil
    ) {
        (self.deliveries, self.oldestWaiting, self.decisions) = (deliveries, oldestWaiting, decisions)
        (self.latest, self.faults, self.lastPurge) = (latest, faults, lastPurge)
    }
}

/// A line of the log as staff see it. Tags instead of client addresses; nothing sealed, nothing of the letter's text.
package struct LogLine: Equatable, Sendable {
    package let id: LetterID
    package let at: Timestamp
    /// As they were asked for; empty where they were no names at all.
    package let site: String
    package let handle: String
    package let decision: Verdict.Decision
    /// The rules that spoke, by the names the log shows.
    package let rules: [String]
    /// The client's tag, and those of its wider prefixes, narrowest first.
    package let tags: [String]
    package let letterBytes: Int
    /// How many more refusals like this one came from the same client within the minute.
    package let repeats: Int

    package init(
        id: LetterID, at: Timestamp, site: String, handle: String, decision: Verdict.Decision, rules: [String], tags: [String],
        letterBytes: Int, repeats: Int
    ) {
        (self.id, self.at, self.site, self.handle, self.decision) = (id, at, site, handle, decision)
        (self.rules, self.tags, self.letterBytes, self.repeats) = (rules, tags, letterBytes, repeats)
    }
}

/// Where the staff's pages ask.
package protocol StaffOverviewSource: Sendable {
    func overview() async throws -> StaffOverview
}
