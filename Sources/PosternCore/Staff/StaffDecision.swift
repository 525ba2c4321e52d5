/// What has become of a decision.
package enum DecisionStanding: Equatable, Sendable {
    /// It can be undone until then.
    case pending(until: Timestamp)
    /// It can no longer be undone, and is not carried out yet.
    case due
    case applied(at: Timestamp)
    case undone(StaffMark)

    /// - Parameter final: when it can no longer be undone.
    package init(final: Timestamp, applied: Timestamp?, undone: StaffMark?, now: Timestamp) {
        self =
            if let undone {
                .undone(undone)
            } else if let applied {
                .applied(at: applied)
            } else if now < final {
                .pending(until: final)
            } else {
                .due
            }
    }

    package var isUndoable: Bool { if case .pending = self { true } else { false } }
}

/// What a member of staff has decided, about one letter or about many: the record by which it is undone, carried out and looked up.
package struct StaffDecision: Equatable, Sendable {
    package let id: StaffDecisionID
    package let act: ReviewAct
    /// Who, by name.
    package let staff: String
    package let reason: ReviewReason
    /// For people to read beside the reason; nil for none.
    package let sentence: String?
    /// The block that was added with it.
    package let block: Int64?
    /// The wave that it is about; nil for one about letters.
    package let wave: LetterID?
    /// When it can no longer be undone.
    package let final: Timestamp
    package let applied: Timestamp?
    package let undone: StaffMark?

    package var made: Timestamp { id.moment }

    package init(
        id: StaffDecisionID, act: ReviewAct, staff: String, reason: ReviewReason, sentence: String? = nil, block: Int64? = nil,
        wave: LetterID? = nil, final: Timestamp, applied: Timestamp? = nil, undone: StaffMark? = nil
    ) {
        self.id = id
        self.act = act
        self.staff = staff
        self.reason = reason
        self.sentence = sentence
        self.block = block
        self.wave = wave
        self.final = final
        self.applied = applied
        self.undone = undone
    }

    package func standing(at now: Timestamp) -> DecisionStanding {
        DecisionStanding(final: final, applied: applied, undone: undone, now: now)
    }
}

/// How many letters a decision was about, and for how many of them it came too late.
package struct DecisionTally: Equatable, Sendable {
    package let total, passed: Int

    package init(total: Int, passed: Int) {
        (self.total, self.passed) = (total, passed)
    }
}

/// Which decisions somebody looks for; all conditions together.
package struct DecisionFilter: Equatable, Sendable {
    package var staff: String?
    package var reason: ReviewReason?
    package var since, until: Timestamp?

    package init(staff: String? = nil, reason: ReviewReason? = nil, since: Timestamp? = nil, until: Timestamp? = nil) {
        (self.staff, self.reason, self.since, self.until) = (staff, reason, since, until)
    }
}
