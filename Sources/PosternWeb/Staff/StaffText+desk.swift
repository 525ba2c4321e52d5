package import PosternCore

/// The texts of the desk for values of ours.
extension StaffText {
    package init(_ lane: ReviewLane) {
        self =
            switch lane {
            case .held: .laneHeld
            case .reported: .laneReported
            }
    }

    /// What was done.
    package init(_ act: ReviewAct) {
        self =
            switch act {
            case .release: .didRelease
            case .drop: .didDrop
            case .dropAndBlock: .didDropAndBlock
            case .uphold: .didUphold
            case .upholdAndBlock: .didUpholdAndBlock
            case .reject: .didReject
            case .releaseWave: .didReleaseWave
            case .withdrawWave: .didWithdrawWave
            }
    }

    /// What a button does.
    package init(asking act: ReviewAct) {
        self =
            switch act {
            case .release: .doRelease
            case .drop: .doDrop
            case .dropAndBlock: .doDropAndBlock
            case .uphold: .doUphold
            case .upholdAndBlock: .doUpholdAndBlock
            case .reject: .doReject
            case .releaseWave: .doReleaseWave
            case .withdrawWave: .doWithdrawWave
            }
    }

    package init(_ reason: ReviewReason) {
        self =
            switch reason {
            case .genuine: .reasonGenuine
            case .harmless: .reasonHarmless
            case .spam: .reasonSpam
            case .fraud: .reasonFraud
            case .abuse: .reasonAbuse
            case .sexual: .reasonSexual
            case .illegal: .reasonIllegal
            case .impersonation: .reasonImpersonation
            case .automated: .reasonAutomated
            case .test: .reasonTest
            case .withinRules: .reasonWithinRules
            case .mistaken: .reasonMistaken
            case .other: .reasonOther
            }
    }

    package init(_ reason: ReportReason) {
        self =
            switch reason {
            case .abuse: .complaintAbuse
            case .sexual: .complaintSexual
            case .fraud: .complaintFraud
            case .spam: .complaintSpam
            case .illegal: .complaintIllegal
            case .other: .complaintOther
            }
    }

    init(_ field: DeskQuery.Field) {
        self =
            switch field {
            case .lane: .fieldLane
            case .site: .fieldSite
            case .recipient: .fieldRecipient
            case .rule: .fieldRule
            case .tag: .fieldTag
            case .verdict: .fieldVerdict
            case .since: .fieldSince
            case .until: .fieldUntil
            case .like: .fieldLike
            case .after: .fieldAfter
            case .each: .fieldEach
            case .again: .fieldAgain
            }
    }
}
