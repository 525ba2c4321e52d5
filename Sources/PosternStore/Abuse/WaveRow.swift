package import PosternCore

/// Letters that are nearly the same, of which more recipients have one than may without a person's look. Named by the first of them.
package struct WaveRow: Equatable, Sendable {
    package enum Decision: String, Sendable, CaseIterable, StoredAs {
        /// Its letters go out, and those that come pass.
        case released
        /// What had not gone out was dropped.
        case withdrawn
    }

    /// What was decided about it.
    package struct Verdict: Equatable, Sendable {
        package let decision: Decision
        package let at: Timestamp
        /// The name of a member of staff; nil for an operator.
        package let by: String?
        /// Whether those whom it has reached are told by mail.
        package let tells: Bool
        /// Until then it can be undone.
        package let final: Timestamp

        package init(_ decision: Decision, at: Timestamp, by: String?, tells: Bool = false, final: Timestamp) {
            (self.decision, self.at, self.by, self.tells, self.final) = (decision, at, by, tells, final)
        }
    }

    package let id: LetterID
    /// When the first letter of it was held.
    package let beganAt: Timestamp
    /// Nil while it waits for staff.
    package let verdict: Verdict?
    /// When it was carried out.
    package let appliedAt: Timestamp?
    /// Rises with each change that a form must not miss. Letters that come are none: their number is asked for.
    package let version: Int
    /// Who has opened it last, and when.
    package let taken: StaffMark?

    /// Its letters go out: staff have said so, and the minute in which that can be undone is over.
    package var isReleased: Bool { appliedAt != nil && verdict?.decision == .released }

    init(_ row: SQLRow) throws {
        id = try row["id"]
        beganAt = try row["began_at"]
        appliedAt = try row.optional("applied_at")
        version = try row["version"]
        taken = try StaffMark(row, "taken_at", "taken_by")
        let decision: Decision? = try row.optional("decision")
        verdict = try decision.map {
            Verdict(
                $0, at: try row["decided_at"], by: try row.optional("decided_by"), tells: try row["tells"] as Int64 != 0,
                final: try row["final_at"])
        }
    }
}
