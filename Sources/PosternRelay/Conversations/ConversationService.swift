package import PosternCore
internal import PosternSealing
package import PosternStore

/// Serves the pages that links in mails lead to: shows a conversation, takes replies, and carries out what a link is for.
package struct ConversationService: ConversationServing {
    let store: any Database
    let vault: VaultLink
    /// Replies go through the same blocks and limits as letters, and into the same log.
    let intake: IntakeService
    let operations: Operations
    /// How long letters are kept.
    let retention: Duration
    /// How long a report is kept.
    let reportRetention: Duration
    /// How long a reply can be taken back, and so how long it waits before it goes out.
    let withdrawal: Duration
    let presses = PressLimiter()
    let now: @Sendable () -> Timestamp

    /// What one of the two may write in one conversation within a day.
    package static let mostADay = 30

    package init(
        store: any Database, vault: VaultLink, intake: IntakeService, operations: Operations, retention: Duration,
        reportRetention: Duration = .days(90), withdrawal: Duration,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.vault = vault
        self.intake = intake
        self.operations = operations
        self.retention = retention
        self.reportRetention = reportRetention
        self.withdrawal = withdrawal
        self.now = now
    }

    package func open(_ link: LinkToken, for purpose: LinkPurpose) async throws -> ConversationView? {
        guard let opened = try await find(link, for: purpose) else { return nil }
        return try await view(of: opened)
    }

    /// - Returns: nil for a link that leads nowhere, or no longer leads anywhere.
    func find(_ link: LinkToken, for purpose: LinkPurpose) async throws -> OpenedConversation? {
        let now = now()
        let found = try await store.read { try $0.open(link, for: purpose, at: now) }
        guard let found, now < found.end(after: retention) else { return nil }
        return found
    }

    func view(of opened: OpenedConversation) async throws -> ConversationView {
        var opened = opened
        if !opened.isMuted { opened.isMuted = try await isMutedElsewhere(opened) }
        return opened.view(at: now(), retention: retention, withdrawal: withdrawal)
    }
}
