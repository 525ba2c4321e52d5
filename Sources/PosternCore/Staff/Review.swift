/// Where a letter waits for staff.
package enum ReviewLane: String, Sendable, CaseIterable {
    /// Rules have held it: nobody has it yet.
    case held
    /// Its recipient has reported it.
    case reported
}

/// What staff decide about a letter that waits for them.
package enum ReviewAct: String, Sendable, CaseIterable {
    /// It goes out.
    case release
    case drop
    /// Drops it, and keeps its client out for the rest of the day.
    case dropAndBlock = "drop-and-block"
    /// The report is right.
    case uphold
    case upholdAndBlock = "uphold-and-block"
    /// The letter breaks no rule.
    case reject

    package var lane: ReviewLane {
        switch self {
        case .release, .drop, .dropAndBlock: .held
        case .uphold, .upholdAndBlock, .reject: .reported
        }
    }

    package var isBlocking: Bool { self == .dropAndBlock || self == .upholdAndBlock }

    /// The same without the block.
    package var withoutBlock: ReviewAct {
        switch self {
        case .dropAndBlock: .drop
        case .upholdAndBlock: .uphold
        case .release, .drop, .uphold, .reject: self
        }
    }

    /// What the reporter is told; nil for a decision about a held letter.
    package var reportDecision: ReportDecision? {
        switch self {
        case .uphold, .upholdAndBlock: .upheld
        case .reject: .rejected
        case .release, .drop, .dropAndBlock: nil
        }
    }
}

/// Why staff decide as they do: a code to count, beside which a sentence can stand. Each lane has a list of its own.
package enum ReviewReason: String, Sendable, CaseIterable {
    case genuine
    /// Unusual, and welcome all the same.
    case harmless
    case spam
    case fraud
    case abuse
    case sexual
    case illegal
    case impersonation
    /// Sent by a program.
    case automated
    case test
    case withinRules = "within-rules"
    /// Reported by mistake.
    case mistaken
    case other

    package func suits(_ act: ReviewAct) -> Bool {
        switch self {
        case .genuine, .harmless: act == .release
        case .test: act.lane == .held
        case .automated: act.withoutBlock == .drop
        case .spam, .fraud, .abuse, .sexual, .illegal, .impersonation: [.drop, .uphold].contains(act.withoutBlock)
        case .withinRules, .mistaken: act == .reject
        case .other: true
        }
    }

    /// What can be chosen in a lane, in the order of the list.
    package static func all(in lane: ReviewLane) -> [ReviewReason] {
        allCases.filter { reason in ReviewAct.allCases.contains { $0.lane == lane && reason.suits($0) } }
    }

    /// What a decision is for when nothing was chosen: one key is to be enough for a plain case.
    /// - Parameter reported: what the recipient says is wrong with the letter.
    package static func usual(for act: ReviewAct, reported: ReportReason? = nil) -> ReviewReason {
        switch act {
        case .release: .genuine
        case .drop, .dropAndBlock: .spam
        case .uphold, .upholdAndBlock: reported.map(ReviewReason.init) ?? .other
        case .reject: .withinRules
        }
    }

    private init(_ reason: ReportReason) {
        self =
            switch reason {
            case .abuse: .abuse
            case .sexual: .sexual
            case .fraud: .fraud
            case .spam: .spam
            case .illegal: .illegal
            case .other: .other
            }
    }
}

package enum StaffDecisionKind {}
/// Identifies one decision, about one letter or about many.
package typealias StaffDecisionID = Identifier<StaffDecisionKind>

package enum ReviewNoteKind {}
package typealias ReviewNoteID = Identifier<ReviewNoteKind>

package enum ReviewTimes {
    /// How long a decision can be undone. Nothing is done before, so that nothing has to be repaired.
    package static let undo = Duration.seconds(60)
    /// How long others are told who looks at a letter.
    package static let claim = Duration.minutes(5)
}

package enum ReviewLimit {
    /// Of the sentence beside a reason, and of a note, in code points.
    package static let sentence = 300
    package static let note = 1_000
    /// More than this asks for the number to be typed.
    package static let unasked = 20
}
