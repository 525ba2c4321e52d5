package import PosternCore

/// What the pages of members show and do.
package protocol MemberServing: Sendable {
    /// Mails a member the link to their own page. The same answer after the same time, whether anybody has that name there or not.
    /// - Parameters:
    ///   - name: a handle or an alias, as it was typed.
    ///   - client: who asks. From where the member has signed in lately, more links are sent than to a stranger.
    func sendLink(to name: String, at site: String, from client: ClientAddress) async -> LinkMailAnswer

    /// Trades the link of a mail for a session, once.
    func signIn(by link: MailedToken, from client: ClientAddress) async -> SignInAnswer

    /// The session is over at once.
    func signOut(_ session: SessionSecret) async throws

    /// What each form of the session's pages carries, so that no other site can post one.
    func formToken(of session: SessionSecret) -> String

    /// - Returns: nil for a session that is over, or never was.
    func page(_ session: SessionSecret) async throws -> MemberPage?

    /// What came lately, newest first.
    /// - Parameter before: the last entry of the page before.
    /// - Returns: nil for a session that is over, or never was.
    func ledger(_ session: SessionSecret, before: LetterID?) async throws -> [LedgerEntry]?

    /// Everything that is held about the member.
    /// - Returns: nil for a session that is over, or never was.
    func export(_ session: SessionSecret) async throws -> MemberExport?

    /// Whether that link was traded for the session.
    func isSession(_ session: SessionSecret, of link: MailedToken) async throws -> Bool

    /// The link that was traded for the session: it shows who types a code.
    /// - Returns: nil for a session that is over, or never was.
    func link(of session: SessionSecret) async throws -> MailedToken?

    func act(_ act: MemberAct, _ session: SessionSecret) async -> MemberActAnswer

    /// The change of address that a link in a mail to the former address is about.
    /// - Returns: nil for a link that leads nowhere, or not any more.
    func addressChange(_ link: MailedToken) async throws -> AddressChangeView?

    /// The former address counts again, or the new one after all.
    func setUndone(_ isUndone: Bool, _ link: MailedToken) async -> UndoAnswer
}

package enum LinkMailAnswer: Equatable, Sendable {
    /// If there is such a member, the mail is on its way.
    case taken
    case unavailable(retryAfter: Duration)
}

package enum SignInAnswer: Equatable, Sendable {
    case session(SessionSecret)
    /// The link was used, is too old, or is none of ours: one page for all three, which offers a fresh one.
    case notValid
    case unavailable(retryAfter: Duration)
}

/// What a member wants done. Who wants it, the session says.
package enum MemberAct: Equatable, Sendable {
    /// All but the end of a pause.
    case settings(MemberSettings)
    case words(name: HeaderText, language: Language)
    /// - Parameter until: when letters come again by themselves; nil for when the member says so.
    case pause(until: Timestamp?)
    case resume
    case unmute(MutedVisitorID)
    /// Somebody who was heard again by mistake.
    /// - Parameter conversation: where they were muted first.
    case mute(MutedVisitorID, from: LetterID)
    /// - Parameter conversation: from which it was muted.
    case unmuteConnection(from: LetterID)
    /// The new address is asked, the old one told.
    case changeAddress(EmailAddress)
    /// Before the new address was confirmed.
    case cancelAddressChange
    /// At once, and for good. The page has had the handle typed.
    case erase
}

package enum MemberActAnswer: Equatable, Sendable {
    case done(MemberPage)
    case erased
    /// The session is over, or never was.
    case signedOut
    /// The address was changed lately: until then the change can be undone, and no other takes its place.
    case changedLately(until: Timestamp)
    /// The new address is the one that counts already: nothing was sent.
    case sameAddress
    case limited(retryAfter: Duration)
    /// Somebody else changed the same at this moment: look again.
    case changedMeanwhile(MemberPage)
    case unavailable(retryAfter: Duration)
}

package enum UndoAnswer: Equatable, Sendable {
    case done(AddressChangeView)
    /// The link leads nowhere, or not any more.
    case notValid
    case unavailable(retryAfter: Duration)
}

/// A change of address, as the page behind the link in the notice shows it. It has no address in it.
package struct AddressChangeView: Equatable, Sendable {
    package let site: Site
    package let handle: Handle
    package let language: Language
    package let asked: Timestamp
    package let confirmed: Timestamp?
    package let undone: Timestamp?
    /// Until then it can be undone, and that can be undone.
    package let end: Timestamp

    package init(
        site: Site, handle: Handle, language: Language, asked: Timestamp, confirmed: Timestamp?, undone: Timestamp?,
        end: Timestamp
    ) {
        self.site = site
        self.handle = handle
        self.language = language
        self.asked = asked
        self.confirmed = confirmed
        self.undone = undone
        self.end = end
    }
}

