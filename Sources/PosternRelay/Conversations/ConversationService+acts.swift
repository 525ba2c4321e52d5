package import PosternCore
internal import PosternLink
internal import PosternStore

/// What else a link does. Each act may be repeated, is undone by its opposite, and leaves a trace when it changed
/// something.
extension ConversationService {
    package func withdraw(_ number: Int, _ link: LinkToken, for purpose: LinkPurpose) async throws -> Bool? {
        guard purpose.isPage, let opened = try await find(link, for: purpose) else { return nil }
        guard opened.isWithdrawable(number, at: now(), within: withdrawal) else {
            return opened.entries.indices.contains(number) && opened.entries[number].author == opened.viewer
                && opened.entries[number].isWithdrawn
        }
        return try await conversations(for: opened).withdraw(opened.entries[number].id)
    }

    package func setClosed(_ isClosed: Bool, _ link: LinkToken, for purpose: LinkPurpose) async throws -> ConversationView? {
        guard purpose.isPage, let opened = try await find(link, for: purpose) else { return nil }
        try presses.count(opened.id, at: now())
        try await conversations(for: opened).setClosed(isClosed, opened.id, by: opened.viewer)
        return try await open(link, for: purpose)
    }

    package func setMuted(_ isMuted: Bool, _ link: LinkToken, for purpose: LinkPurpose) async throws -> ConversationView? {
        guard [.mute, .reply, .report].contains(purpose), let opened = try await find(link, for: purpose) else { return nil }
        try presses.count(opened.id, at: now())
        // Without its first letter there is no telling whose conversation it is.
        guard let seal = try await store.read({ try $0.conversations.seal(of: opened.id) }) else { return nil }
        let name = try await vault.nameVisitor(MuteRequest(opened, seal: seal))
        guard try await conversations(for: opened).setMuted(isMuted, name.bytes, by: opened.recipient, from: opened.id) else {
            throw MutesFull()
        }
        return try await open(link, for: purpose)
    }

    package func setConnectionMuted(_ isMuted: Bool, _ link: LinkToken) async throws -> ConversationView? {
        guard let opened = try await find(link, for: .mute) else { return nil }
        try presses.count(opened.id, at: now())
        let conversations = conversations(for: opened)
        guard try await conversations.setConnectionMuted(isMuted, by: opened.recipient, from: opened.id) else {
            throw MutesFull()
        }
        return try await open(link, for: .mute)
    }

    /// Whether the visitor was muted by a link of another conversation, or at the recipient's own page. The store does not know whose
    /// conversations are one visitor's, so the vault must name them; while it is away, the page shows what the store knows.
    func isMutedElsewhere(_ opened: OpenedConversation) async throws -> Bool {
        guard opened.viewer == .recipient else { return false }
        let (names, seal) = try await store.read { transaction in
            (try transaction.mutes.names(of: opened.recipient.id), try transaction.conversations.seal(of: opened.id))
        }
        guard !names.isEmpty, let seal, let name = try? await vault.nameVisitor(MuteRequest(opened, seal: seal)) else {
            return false
        }
        return names.contains(name.bytes)
    }

    package func setPaused(_ isPaused: Bool, _ link: LinkToken) async throws -> ConversationView? {
        guard let opened = try await find(link, for: .pause) else { return nil }
        try presses.count(opened.id, at: now())
        let recipients = operations.by(opened.actor).recipients
        try await recipients.setPaused(isPaused, opened.recipient, from: opened.id)
        return try await open(link, for: .pause)
    }

    private func conversations(for opened: OpenedConversation) -> ConversationOperations {
        operations.by(opened.actor).conversations
    }
}

/// The recipient has muted as many visitors as one can; nothing was changed.
package struct MutesFull: Error, Equatable, Sendable {
    package init() {}
}

extension MuteRequest {
    fileprivate init(_ opened: OpenedConversation, seal: [UInt8]) {
        let recipient = opened.recipient
        self.init(site: recipient.site, recipient: recipient.id, handle: recipient.handle, letter: opened.id, seal: seal)
    }
}

extension LinkPurpose {
    /// Whether it leads to the page of one of the two, where they write.
    var isPage: Bool { self == .reply || self == .letter }
}
