package import PosternCore
internal import PosternSealing
internal import PosternStore

/// What a member sees of what is held about them.
extension MemberService {
    package func page(_ session: SessionSecret) async throws -> MemberPage? {
        guard let opened = try await open(session) else { return nil }
        let now = operations.now()
        return try await store.read { try $0.page(of: opened, at: now) }
    }

    /// A page of the ledger.
    static let ledgerLength = 50

    package func ledger(_ session: SessionSecret, before: LetterID?) async throws -> [LedgerEntry]? {
        guard let opened = try await open(session) else { return nil }
        let now = operations.now()
        return try await store.read { transaction in
            try transaction.memberLedger.latest(of: opened.recipient.id, before: before, limit: Self.ledgerLength)
                .map { LedgerEntry($0, keys: opened.content.ledgerKeys, at: now) }
        }
    }

    package func isSession(_ session: SessionSecret, of link: MailedToken) async throws -> Bool {
        try await open(session)?.content.token == link
    }

    package func link(of session: SessionSecret) async throws -> MailedToken? { try await open(session)?.content.token }

    /// More than the limits let anybody get within the time that outcomes are kept for by default.
    private static let mostEntries = 20_000
    private static let mostActs = 1_000

    package func export(_ session: SessionSecret) async throws -> MemberExport? {
        guard let opened = try await open(session) else { return nil }
        let (now, id) = (operations.now(), opened.recipient.id)
        return try await store.read { transaction in
            guard let times = try transaction.recipients.times(of: id) else { return nil }
            let rows = try transaction.memberLedger.latest(of: id, limit: Self.mostEntries)
            let unnamed = Set(rows.filter(\.isMutedByConnection).map(\.id))
            return MemberExport(
                at: now, page: try transaction.page(of: opened, at: now), made: times.made, changed: times.changed,
                ledger: rows.map { LedgerEntry($0, keys: opened.content.ledgerKeys, at: now) },
                mails: try transaction.memberLedger.mails(of: id, limit: Self.mostEntries).map(MemberExport.Mail.init),
                conversations: try transaction.memberLedger.conversations(of: id, limit: Self.mostEntries)
                    .filter { !unnamed.contains($0.sealed.id) }
                    .map { MemberExport.Conversation($0, keys: opened.content.ledgerKeys) },
                sessions: try transaction.memberSessions.list(of: id),
                reports: try transaction.reports.list(of: id).map { report in
                    MemberExport.Report(at: report.made, reason: report.reason, decision: report.decision?.decision)
                },
                acts: try transaction.operationTrace.about(opened.recipient.subject, limit: Self.mostActs).map { record in
                    MemberExport.Act(at: record.at, verb: record.verb.rawValue, isOwn: record.actor == .recipient(id))
                })
        }
    }
}

extension Transaction {
    fileprivate func page(of opened: OpenedSession, at now: Timestamp) throws -> MemberPage {
        let id = opened.recipient.id
        return MemberPage(
            site: opened.site, recipient: opened.recipient, aliases: try aliases.list(of: id).map(\.alias),
            mutes: try mutes.list(of: id).compactMap { mute in
                guard let visitor = MutedVisitorID(bytes: mute.visitor) else { return nil }
                let summary = try memberLedger.summary(of: mute.conversation)?.opened(with: opened.content.ledgerKeys)
                return MemberPage.Mute(
                    visitor: visitor, at: mute.at, conversation: mute.conversation, summary: summary,
                    visitorName: summary.flatMap { VisitorName.shown($0.visitorName, without: nil) })
            },
            mutedConnections: try muteTags.list(of: id, at: now).map { line in
                let summary = try memberLedger.summary(of: line.conversation)?.opened(with: opened.content.ledgerKeys)
                return MemberPage.MutedConnection(
                    conversation: line.conversation, at: line.at, end: line.end,
                    visitorName: summary.flatMap { VisitorName.shown($0.visitorName, without: nil) })
            },
            change: try addressChanges.find(of: id, at: now)?.view(of: opened.recipient, at: opened.site),
            waiting: try dailyLetters.waiting(for: id, at: now), ends: opened.row.ends)
    }
}

extension LedgerEntry {
    init(_ row: LedgerRow, keys: [LedgerKey], at now: Timestamp) {
        let summary = row.conversation?.opened(with: keys)
        self.init(
            id: row.id, isReply: row.kind == .reply, at: row.accepted, summary: summary,
            visitorName: summary.flatMap { VisitorName.shown($0.visitorName, without: nil) }, verdict: row.verdict,
            standing: Standing(row, at: now), isReported: row.isReported,
            seenByStaff: row.seenByStaff)
    }
}

extension MemberExport.Mail {
    fileprivate init(_ row: MemberMailRow) {
        let state: State =
            switch row.state {
            // An author does not learn here either that staff look at an answer.
            case .ready, .leased, .held: .onItsWay
            case .delivered: .delivered
            case .dropped where row.isWithdrawn: .withdrawn
            case .failed, .expired, .dropped: .notDelivered
            }
        self.init(at: row.accepted, kind: row.kind, state: state, conversation: row.conversation)
    }
}

extension MemberExport.Conversation {
    fileprivate init(_ row: MemberConversationRow, keys: [LedgerKey]) {
        let summary = row.sealed.opened(with: keys)
        self.init(
            id: row.sealed.id, summary: summary,
            visitorName: summary.flatMap { VisitorName.shown($0.visitorName, without: nil) }, closed: row.closed,
            closedBy: row.closedBy)
    }
}

extension LedgerEntry.Standing {
    /// Three words, as on the pages of a conversation, and what a recipient may know besides: why it has not come.
    init(_ row: LedgerRow, at now: Timestamp) {
        let muted = row.isMutedByConnection ? Self.mutedByConnection : .muted
        switch row.state {
        case .held where row.isMuted, .ready where row.isMuted, .expired where row.isMuted: self = muted
        case .held where row.isAwaitingProof: self = .awaitsProof
        case .held: self = row.verdict == .hold && row.attempts == 0 ? .held : .onItsWay
        // A reply waits for a minute, and that is no day.
        case .ready:
            if let due = row.due, row.attempts == 0, row.kind == .letter, due > now {
                self = .waiting(until: due)
            } else {
                self = .onItsWay
            }
        case .leased: self = .onItsWay
        case .delivered: self = .delivered
        case .failed, .expired: self = .notDelivered
        case .dropped: self = row.isMuted ? muted : .notDelivered
        }
    }
}

extension LedgerRow.SealedSummary {
    /// - Returns: nil when the key of its day is gone.
    fileprivate func opened(with keys: [LedgerKey]) -> LetterSummary? {
        ledgerKey.flatMap { keys.summary(summary, under: $0, of: id, begun: id.moment) }
    }
}