/// A member's own page.
package struct MemberPage: Equatable, Sendable {
    /// Somebody whom the member has muted.
    package struct Mute: Equatable, Sendable {
        package let visitor: MutedVisitorID
        package let at: Timestamp
        /// In which it was.
        package let conversation: LetterID
        /// Of that conversation; nil once it is forgotten.
        package let summary: LetterSummary?
        package let visitorName: String?

        package init(
            visitor: MutedVisitorID, at: Timestamp, conversation: LetterID, summary: LetterSummary?, visitorName: String?
        ) {
            self.visitor = visitor
            self.at = at
            self.conversation = conversation
            self.summary = summary
            self.visitorName = visitorName
        }
    }

    /// A connection that the member has muted, of one conversation's first letter.
    package struct MutedConnection: Equatable, Sendable {
        package let conversation: LetterID
        package let at: Timestamp
        /// When it ends by itself.
        package let end: Timestamp
        package let visitorName: String?

        package init(conversation: LetterID, at: Timestamp, end: Timestamp, visitorName: String?) {
            self.conversation = conversation
            self.at = at
            self.end = end
            self.visitorName = visitorName
        }
    }

    package let site: Site
    package let recipient: Recipient
    /// As they were written.
    package let aliases: [String]
    /// Newest first.
    package let mutes: [Mute]
    /// Newest first.
    package let mutedConnections: [MutedConnection]
    /// One that is asked for and not confirmed, or that can still be undone.
    package let change: AddressChangeView?
    /// Letters that wait for a day with room.
    package let waiting: Int
    /// When the session ends.
    package let ends: Timestamp

    package init(
        site: Site, recipient: Recipient, aliases: [String], mutes: [Mute], mutedConnections: [MutedConnection] = [],
        change: AddressChangeView?, waiting: Int, ends: Timestamp
    ) {
        self.site = site
        self.recipient = recipient
        self.aliases = aliases
        self.mutes = mutes
        self.mutedConnections = mutedConnections
        self.change = change
        self.waiting = waiting
        self.ends = ends
    }

    /// Who may write to them: as they have said, or as the site has it.
    package var writers: Writers { recipient.settings.writers ?? site.writers }
}

/// What came for a member: one letter, or one reply of a visitor. No text is in it: that is in the mailbox.
package struct LedgerEntry: Equatable, Sendable {
    package enum Standing: Equatable, Sendable {
        case onItsWay
        /// Until a day that has room.
        case waiting(until: Timestamp)
        /// The visitor is to prove the address.
        case awaitsProof
        /// For staff to look at.
        case held
        case muted
        /// Over a connection that the member has muted. It does not say whose it is.
        case mutedByConnection
        case delivered
        case notDelivered
    }

    package let id: LetterID
    package let isReply: Bool
    package let at: Timestamp
    /// Nil once it is forgotten, or for what came before the program kept it for this page.
    package let summary: LetterSummary?
    package let visitorName: String?
    package let verdict: Verdict.Decision
    package let standing: Standing
    package let isReported: Bool
    /// When staff last read it; nil where they have not.
    package let seenByStaff: Timestamp?

    package init(
        id: LetterID, isReply: Bool, at: Timestamp, summary: LetterSummary?, visitorName: String?, verdict: Verdict.Decision,
        standing: Standing, isReported: Bool, seenByStaff: Timestamp? = nil
    ) {
        self.id = id
        self.isReply = isReply
        self.at = at
        self.summary = summary
        self.visitorName = visitorName
        self.verdict = verdict
        self.standing = standing
        self.isReported = isReported
        self.seenByStaff = seenByStaff
    }
}

/// Everything that is held about a member, but for what is sealed: of that, that it is there.
package struct MemberExport: Equatable, Sendable {
    package struct Act: Equatable, Sendable {
        package let at: Timestamp
        /// As the trace of operations has it, as in `recipient.pause`.
        package let verb: String
        package let isOwn: Bool

        package init(at: Timestamp, verb: String, isOwn: Bool) {
            (self.at, self.verb, self.isOwn) = (at, verb, isOwn)
        }
    }

    /// An answer of the member's, its copy, or a mail about their settings.
    package struct Mail: Equatable, Sendable {
        /// As on the pages of a conversation: three words and never a diagnosis.
        package enum State: String, Sendable {
            case onItsWay = "on-its-way"
            case delivered
            case notDelivered = "not-delivered"
            case withdrawn
        }

        package let at: Timestamp
        package let kind: DeliveryKind
        package let state: State
        /// The letter that began it; nil for a mail about settings.
        package let conversation: LetterID?

        package init(at: Timestamp, kind: DeliveryKind, state: State, conversation: LetterID?) {
            self.at = at
            self.kind = kind
            self.state = state
            self.conversation = conversation
        }
    }

    package struct Conversation: Equatable, Sendable {
        /// Of the letter that began it.
        package let id: LetterID
        /// Nil once its key is destroyed, or where it began before the program kept it for this page.
        package let summary: LetterSummary?
        package let visitorName: String?
        package let closed: Timestamp?
        package let closedBy: Party?

        package init(id: LetterID, summary: LetterSummary?, visitorName: String?, closed: Timestamp?, closedBy: Party?) {
            self.id = id
            self.summary = summary
            self.visitorName = visitorName
            self.closed = closed
            self.closedBy = closedBy
        }
    }

    package struct Report: Equatable, Sendable {
        package let at: Timestamp
        package let reason: ReportReason
        package let decision: ReportDecision?

        package init(at: Timestamp, reason: ReportReason, decision: ReportDecision?) {
            self.at = at
            self.reason = reason
            self.decision = decision
        }
    }

    package let at: Timestamp
    package let page: MemberPage
    package let made, changed: Timestamp
    /// Newest first; all that is kept.
    package let ledger: [LedgerEntry]
    /// Newest first, as conversations are.
    package let mails: [Mail]
    package let conversations: [Conversation]
    /// When sessions of the last hours began.
    package let sessions: [Timestamp]
    package let reports: [Report]
    /// What was done about the member's record.
    package let acts: [Act]

    package init(
        at: Timestamp, page: MemberPage, made: Timestamp, changed: Timestamp, ledger: [LedgerEntry], mails: [Mail],
        conversations: [Conversation], sessions: [Timestamp], reports: [Report], acts: [Act]
    ) {
        self.at = at
        self.page = page
        self.made = made
        self.changed = changed
        self.ledger = ledger
        self.mails = mails
        self.conversations = conversations
        self.sessions = sessions
        self.reports = reports
        self.acts = acts
    }
}
