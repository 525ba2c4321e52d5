import PosternCore
import PosternRelay
import Synchronization

/// One conversation behind every link for the purposes it has, and what a test has it answer.
final class FakeConversations: ConversationServing {
    struct Broken: Error {}

    enum Call: Equatable {
        case open(LinkPurpose)
        case reply(String, isSure: Bool, key: String?, proof: [UInt8]?)
        case withdraw(Int, LinkPurpose)
        case setClosed(Bool, LinkPurpose)
        case setMuted(Bool, LinkPurpose = .mute)
        case setConnectionMuted(Bool)
        case setPaused(Bool)
        case prove(String)
        case report(ReportReason, remark: String?, mutes: Bool)
        case withdrawReport
    }

    fileprivate struct State {
        var view: ConversationView?
        var answer: ReplyAnswer?
        var isWithdrawn: Bool?
        var isBroken: Bool
        var proof: ProofAnswer? = .wrong(left: 9)
        var standing: ProofView.Standing = .waiting(until: Example.now + .hours(48))
        var report = ReportView.Standing.none
        var isActing = true
        var areMutesFull = false
        var calls: [Call] = []
    }

    /// The one link there is.
    static let link = LinkToken(madeAt: 1_795_514_709, of: Array(1...16))

    private let state: Mutex<State>

    init(
        _ view: ConversationView? = Example.conversation(), answer: ReplyAnswer? = .accepted, isWithdrawn: Bool? = true,
        isBroken: Bool = false
    ) {
        state = Mutex(State(view: view, answer: answer, isWithdrawn: isWithdrawn, isBroken: isBroken))
    }

    /// A letter that waits for its code, or has waited.
    init(proof answer: ProofAnswer?, _ standing: ProofView.Standing = .waiting(until: Example.now + .hours(48))) {
        var state = State(view: Example.conversation(), answer: nil, isWithdrawn: nil, isBroken: false)
        (state.proof, state.standing) = (answer, standing)
        self.state = Mutex(state)
    }

    /// A letter that can be reported, or was.
    init(report: ReportView.Standing, isMuted: Bool = false, isBroken: Bool = false) {
        var state = State(view: Example.conversation(isMuted: isMuted), answer: nil, isWithdrawn: nil, isBroken: isBroken)
        state.report = report
        self.state = Mutex(state)
    }

    /// The recipient can mute nobody else.
    func fillMutes() { state.withLock { $0.areMutesFull = true } }

    /// It answers until then, and does no more.
    func breakDown() { state.withLock { $0.isActing = false } }

    /// What changed something, or was to.
    var acts: [Call] {
        state.withLock { state in
            state.calls.filter { call in
                if case .open = call { false } else { true }
            }
        }
    }

    private func answered<Answer>(
        _ link: LinkToken, _ call: Call, _ answer: (inout State) throws -> Answer?
    ) throws -> Answer? {
        try state.withLock { state in
            guard !state.isBroken else { throw Broken() }
            guard link == Self.link else { return nil }
            state.calls.append(call)
            return try answer(&state)
        }
    }

    func open(_ link: LinkToken, for purpose: LinkPurpose) async throws -> ConversationView? {
        try answered(link, .open(purpose)) { state in
            state.view.flatMap { ($0.viewer == .visitor) == (purpose == .letter) ? $0 : nil }
        }
    }

    func reply(_ post: ReplyPost) async -> ReplyAnswer? {
        let call = Call.reply(post.text, isSure: post.isSure, key: post.idempotencyKey, proof: post.proof)
        return try? answered(post.link, call) { $0.answer }
    }

    func withdraw(_ number: Int, _ link: LinkToken, for purpose: LinkPurpose) async throws -> Bool? {
        try answered(link, .withdraw(number, purpose)) { $0.isWithdrawn }
    }

    func setClosed(_ isClosed: Bool, _ link: LinkToken, for purpose: LinkPurpose) async throws -> ConversationView? {
        try answered(link, .setClosed(isClosed, purpose)) { $0.view }
    }

    func setMuted(_ isMuted: Bool, _ link: LinkToken, for purpose: LinkPurpose) async throws -> ConversationView? {
        try answered(link, .setMuted(isMuted, purpose)) { state in
            guard !state.areMutesFull else { throw MutesFull() }
            return state.view.map { Example.conversation(like: $0, isMuted: isMuted) }
        }
    }

