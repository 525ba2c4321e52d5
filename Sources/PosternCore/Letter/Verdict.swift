/// What was decided about a submission, and what each rule contributed.
package struct Verdict: Equatable, Sendable {
    package enum Decision: String, Sendable, CaseIterable {
        /// Queued for delivery.
        case accept
        /// Kept for review. The visitor is told "accepted" all the same.
        case hold
        /// Not kept. The visitor is told what to do.
        case refuse
    }

    package let decision: Decision
    package let parts: [Part]

    /// Scores that add up to this hold the letter for review. No single rule scores as much.
    package static let threshold = 100

    package init(_ decision: Decision, parts: [Part] = []) {
        (self.decision, self.parts) = (decision, parts)
    }

    /// The strictest decision that the parts ask for; scores are added up.
    package init(of parts: [Part]) {
        let score = parts.reduce(0) { $0 + $1.effect.score }
        let decision: Decision =
            if parts.contains(where: { $0.effect == .refuse }) {
                .refuse
            } else if parts.contains(where: { $0.effect == .hold }) || score >= Self.threshold {
                .hold
            } else {
                .accept
            }
        self.init(decision, parts: parts)
    }

    package static let accept = Verdict(.accept)

    /// What one rule contributed.
    package struct Part: Hashable, Sendable {
        package let rule: Rule
        package let effect: Effect
        /// The number of the block, for `block`.
        package let block: Int64?

        package init(_ rule: Rule, _ effect: Effect, block: Int64? = nil) {
            self.rule = rule
            self.effect = effect
            self.block = block
        }
    }

    package enum Effect: Hashable, Sendable {
        case refuse
        case hold
        /// Counts towards `threshold`.
        case score(Int)

        var score: Int {
            if case .score(let points) = self { points } else { 0 }
        }
    }

    /// A rule. The raw value is its name in the log.
    package enum Rule: String, Sendable, CaseIterable {
        case unknownRecipient = "unknown-recipient"
        /// The recipient is paused, unconfirmed or erased: one answer for all of them, so that nobody can tell which.
        case noLetters = "no-letters"
        case invalidLetter = "invalid-letter"
        /// The idempotency key was used for another letter.
        case idempotencyConflict = "repeat-conflict"
        case limitClient = "limit-client"
        case limitRecipient = "limit-recipient"
        case limitSender = "limit-sender"
        case limitText = "limit-text"
        case limitInstallation = "limit-installation"
        /// One of the two has answered too often in one conversation today.
        case limitConversation = "limit-conversation"
        /// The conversation was closed or is over, or the recipient has not answered yet.
        case conversationEnded = "conversation-ended"
        /// The hidden field, which people do not see, was filled in.
        case trapBait = "trap-bait"
        /// The form came without a token of ours.
        case trapToken = "trap-token"
        /// The form was posted sooner than a person can type.
        case trapHaste = "trap-haste"
        /// Another site's page had its visitor post it.
        case crossSite = "cross-site"
        /// The visitor's name reads like the site's own or like that of its staff.
        case impersonation
        /// Too many recipients have letters that are nearly the same.
        case wave
        /// Staff have blocked letters like it.
        case block = "block"
    }
}

extension Verdict.Part: LosslessStringConvertible {
    /// `limit-client:refuse`, `trap-bait:60`, `block:hold:17`.
    package var description: String {
        let effect =
            switch self.effect {
            case .refuse: "refuse"
            case .hold: "hold"
            case .score(let points): String(points)
            }
        return "\(rule.rawValue):\(effect)" + (block.map { ":\($0)" } ?? "")
    }

    package init?(_ text: String) {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(fields.count), let rule = Verdict.Rule(rawValue: String(fields[0])) else { return nil }
        let effect: Verdict.Effect
        switch fields[1] {
        case "refuse": effect = .refuse
        case "hold": effect = .hold
        default:
            guard let points = Int(fields[1]) else { return nil }
            effect = .score(points)
        }
        guard fields.count == 3 else {
            self.init(rule, effect)
            return
        }
        guard let block = Int64(fields[2]) else { return nil }
        self.init(rule, effect, block: block)
    }
}
