/// What became of a submission, with the rules that led to it.
package struct Verdict: Equatable, Sendable {
    package enum Decision: String, Sendable, CaseIterable {
        /// Queued for delivery.
        case accept
        /// Kept for review; the visitor is told "accepted" alike.
        case hold
        /// Not kept. The visitor is told what to do.
        case refuse
    }

    package let decision: Decision
    package let rules: [Rule]

    package init(_ decision: Decision, rules: [Rule] = []) {
        (self.decision, self.rules) = (decision, rules)
    }

    package static let accept = Verdict(.accept)

    /// A rule that spoke, under the name the log shows.
    package enum Rule: String, Sendable, CaseIterable {
        /// The recipient is paused, unconfirmed or erased: one answer for all of them (P7).
        case noLetters = "no-letters"
    }
}