    func setConnectionMuted(_ isMuted: Bool, _ link: LinkToken) async throws -> ConversationView? {
        try answered(link, .setConnectionMuted(isMuted)) { state in
            let end = Example.now + .hours(3)
            return state.view.map {
                Example.conversation(
                    like: $0, isMuted: $0.isMuted, connection: isMuted ? .muted(until: end) : .canBeMuted(until: end))
            }
        }
    }

    func proof(behind link: LinkToken) async throws -> ProofView? {
        try answered(link, .open(.prove)) { state in
            state.view.map {
                ProofView(site: $0.site, handle: $0.handle, recipientName: $0.recipientName, standing: state.standing)
            }
        }
    }

    func prove(_ code: MailedCode, _ link: LinkToken, from client: ClientAddress) async throws -> ProofAnswer? {
        try answered(link, .prove(code.text)) { state in
            guard state.isActing else { throw Broken() }
            return state.proof
        }
    }

    func report(behind link: LinkToken) async throws -> ReportView? {
        try answered(link, .open(.report)) { $0.reported }
    }

    func report(_ post: ReportPost) async throws -> ReportView? {
        try answered(post.link, .report(post.reason, remark: post.remark?.text, mutes: post.mutes)) { state in
            guard state.isActing else { throw Broken() }
            state.report = .reported(post.reason, at: Example.now)
            return state.reported
        }
    }

    func withdrawReport(_ link: LinkToken) async throws -> ReportView? {
        try answered(link, .withdrawReport) { state in
            if case .reported = state.report { state.report = .none }
            return state.reported
        }
    }

    func setPaused(_ isPaused: Bool, _ link: LinkToken) async throws -> ConversationView? {
        try answered(link, .setPaused(isPaused)) { $0.view.map { Example.conversation(like: $0, isPaused: isPaused) } }
    }
}

extension FakeConversations.State {
    fileprivate var reported: ReportView? {
        view.flatMap { view in
            view.viewer == .visitor
                ? nil
                : ReportView(
                    conversation: view, letterAt: Example.now - .days(2), standing: report, retention: .days(90))
        }
    }
}

extension Example {
    /// A letter, an answer, and one more that can still be taken back.
    static let entries: [ConversationView.Entry] = [
        .init(number: 0, author: .visitor, at: now - .days(2), state: .delivered),
        .init(number: 1, author: .recipient, at: now - .days(1), state: .notDelivered),
        .init(number: 2, author: .visitor, at: now - .hours(2), state: .onItsWay),
    ]

    /// With one of the recipient's that can still be taken back.
    static let ownEntries =
        entries + [
            .init(number: 3, author: .recipient, at: now - .seconds(15), state: .withdrawable(until: now + .seconds(45)))
        ]

    static func conversation(
        _ viewer: Party = .recipient, _ standing: ConversationView.Standing = .open, entries: [ConversationView.Entry] = entries,
        visitorName: String? = "Vera Visitor", subject: String? = "Your photo", about: String? = "photo 4711",
        sharesAddress: Bool = false, isMuted: Bool = false, isPaused: Bool = false,
        connection: ConversationView.Connection = .unknown, language: Language? = nil
    ) -> ConversationView? {
        guard let contact = contact(), let name = try? HeaderText("Vera Visitor", limit: 100) else { return nil }
        func text(_ raw: String?) -> HeaderText? { raw.flatMap { try? HeaderText($0, limit: 200) } }
        return ConversationView(
            site: contact.site, handle: contact.handle, recipientName: contact.name, viewer: viewer,
            summary: LetterSummary(
                visitorName: name, subject: text(subject), about: text(about), sharesAddress: sharesAddress),
            visitorName: visitorName, entries: entries, standing: standing, endsAt: now + .days(26), isMuted: isMuted,
            isPaused: isPaused, connection: connection, language: language)
    }

    static func conversation(
        like view: ConversationView, isMuted: Bool = false, isPaused: Bool = false,
        connection: ConversationView.Connection = .unknown
    ) -> ConversationView {
        ConversationView(
            site: view.site, handle: view.handle, recipientName: view.recipientName, viewer: view.viewer, summary: view.summary,
            visitorName: view.visitorName, entries: view.entries, standing: view.standing, endsAt: view.endsAt, isMuted: isMuted,
            isPaused: isPaused, connection: connection, language: view.language)
    }
}
