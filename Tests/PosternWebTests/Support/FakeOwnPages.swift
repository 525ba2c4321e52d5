import PosternCore
import PosternRelay
import Synchronization

/// One member with one link and one session, and what a test has the service answer.
final class FakeOwnPages: MemberServing {
    struct Broken: Error {}

    enum Call: Equatable {
        case sendLink(String, site: String)
        case signIn
        case signOut
        case act(MemberAct)
        case undone(Bool)
    }

    private struct State {
        var page: MemberPage?
        var calls: [Call] = []
    }

    /// The links there are.
    static let link = token(at: Example.now - .minutes(5))
    static let undo = token(at: Example.now - .hours(1))
    static let secret: SessionSecret = {
        var randomness = RandomSource { 0x0123_4567_89AB_CDEF }
        return SessionSecret(using: &randomness)
    }()
    static let formToken = "token-of-the-session"

    static func token(at moment: Timestamp) -> MailedToken {
        var randomness = RandomSource { 7 }
        let id = LetterID(at: moment, using: &randomness)
        return MailedToken(id, code: Array(1...16)) ?? { preconditionFailure("sixteen bytes") }()
    }

    private let state: Mutex<State>
    private let answer: MemberActAnswer?
    private let mailAnswer: LinkMailAnswer
    private let signInAnswer: SignInAnswer
    private let undoAnswer: UndoAnswer?
    private let change: AddressChangeView?
    private let entries: [LedgerEntry]
    private let isBroken: Bool

    /// - Parameter answer: to every act; nil for what a working service says.
    init(
        _ page: MemberPage? = Example.memberPage(), answer: MemberActAnswer? = nil, mailAnswer: LinkMailAnswer = .taken,
        signInAnswer: SignInAnswer = .session(secret), undoAnswer: UndoAnswer? = nil,
        change: AddressChangeView? = Example.addressChange(), entries: [LedgerEntry] = Example.ledger, isBroken: Bool = false
    ) {
        state = Mutex(State(page: page))
        self.answer = answer
        self.mailAnswer = mailAnswer
        self.signInAnswer = signInAnswer
        self.undoAnswer = undoAnswer
        self.change = change
        self.entries = entries
        self.isBroken = isBroken
    }

    var calls: [Call] { state.withLock { $0.calls } }

    private func note(_ call: Call) { state.withLock { $0.calls.append(call) } }

    func sendLink(to name: String, at site: String, from client: ClientAddress) async -> LinkMailAnswer {
        note(.sendLink(name, site: site))
        return mailAnswer
    }

    func signIn(by link: MailedToken, from client: ClientAddress) async -> SignInAnswer {
        note(.signIn)
        return link == Self.link ? signInAnswer : .notValid
    }

    func signOut(_ session: SessionSecret) async throws { note(.signOut) }

    func formToken(of session: SessionSecret) -> String { Self.formToken }

    func page(_ session: SessionSecret) async throws -> MemberPage? {
        guard !isBroken else { throw Broken() }
        return session == Self.secret ? state.withLock { $0.page } : nil
    }

    func ledger(_ session: SessionSecret, before: LetterID?) async throws -> [LedgerEntry]? {
        entries.filter { entry in before.map { entry.id.high < $0.high } ?? true }
    }

    func export(_ session: SessionSecret) async throws -> MemberExport? {
        state.withLock { $0.page }.map(Example.export)
    }

    func isSession(_ session: SessionSecret, of link: MailedToken) async throws -> Bool {
        session == Self.secret && link == Self.link
    }

    func link(of session: SessionSecret) async throws -> MailedToken? { session == Self.secret ? Self.link : nil }

    func act(_ act: MemberAct, _ session: SessionSecret) async -> MemberActAnswer {
        note(.act(act))
        guard let page = state.withLock({ $0.page }) else { return .signedOut }
        return answer ?? (act == .erase ? .erased : .done(page))
    }

    func addressChange(_ link: MailedToken) async throws -> AddressChangeView? {
        guard !isBroken else { throw Broken() }
        return link == Self.undo ? change : nil
    }

    func setUndone(_ isUndone: Bool, _ link: MailedToken) async -> UndoAnswer {
        note(.undone(isUndone))
        guard link == Self.undo, let change = Example.addressChange(undone: isUndone ? Example.now : nil) else {
            return .notValid
        }
        return undoAnswer ?? .done(change)
    }
}

