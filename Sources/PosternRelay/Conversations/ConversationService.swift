package import PosternCore
internal import PosternSealing
package import PosternStore

/// Serves the pages behind the links of mails: shows a conversation, takes replies, and carries out what a link is for.
package struct ConversationService: ConversationTaker {
    let store: any Database
    let vault: VaultLink
    /// Replies go through the same blocks and limits as letters, and into the same log.
    let intake: IntakeService
    let operations: Operations
    /// How long letters are kept.
    let retention: Duration
    /// How long a reply can be taken back: it waits as long before it goes out.
    let withdrawal: Duration
    let now: @Sendable () -> Timestamp

    /// What one of the two may write in one conversation within a day.
    package static let mostADay = 30

    package init(
        store: any Database, vault: VaultLink, intake: IntakeService, operations: Operations, retention: Duration,
        withdrawal: Duration,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.vault = vault
        self.intake = intake
        self.operations = operations
        self.retention = retention
        self.withdrawal = withdrawal
        self.now = now
    }

    package func open(_ link: LinkToken, for purpose: LinkPurpose) async throws -> ConversationView? {
        try await find(link, for: purpose).map(view)
    }

    /// - Returns: nil for a link that leads nowhere, or not any more.
    func find(_ link: LinkToken, for purpose: LinkPurpose) async throws -> OpenedConversation? {
        let found = try await store.read { try $0.open(link, for: purpose) }
        guard let found, now() < found.end(after: retention) else { return nil }
        return found
    }

    func view(of opened: OpenedConversation) -> ConversationView {
        opened.view(at: now(), retention: retention, withdrawal: withdrawal)
    }
}
