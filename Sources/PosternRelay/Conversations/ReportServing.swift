package import PosternCore
private import PosternLink

/// What the page `/report/{link}` shows and does: a recipient complains about one letter. Each call answers nil for a link that was
/// never made or is over.
package protocol ReportServing: Sendable {
    func report(behind link: LinkToken) async throws -> ReportView?

    /// Keeps a report, with the letter sealed for those who look at reports. A second one changes nothing.
    /// - Throws: when the store or the vault does not answer: then nothing was kept.
    func report(_ post: ReportPost) async throws -> ReportView?

    /// Deletes the report and what was sealed for it, unless it has been decided.
    func withdrawReport(_ link: LinkToken) async throws -> ReportView?
}

/// A letter that can be reported, or has been.
package struct ReportView: Equatable, Sendable {
    package enum Standing: Equatable, Sendable {
        case none
        case reported(ReportReason, at: Timestamp)
        case decided(ReportReason, ReportDecision, at: Timestamp)
    }

    /// As its recipient sees it, who has the link.
    package let conversation: ConversationView
    /// When the letter came that the link is about: the first, or a later one.
    package let letterAt: Timestamp
    package let standing: Standing
    /// How long a report and its letter are kept.
    package let retention: Duration

    package init(conversation: ConversationView, letterAt: Timestamp, standing: Standing, retention: Duration) {
        self.conversation = conversation
        self.letterAt = letterAt
        self.standing = standing
        self.retention = retention
    }
}

/// A report as it was typed.
package struct ReportPost: Sendable {
    package let link: LinkToken
    package let reason: ReportReason
    /// Nil when nothing was written.
    package let remark: LetterText?
    /// The recipient wants to hear no more from that visitor either.
    package let mutes: Bool

    /// In code points.
    package static let longestRemark = ResealRequest.longestRemark

    package init(link: LinkToken, reason: ReportReason, remark: LetterText?, mutes: Bool) {
        self.link = link
        self.reason = reason
        self.remark = remark
        self.mutes = mutes
    }
}