extension Example {
    static func member(
        name: String = "Pat Photographer", language: Language = .english, state: Recipient.State = .active,
        settings: MemberSettings = .standard
    ) -> Recipient? {
        guard let contact = contact(), let name = try? HeaderText(name, limit: 100) else { return nil }
        return Recipient(
            id: RecipientID(high: 1, low: 2), site: contact.site.id, handle: contact.handle, name: name, language: language,
            state: state, record: SealedRecord(version: 3, seal: Array(repeating: 7, count: 400), authorisation: []),
            settings: settings)
    }

    static func memberPage(
        _ recipient: Recipient? = member(), mutes: [MemberPage.Mute] = [], mutedConnections: [MemberPage.MutedConnection] = [],
        change: AddressChangeView? = nil
    ) -> MemberPage? {
        guard let recipient, let site = contact()?.site else { return nil }
        return MemberPage(
            site: site, recipient: recipient, aliases: ["Pat P."], mutes: mutes,
            mutedConnections: mutedConnections, change: change, waiting: 0, ends: now + .minutes(25))
    }

    static let visitor = MutedVisitorID(high: 0x11, low: 0x22)

    static func mute(_ name: String? = "Vera Visitor") -> MemberPage.Mute {
        MemberPage.Mute(visitor: visitor, at: now - .days(3), conversation: letterID, summary: nil, visitorName: name)
    }

    static func mutedConnection(_ name: String? = "Vera Visitor") -> MemberPage.MutedConnection {
        MemberPage.MutedConnection(conversation: letterID, at: now - .hours(1), end: now + .hours(3), visitorName: name)
    }

    static func addressChange(
        confirmed: Timestamp? = now - .minutes(30), undone: Timestamp? = nil, language: Language = .english
    ) -> AddressChangeView? {
        contact().map {
            AddressChangeView(
                site: $0.site, handle: $0.handle, language: language, asked: now - .hours(1), confirmed: confirmed,
                undone: undone,
                end: now + .hours(71))
        }
    }

    static func entry(
        _ number: UInt64, _ standing: LedgerEntry.Standing, name: String? = "Vera Visitor", subject: String = "Your photo",
        isReply: Bool = false, isReported: Bool = false
    ) -> LedgerEntry {
        let moment = now - .hours(Int64(number))
        let summary = name.flatMap { try? HeaderText($0, limit: 200) }.map {
            LetterSummary(
                visitorName: $0, subject: try? HeaderText(subject, limit: 200), about: try? HeaderText("photo 4711", limit: 200),
                sharesAddress: false)
        }
        return LedgerEntry(
            id: LetterID(high: UInt64(clamping: moment.milliseconds) << 16, low: number), isReply: isReply, at: moment,
            summary: summary, visitorName: name, verdict: .accept, standing: standing, isReported: isReported)
    }

    /// One of each fate.
    static let ledger: [LedgerEntry] = [
        entry(1, .onItsWay), entry(2, .waiting(until: now + .days(1))), entry(3, .awaitsProof), entry(4, .held),
        entry(5, .muted), entry(6, .delivered, isReported: true), entry(7, .notDelivered, isReply: true),
        entry(8, .delivered, name: nil),
    ]

    static func export(_ page: MemberPage) -> MemberExport {
        MemberExport(
            at: now, page: page, made: now - .days(40), changed: now - .days(2), ledger: ledger,
            mails: [
                .init(at: now - .hours(5), kind: .reply, state: .delivered, conversation: letterID),
                .init(at: now - .hours(5), kind: .copy, state: .onItsWay, conversation: letterID),
                .init(at: now - .hours(6), kind: .reply, state: .withdrawn, conversation: letterID),
                .init(at: now - .days(8), kind: .manage, state: .notDelivered, conversation: nil),
            ],
            conversations: [
                .init(
                    id: letterID, summary: ledger[0].summary, visitorName: "Vera Visitor", closed: now - .hours(1),
                    closedBy: .visitor),
                .init(id: LetterID(high: 1, low: 1), summary: nil, visitorName: nil, closed: nil, closedBy: nil),
            ],
            sessions: [now - .minutes(5)],
            reports: [.init(at: now - .days(1), reason: .spam, decision: nil)],
            acts: [.init(at: now - .days(9), verb: "recipient.pause", isOwn: true)])
    }
}
