internal import PosternCore
internal import PosternStore

// What each of the two may see. A pure function of what the store says, so that a muted visitor's page can be held against
// everybody else's.

extension OpenedConversation {
    /// - Parameters:
    ///   - withdrawal: how long a reply can be taken back.
    ///   - isGone: the recipient has been erased since it was opened.
    func view(at now: Timestamp, retention: Duration, withdrawal: Duration, isGone: Bool = false) -> ConversationView {
        let shown = entries.enumerated().compactMap { number, entry in
            state(of: entry, number, at: now, withdrawal).map {
                ConversationView.Entry(number: number, author: entry.author, at: entry.accepted, state: $0)
            }
        }
        return ConversationView(
            site: site, handle: recipient.handle, recipientName: recipient.name, viewer: viewer, summary: summary,
            visitorName: VisitorName.shown(summary.visitorName, without: nil), entries: shown,
            standing: isGone ? .takesNoLetters : standing(of: shown),
            endsAt: end(after: retention), isMuted: isMuted, isPaused: viewer == .recipient && recipient.state == .paused,
            connection: connection, language: viewer == .recipient ? recipient.language : nil)
    }

    /// Who ended the conversation comes first: of a closed one a visitor does not hear whether the recipient takes letters.
    private func standing(of shown: [ConversationView.Entry]) -> ConversationView.Standing {
        if let party = row.closedBy { return .closed(by: party) }
        // A recipient who has paused letters may still answer those that came.
        guard viewer == .visitor else { return .open }
        guard recipient.takesLetters else { return .takesNoLetters }
        return shown.contains { $0.author == .recipient } ? .open : .unanswered
    }

    /// - Returns: nil for what the viewer does not see.
    private func state(
        of entry: ConversationEntry, _ number: Int, at now: Timestamp, _ withdrawal: Duration
    ) -> ConversationView.Entry.State? {
        guard entry.author == viewer else { return others(entry, number) }
        if isWithdrawable(number, at: now, within: withdrawal) { return .withdrawable(until: entry.accepted + withdrawal) }
        if entry.isWithdrawn { return .withdrawn }
        if entry.awaitsProof { return .awaitsProof }
        // Nobody is to learn that they are muted.
        return entry.isMuted ? .delivered : entry.state.word
    }

    /// What has not set out is nobody's business: it may be taken back, or never be let go.
    private func others(_ entry: ConversationEntry, _ number: Int) -> ConversationView.Entry.State? {
        // Not wanted, whatever it waits for.
        if entry.waitsMuted { return nil }
        // Anyone who has the link has the letter that began it.
        if number == 0 { return entry.isMuted ? nil : entry.state.word }
        switch entry.state {
        case .held, .dropped: return nil
        case .ready, .leased: return entry.attempts > 0 ? entry.state.word : nil
        case .delivered, .failed, .expired: return entry.state.word
        }
    }

    /// Held or not, the time to take it back is the same: otherwise its author could tell that it is held.
    func isWithdrawable(_ number: Int, at now: Timestamp, within withdrawal: Duration) -> Bool {
        guard number > 0, entries.indices.contains(number), entries[number].author == viewer else { return false }
        let entry = entries[number]
        return (entry.state == .ready || entry.state == .held) && entry.attempts == 0
            && now < entry.accepted + withdrawal
    }
}

extension DeliveryState {
    /// One of three words, and never a diagnosis.
    fileprivate var word: ConversationView.Entry.State {
        switch self {
        case .ready, .leased, .held: .onItsWay
        case .delivered: .delivered
        case .failed, .expired, .dropped: .notDelivered
        }
    }
}
