import Logging
import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import ServiceLifecycle
import Synchronization
import Testing

/// A dispatcher over a store in memory, and a socket at which a vault may or may not listen.
final class RelayFixture: Sendable {
    let store: SQLiteDatabase
    let dispatcher: Dispatcher
    let vault: VaultLink
    private let folder: TemporaryFolder
    let recipient: Recipient
    private let clock = MovableClock(RelayFixture.now)

    static let now = Timestamp(seconds: 1_795_514_709)
    static let quiet: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    init(logger: Logger = quiet) async throws {
        folder = try TemporaryFolder()
        store = try await .inMemory(at: Self.now)
        vault = VaultLink(socket: folder.path("vault.sock"), logger: Self.quiet)
        dispatcher = Dispatcher(
            store: store, node: "test", vault: vault, randomness: .seeded(1), logger: logger, now: { [clock] in clock.now })
        var randomness = SeededRandomness(seed: 1)
        let site = Site(id: try SiteID("photos"), name: try HeaderText("Example Photos", limit: 100), origins: [])
        let recipient = Recipient(
            id: RecipientID(at: Self.now, using: &randomness), site: site.id, handle: try Handle("pat"),
            name: try HeaderText("Pat", limit: 100), language: .english, state: .active,
            record: SealedRecord(version: 1, seal: [1], authorisation: [2]))
        self.recipient = recipient
        try await store.write { transaction in
            _ = try transaction.sites.add(site, at: Self.now)
            _ = try transaction.recipients.add(recipient, at: Self.now)
        }
    }

    func advance(by span: Duration) { clock.advance(by: span) }

    /// More people, `p0`, `p1` and so on.
    func addRecipients(_ count: Int) async throws -> [Recipient] {
        var randomness = SystemRandomNumberGenerator()
        let people = try (0..<count).map { number in
            Recipient(
                id: RecipientID(at: Self.now, using: &randomness), site: recipient.site, handle: try Handle("p\(number)"),
                name: recipient.name, language: .english, state: .active, record: recipient.record)
        }
        try await store.write { transaction in
            for person in people { _ = try transaction.recipients.add(person, at: Self.now) }
        }
        return people
    }

    /// Puts letters into the queue.
    func accept(_ count: Int, to person: Recipient? = nil) async throws -> [LetterID] {
        var randomness = SystemRandomNumberGenerator()
        let (recipient, moment) = (person ?? recipient, clock.now)
        let letters = (0..<count).map { _ in
            AcceptedLetter(
                entry: SubmissionEntry(
                    id: LetterID(at: moment, using: &randomness), at: moment, site: recipient.site.text,
                    handle: recipient.handle.text, recipient: recipient.id, verdict: .accept, evidence: [4], letterBytes: 1),
                seal: [3], tokens: MailTokens(using: &randomness))
        }
        try await store.write { transaction in
            for letter in letters { _ = try transaction.intake.accept(letter) }
        }
        return letters.map(\.id)
    }

    /// Runs dispatcher and link while the body runs, then stops them in order.
    func serving(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let group = ServiceGroup(services: [vault, dispatcher], logger: Self.quiet)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Has a vault listen while the body runs.
    func withVault(
        _ answer: @escaping @Sendable (DeliveryJob) async throws -> Outcome.Kind, health: Outcome.SmarthostHealth = .reached,
        _ body: @escaping @Sendable (VaultFake) async throws -> Void
    ) async throws {
        try await withOutcomes(
            { job in
                Outcome(try await answer(job), health: health, diagnosis: .init(stage: .finalDot, code: 250, text: "ok"))
            }, body)
    }

    func withOutcomes(
        _ answer: @escaping @Sendable (DeliveryJob) async throws -> Outcome,
        _ body: @escaping @Sendable (VaultFake) async throws -> Void
    ) async throws {
        let fake = VaultFake(answer: answer)
        let server = FrameServer<VaultVerb>(
            .init(path: folder.path("vault.sock"), mode: 0o600, peers: [.own]), logger: Self.quiet
        ) { try await fake.handle($0, $1) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await server.run() }
            try await body(fake)
            tasks.cancelAll()
        }
    }

    func counts() async throws -> QueueCounts { try await store.read { try $0.queue.counts() } }

    func difference() async throws -> Int { try await counts().difference }

    func show(_ id: LetterID) async throws -> DeliveryLine? { try await store.read { try $0.queue.show(id)?.delivery } }
}

/// A clock that stands until it is moved.
final class MovableClock: Sendable {
    private let moment: Mutex<Timestamp>

    init(_ moment: Timestamp) { self.moment = Mutex(moment) }

    var now: Timestamp { moment.withLock { $0 } }

    func advance(by span: Duration) { moment.withLock { $0 = $0 + span } }
}

/// A vault that answers as it is told.
final class VaultFake: Sendable {
    private struct State {
        var asked: [DeliveryJob] = []
        var underWay = 0
        var most = 0
        var isClockTrusted = true
    }

    static let lanes = 4
    private let answer: @Sendable (DeliveryJob) async throws -> Outcome
    private let state = Mutex(State())

    init(answer: @escaping @Sendable (DeliveryJob) async throws -> Outcome) {
        self.answer = answer
    }

    var asked: [DeliveryJob] { state.withLock { $0.asked } }
    /// How many letters were under way at once, at most.
    var most: Int { state.withLock { $0.most } }

    func trustClock(_ isTrusted: Bool) { state.withLock { $0.isClockTrusted = isTrusted } }

    func handle(_ verb: VaultVerb, _ payload: [UInt8]) async throws -> [UInt8] {
        if verb == .authorise {
            let request = try ConfirmationRequest(payload: payload)
            guard request.token == "right", let record = request.recipient.record else { throw LinkRefusal(.denied, "not ours") }
            return record.payload
        }
        guard verb == .deliver else {
            let isTrusted = state.withLock { $0.isClockTrusted }
            return Announcement(keys: [], tagKeys: [], lanes: Self.lanes, isClockTrusted: isTrusted).payload
        }
        let job = try DeliveryJob(payload: payload)
        state.withLock { state in
            state.asked.append(job)
            state.underWay += 1
            state.most = max(state.most, state.underWay)
        }
        defer { state.withLock { $0.underWay -= 1 } }
        return try await answer(job).payload
    }
}
