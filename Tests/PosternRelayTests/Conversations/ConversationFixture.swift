import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternSealing
import PosternStore
import PosternTestSupport
import ServiceLifecycle
import Synchronization
import Testing

/// Conversations over a store in memory, with a vault that answers as a test says.
final class ConversationFixture: Sendable {
    let store: SQLiteDatabase
    let faulty: FaultyStore
    let vault: VaultLink
    let fake = ConversationVault()
    let intake: IntakeService
    let service: ConversationService
    let members: MemberService
    let confirmations: ConfirmationService
    let operations: Operations
    let dispatcher: Dispatcher
    let limits: RateLimiter
    let blocks = BlockCache()
    let diskSpace = SwitchedDiskSpace()
    let recipient: Recipient
    let clock: MovableClock
    let draws = KeptDraws()

    static let now = IntakeFixture.now
    static let retention = Duration.days(28)

    /// Everything that a test does, while the vault listens.
    static func run(
        limits: LimitTable = .off, store: SQLiteDatabase? = nil, isRestart: Bool = false, at now: Timestamp = now,
        _ body: @escaping @Sendable (ConversationFixture) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let database = if let store { store } else { try await SQLiteDatabase.inMemory(at: now) }
        let fixture = try await ConversationFixture(
            folder.path("vault.sock"), database, limits: limits, isNew: !isRestart, at: now)
        let announcement = try IntakeFixture.announcement(at: now)
        let server = FrameServer<VaultVerb>(
            .init(path: folder.path("vault.sock"), mode: 0o600, peers: [.own]), logger: RelayFixture.quiet
        ) { [fake = fixture.fake] in try await fake.handle($0, $1, announcement) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await server.run() }
            try await eventually("the vault answers") { await fixture.vault.renew() }
            try await body(fixture)
            tasks.cancelAll()
        }
        await fixture.vault.close()
        withExtendedLifetime(folder) {}
    }

    private init(
        _ socket: String, _ store: SQLiteDatabase, limits table: LimitTable, isNew: Bool, at now: Timestamp
    ) async throws {
        self.store = store
        faulty = FaultyStore(store)
        vault = VaultLink(socket: socket, logger: RelayFixture.quiet)
        clock = MovableClock(now)
        let site = Site(
            id: try SiteID("photos"), name: try HeaderText("Example Photos", limit: 100),
            origins: [try #require(WebOrigin("https://photos.example"))])
        recipient = Recipient(
            id: RecipientID(high: 1, low: 1), site: site.id, handle: try Handle("pat"), name: try HeaderText("Pat", limit: 100),
            language: .english, state: .active, record: SealedRecord(version: 1, seal: [1], authorisation: [2]))
        if isNew {
            try await store.write { [recipient] transaction in
                _ = try transaction.sites.add(site, at: now)
                _ = try transaction.recipients.add(recipient, at: now)
            }
        }
        limits = RateLimiter(table: table, at: now)
        try await limits.restore(from: store, at: now)
        let sealing = LetterSealer(vault: vault)
        let randomness = draws.source
        dispatcher = Dispatcher(
            store: store, node: "test", vault: vault, randomness: .seeded(2), logger: RelayFixture.quiet,
            now: { [clock] in clock.now })
        let (vault, dispatcher, clock) = (vault, dispatcher, clock)
        intake = IntakeService(
            store: faulty, sealing: sealing, diskSpace: diskSpace, pseudonyms: Pseudonyms { vault.tagKey(of: $0) },
            limits: limits, waves: WaveWatch(most: nil, at: now),
            blocks: blocks, refusals: RefusalLog(store: faulty, sealing: sealing, logger: RelayFixture.quiet),
            randomness: randomness, logger: RelayFixture.quiet, letterCame: { dispatcher.letterCame() })
        operations = Operations(
            by: .service, store: faulty, blockCache: blocks, randomness: randomness, now: { clock.now },
            wake: { dispatcher.wake() },
            retryNow: {}, makeBackup: { BackupView(path: $0, bytes: 1) })
        service = ConversationService(
            store: faulty, vault: vault, intake: intake, operations: operations, retention: Self.retention,
            withdrawal: .seconds(60),
            now: { clock.now })
        members = MemberService(store: faulty, vault: vault, operations: operations, logger: RelayFixture.quiet)
        confirmations = ConfirmationService(
            store: faulty, vault: vault, randomness: randomness, logger: RelayFixture.quiet, now: { clock.now })
    }

    // MARK: - Writing

    /// The links that the two have of a conversation.
    struct Links: Sendable {
        let id: LetterID
        let visitor: LinkToken
        let recipient, mute, pause: LinkToken
    }

    func post(
        key: String? = nil, from client: String = "192.0.2.7", _ change: @Sendable (inout RawLetter) -> Void = { _ in }
    ) async throws -> SubmissionReply {
        var letter = RawLetter()
        (letter.name, letter.email, letter.subject) = ("Vera", "vera@visitor.example", "Hello")
        letter.message = "I like the photo of the harbour in the morning."
        change(&letter)
        return await intake.submit(
            Submission(
                site: "photos", handle: "pat", letter: letter, client: try #require(ClientAddress(text: client)),
                idempotencyKey: key, language: Language("de"), at: clock.now))
    }

    /// A conversation that has begun.
    func begin(
        from client: String = "192.0.2.7", _ change: @Sendable (inout RawLetter) -> Void = { _ in }
    ) async throws -> Links {
        let reply = try await post(from: client, change)
        let id = try #require(reply.answer.id)
        return Links(
            id: id, visitor: try #require(reply.page), recipient: try await link(.reply, at: id.moment),
            mute: try await link(.mute, at: id.moment), pause: try await link(.pause, at: id.moment))
    }

    /// A link that only the vault can write into a mail, found by what was drawn for it.
    func link(_ purpose: LinkPurpose, at moment: Timestamp) async throws -> LinkToken {
        for secret in draws.secrets.reversed() {
            let token = secret.token(for: purpose, at: moment)
            let found = try await store.read {
                try $0.links.find(madeAt: token.madeAt, digest: token.digest, purpose: purpose)
            }
            if found != nil { return token }
        }
        throw NoSuchLink()
    }

    struct NoSuchLink: Error {}

    func answer(
        _ links: Links, by author: Party = .recipient, _ text: String = "Thank you, it was a cold morning.", sure: Bool = false,
        key: String? = nil, proof: [UInt8]? = nil, from client: String = "198.51.100.4"
    ) async throws -> ReplyAnswer? {
        await service.reply(
            ReplyPost(
                link: author == .recipient ? links.recipient : links.visitor, purpose: author == .recipient ? .reply : .letter,
                proof: proof, text: text, isSure: sure, idempotencyKey: key, client: try #require(ClientAddress(text: client)),
                at: clock.now))
    }

    func view(_ links: Links, of party: Party) async throws -> ConversationView? {
        try await party == .recipient
            ? service.open(links.recipient, for: .reply) : service.open(links.visitor, for: .letter)
    }

    func states(_ links: Links, of party: Party) async throws -> [ConversationView.Entry.State] {
        try #require(try await view(links, of: party)).entries.map(\.state)
    }

    func block(_ words: String, _ effect: Block.Effect) async throws {
        try await add(.phrase(BlockedPhrase(words)), effect)
    }

    func block(range: String) async throws { try await add(.range(try AddressRange(range)), .refuse) }

    func add(_ mark: Block.Mark, _ effect: Block.Effect) async throws {
        _ = try await store.write { try $0.blocks.add(mark, effect: effect, reason: "test", expires: nil, at: Self.now) }
        try await blocks.reload(from: store)
    }

    func deliveries(_ kind: DeliveryKind? = nil) async throws -> [DeliveryLine] {
        try await store.read { try $0.queue.list(limit: 1_000) }.filter { kind == nil || $0.kind == kind }
    }

    /// In the order of their words: what happens within a millisecond has no other.
    func trace() async throws -> [String] {
        try await store.read { try $0.operationTrace.latest(limit: 1_000) }
            .map { "\($0.actor) \($0.verb.rawValue) \($0.subject)" }.sorted()
    }

    func advance(by span: Duration) { clock.advance(by: span) }

    /// Sends what is due by the clock, and comes back when nothing is.
    func deliverAll() async throws {
        let clock = clock
        let group = ServiceGroup(services: [dispatcher], logger: RelayFixture.quiet)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("everything that is due has gone out") { [store] in
                try await store.read { transaction in
                    let soonest = try transaction.queue.soonestDue()
                    return try transaction.queue.counts()[.leased] == 0 && soonest.map { $0 > clock.now } != false
                }
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// Random numbers that a test can look at afterwards.
final class KeptDraws: Sendable {
    private let state = Mutex((randomness: SeededRandomness(seed: 1), drawn: [UInt64]()))

    var source: RandomSource {
        RandomSource {
            self.state.withLock { state in
                let number = state.randomness.next()
                state.drawn.append(number)
                return number
            }
        }
    }

    /// Every secret that may have been made of two draws in a row.
    var secrets: [LinkSecret] {
        let drawn = state.withLock { $0.drawn }
        return zip(drawn, drawn.dropFirst()).compactMap { high, low in
            var writer = ByteWriter()
            writer.write(high)
            writer.write(low)
            return LinkSecret(bytes: writer.bytes)
        }
    }
}

/// A vault that takes letters, names visitors, and looks for an address.
final class ConversationVault: Sendable {
    private struct State {
        var jobs: [DeliveryJob] = []
        var outcome = Outcome.Kind.delivered
        var mention = Mention.absent
        var mentions: [String] = []
        var isAway = false
        /// By the letter that shows who it is.
        var visitors: [LetterID: UInt8] = [:]
        /// The code that it has mailed.
        var code: String?
        var tries = 0
        var resealed: [ResealRequest] = []
    }

    static let seal: [UInt8] = [7, 7, 7]

    private let state = Mutex(State())
    let members = FakeMembers()

    var jobs: [DeliveryJob] { state.withLock { $0.jobs } }
    var mentions: [String] { state.withLock { $0.mentions } }

    func answer(_ outcome: Outcome.Kind) { state.withLock { $0.outcome = outcome } }
    var resealed: [ResealRequest] { state.withLock { $0.resealed } }
    func expect(_ code: String) { state.withLock { $0.code = code } }
    func mention(_ mention: Mention) { state.withLock { $0.mention = mention } }
    /// It knows nothing for now, and takes letters all the same.
    func goAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }
    /// Letters of one visitor have one number.
    func name(_ letter: LetterID, _ visitor: UInt8) { state.withLock { $0.visitors[letter] = visitor } }

    private func visitor(of letter: LetterID) -> [UInt8] {
        Array(repeating: state.withLock { $0.visitors[letter] ?? 1 }, count: MuteName.length)
    }

    private static func ofMute(waits: Bool) -> Outcome {
        Outcome(
            waits ? .deferred : .muted, health: .unknown,
            diagnosis: .init(stage: waits ? .mute : .prepare, text: "the recipient has muted this visitor"))
    }

    func handle(_ verb: VaultVerb, _ payload: [UInt8], _ announcement: Announcement) async throws -> [UInt8] {
        switch verb {
        case .announce, .adopt: return announcement.payload
        case .authorise, .enrol, .signIn, .change, .inUse: return try members.handle(verb, payload, announcement)
        case .nameVisitor:
            guard !state.withLock({ $0.isAway }) else { throw LinkRefusal(.unavailable, "away") }
            return MuteName(bytes: visitor(of: try MuteRequest(payload: payload).letter)).payload
        case .mention:
            guard !state.withLock({ $0.isAway }) else { throw LinkRefusal(.unavailable, "away") }
            let request = try MentionRequest(payload: payload)
            return state.withLock { state in
                state.mentions.append(request.text)
                return state.mention
            }.payload
        case .prove:
            guard !state.withLock({ $0.isAway }) else { throw LinkRefusal(.unavailable, "away") }
            let request = try ProofRequest(payload: payload)
            return state.withLock { state -> CodeAnswer in
                guard request.code != state.code else { return .right(VisitorProof(bytes: Array(repeating: 9, count: 16))) }
                state.tries += 1
                return .wrong(left: 10 - state.tries)
            }.payload
        case .relate, .nameSender, .staffChallenge, .staffBegin, .staffEnrol, .staffCheck, .revealStanding, .beginReveal, .reveal,
            .journal,
            .record, .resealRecords, .beginStaffChange, .staffChange:
            throw LinkRefusal(.denied, "nobody signs in here")
        case .reseal:
            guard !state.withLock({ $0.isAway }) else { throw LinkRefusal(.unavailable, "away") }
            let request = try ResealRequest(payload: payload)
            state.withLock { $0.resealed.append(request) }
            return ReportSeal(bytes: Self.seal).payload
        case .deliver:
            let job = try DeliveryJob(payload: payload)
            let outcome = state.withLock { state in
                state.jobs.append(job)
                return state.outcome
            }
            if job.isOverMutedConnection {
                return Outcome(.muted, health: .unknown, diagnosis: .init(stage: .muteByConnection, text: "muted")).payload
            }
            if job.mutes.contains(visitor(of: job.conversation?.id ?? job.id)), job.addressee == .recipient, job.kind != .copy,
                job.kind != .pauseNotice
            {
                return Self.ofMute(waits: outcome == .deferred).payload
            }
            return Outcome(outcome, health: .reached, diagnosis: .init(stage: .finalDot, code: 250, text: "ok")).payload
        }
    }
}
