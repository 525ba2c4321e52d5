internal import PosternCore
internal import PosternSealing
internal import PosternStore

/// What a link has opened: a conversation, and which of the two holds the link.
struct OpenedConversation: Sendable {
    let row: ConversationRow
    let viewer: Party
    /// Of the summary. The link unmasked it; the next links are masked from it.
    let key: SummaryKey
    let summary: LetterSummary
    let site: Site
    let recipient: Recipient
    /// All of them, oldest first. The first is the letter that began it.
    let entries: [ConversationEntry]
    /// Whether the visitor was muted; from here, as far as the store knows.
    var isMuted: Bool
    let connection: ConversationView.Connection
    /// What the link is about: the letter that it reports, or the conversation.
    let subject: LetterID

    var id: LetterID { row.id }

    /// For the trace of operations.
    var actor: Actor { viewer == .recipient ? .recipient(recipient.id) : .visitor(id) }

    /// When the key of its first letter is destroyed, and with it the visitor's address.
    func end(after retention: Duration) -> Timestamp { Epoch(containing: id.moment).end + retention }

    /// More than the limits let two people write within the default time that letters are kept.
    fileprivate static let mostEntries = 2_000
}

extension LinkPurpose {
    /// The party who gets a link of this purpose by mail; nil for one that leads to no conversation.
    var viewer: Party? {
        switch self {
        case .reply, .mute, .report, .pause: .recipient
        case .letter, .prove: .visitor
        case .manage: nil
        }
    }
}

extension Transaction {
    /// - Returns: nil for a link that was never made, has another purpose, or whose recipient is gone.
    func open(_ link: LinkToken, for purpose: LinkPurpose, at now: Timestamp) throws -> OpenedConversation? {
        if let opened = try find(link, for: purpose, at: now) { return opened }
        // Of a conversation that began under the program before, whose links are written otherwise.
        return try link.former.flatMap { try find($0, for: purpose, at: now) }
    }

    private func find(_ link: LinkToken, for purpose: LinkPurpose, at now: Timestamp) throws -> OpenedConversation? {
        guard let viewer = purpose.viewer,
            let found = try links.find(madeAt: link.madeAt, digest: link.digest, purpose: purpose),
            let row = try conversations.find(
                purpose == .report ? try conversations.conversation(of: found.conversation) : found.conversation),
            let recipient = try recipients.find(row.recipient)?.asOf(now),
            recipient.record != nil, let site = try sites.find(recipient.site)
        else { return nil }
        // The link that reports a letter names it, and not the conversation.
        let key = link.masking(SummaryKey(bytes: found.summaryKey))
        guard let summary = key.open(row.summary, of: row.id) else { return nil }
        return OpenedConversation(
            row: row, viewer: viewer, key: key, summary: summary, site: site, recipient: recipient,
            entries: try conversations.entries(of: row.id, limit: OpenedConversation.mostEntries),
            isMuted: viewer == .recipient ? try mutes.isMuted(from: row.id, of: recipient.id) : false,
            connection: viewer == .recipient
                ? .init(try muteTags.standing(from: row.id, of: recipient.id, at: now)) : .unknown, subject: found.conversation)
    }
}

extension ConversationView.Connection {
    fileprivate init(_ standing: MuteTags.Standing) {
        switch standing {
        case .none: self = .unknown
        case .possible(let end): self = .canBeMuted(until: end)
        case .muted(let end): self = .muted(until: end)
        }
    }
}
