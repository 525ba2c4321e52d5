package import PosternCore
internal import PosternLink
internal import PosternStore

/// A recipient reports a letter: the vault seals it again, with what is said of it, under a key for reports. Nobody can open it from
/// here.
extension ConversationService {
    package func report(behind link: LinkToken) async throws -> ReportView? {
        guard let opened = try await find(link, for: .report) else { return nil }
        return try await reported(opened)
    }

    package func report(_ post: ReportPost) async throws -> ReportView? {
        guard let opened = try await find(post.link, for: .report) else { return nil }
        let recipient = opened.recipient
        let seals = try await store.read { transaction in
            (
                isReported: try transaction.reports.find(about: opened.subject) != nil,
                first: try transaction.conversations.seal(of: opened.id),
                reply: opened.subject == opened.id ? nil : try transaction.conversations.seal(of: opened.subject)
            )
        }
        if !seals.isReported {
            guard let first = seals.first else { return nil }
            try presses.count(opened.id, at: now())
            var randomness = intake.randomness
            let id = ReportID(at: now(), using: &randomness)
            let sealed = try await vault.reseal(
                ResealRequest(
                    site: recipient.site, recipient: recipient.id, handle: recipient.handle, letter: opened.id, seal: first,
                    reply: seals.reply.map { ResealRequest.Reply(id: opened.subject, seal: $0) }, report: id,
                    remark: post.remark))
            let report = Report(
                id: id, letter: opened.subject, recipient: recipient.id, reason: post.reason, seal: sealed.bytes)
            try await operations.by(opened.actor).reports.add(report, of: recipient)
        }
        // The report is kept whatever becomes of this: the page says whether the visitor is muted, and has a button.
        if post.mutes { _ = try? await setMuted(true, post.link, for: .report) }
        return try await report(behind: post.link)
    }

    package func withdrawReport(_ link: LinkToken) async throws -> ReportView? {
        guard let opened = try await find(link, for: .report) else { return nil }
        try presses.count(opened.id, at: now())
        try await operations.by(opened.actor).reports.withdraw(about: opened.subject, of: opened.recipient)
        return try await reported(opened)
    }

    private func reported(_ opened: OpenedConversation) async throws -> ReportView {
        let report = try await store.read { try $0.reports.find(about: opened.subject) }
        let standing: ReportView.Standing =
            if let report {
                report.decision.map { .decided(report.reason, $0.decision, at: report.made) }
                    ?? .reported(report.reason, at: report.made)
            } else {
                .none
            }
        return ReportView(
            conversation: try await view(of: opened),
            letterAt: opened.entries.first { $0.id == opened.subject }?.accepted ?? opened.subject.moment, standing: standing,
            retention: reportRetention)
    }
}
