/// Where a letter waits for staff.
package enum ReviewLane: String, Sendable, CaseIterable {
    /// Rules have held it: nobody has it yet.
    case held
    /// Its recipient has reported it.
    case reported
}

/// What staff decide about a letter that waits for them, or about a wave of letters.
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
    /// What waits of a wave goes out, and what comes of it later.
    case releaseWave = "release-wave"
    /// What has not gone out of a wave is dropped.
    case withdrawWave = "withdraw-wave"

    package var lane: ReviewLane {
        switch self {
        case .release, .drop, .dropAndBlock, .releaseWave, .withdrawWave: .held
        case .uphold, .upholdAndBlock, .reject: .reported
        }
    }

    package var isBlocking: Bool { self == .dropAndBlock || self == .upholdAndBlock }

    package var isAboutWave: Bool { self == .releaseWave || self == .withdrawWave }

    /// The same about one letter, without a block.
    package var plain: ReviewAct {
        switch self {
        case .releaseWave: .release
        case .dropAndBlock, .withdrawWave: .drop
        case .upholdAndBlock: .uphold
        case .release, .drop, .uphold, .reject: self
        }
    }

    /// What can be decided about a letter of a lane, in the order of the buttons.
    package static func all(in lane: ReviewLane) -> [ReviewAct] { allCases.filter { $0.lane == lane && !$0.isAboutWave } }
    /// What can be decided about a wave.
    package static let aboutWave: [ReviewAct] = [.releaseWave, .withdrawWave]

    /// What the reporter is told; nil for a decision about a held letter.
    package var reportDecision: ReportDecision? {
        switch self {
        case .uphold, .upholdAndBlock: .upheld
        case .reject: .rejected
        case .release, .drop, .dropAndBlock, .releaseWave, .withdrawWave: nil
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
        case .genuine, .harmless: act.plain == .release
        case .test: act.lane == .held
        case .automated: act.plain == .drop
        case .spam, .fraud, .abuse, .sexual, .illegal, .impersonation: [.drop, .uphold].contains(act.plain)
        case .withinRules, .mistaken: act == .reject
        case .other: true
        }
    }

    /// What can be chosen in a lane, in the order of the list.
    package static func all(in lane: ReviewLane) -> [ReviewReason] {
        all(about: ReviewAct.all(in: lane))
    }

    /// What can be chosen for one of these decisions.
    package static func all(about acts: [ReviewAct]) -> [ReviewReason] {
        allCases.filter { reason in acts.contains { reason.suits($0) } }
    }

    /// What a decision is for when nothing was chosen: one key is to be enough for a plain case.
    /// - Parameter reported: what the recipient says is wrong with the letter.
    package static func usual(for act: ReviewAct, reported: ReportReason? = nil) -> ReviewReason {
        switch act {
        case .release, .releaseWave: .genuine
        case .drop, .dropAndBlock, .withdrawWave: .spam
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
