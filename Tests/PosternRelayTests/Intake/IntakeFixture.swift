import Crypto
import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternSealing
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

/// An intake over a store in memory, with keys as a vault announces them.
final class IntakeFixture: Sendable {
    let store: SQLiteDatabase
    /// What the intake writes to: the store, until a test has it fail.
    let faulty: FaultyStore
    let diskSpace = SwitchedDiskSpace()
    let log = KeptLog()
    let recipients: [Recipient]
    let limits: RateLimiter
    let waves: WaveWatch
    let blocks: BlockCache
    let refusals: RefusalLog
    /// Clients as they are named to a program that keeps them out.
    let named = NamedClients()
    let intake: IntakeService

    static let now = Timestamp(seconds: 1_795_514_709)

    /// - Parameters:
    ///   - mostAlike: how many recipients may have letters that are nearly the same.
    ///   - store: of an earlier relay, for one that comes after a restart.
    ///   - people: how many recipients there are after the third, `p3` and so on.
    static func open(
        limits: LimitTable = .off, mostAlike: Int? = nil, store: SQLiteDatabase? = nil, people: Int = 0, at now: Timestamp = now
    ) async throws -> IntakeFixture {
        let folder = try TemporaryFolder()
        let vault = VaultLink(socket: folder.path("vault.sock"), logger: RelayFixture.quiet)
        let announcement = try announcement(at: now)
        let server = FrameServer<VaultVerb>(
            .init(path: folder.path("vault.sock"), mode: 0o600, peers: [.own]), logger: RelayFixture.quiet
        ) { _, _ in announcement.payload }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await server.run() }
            try await eventually("the vault answers") { await vault.renew() }
            tasks.cancelAll()
        }
        let isNew = store == nil
        let database = if let store { store } else { try await SQLiteDatabase.inMemory(at: now) }
        return try await IntakeFixture(
            database, vault, limits: limits, mostAlike: mostAlike, isNew: isNew, people: people, at: now)
    }

    private init(
        _ store: SQLiteDatabase, _ vault: VaultLink, limits table: LimitTable, mostAlike: Int?, isNew: Bool, people: Int,
        at now: Timestamp
    ) async throws {
        self.store = store
        faulty = FaultyStore(store)
        let site = Site(id: try SiteID("photos"), name: try HeaderText("Example Photos", limit: 100), origins: [])
        let states: [Recipient.State] = [.active, .active, .paused] + Array(repeating: .active, count: people)
        recipients = try states.enumerated().map { index, state in
            Recipient(
                id: RecipientID(high: 1, low: UInt64(index)), site: site.id, handle: try Handle("p\(index)"),
                name: try HeaderText("Pat", limit: 100), language: .english, state: state,
                record: SealedRecord(version: 1, seal: [1], authorisation: [2]))
        }
        if isNew {
            try await store.write { [recipients] transaction in
                _ = try transaction.sites.add(site, at: now)
                _ = try transaction.recipients.add(recipients, at: now)
            }
        }
        limits = RateLimiter(table: table, at: now)
        try await limits.restore(from: store, at: now)
        waves = WaveWatch(most: mostAlike, at: now)
        try await waves.restore(from: store, at: now)
        let sealing = LetterSealer(vault: vault)
        blocks = BlockCache { vault.senderKeys }
        refusals = RefusalLog(store: faulty, sealing: sealing, logger: log.logger) { [named] client, _ in named.note(client) }
        intake = IntakeService(
            store: faulty, sealing: sealing, diskSpace: diskSpace,
            pseudonyms: Pseudonyms { vault.tagKey(of: $0) }, limits: limits, waves: waves, blocks: blocks, refusals: refusals,
            randomness: .seeded(1), logger: log.logger, letterCame: {})
    }

    /// Keys of `now`'s day and the next; the tag keys are the same for every vault of these tests.
    static func announcement(at now: Timestamp) throws -> Announcement {
        let today = Epoch(containing: now)
        let days = [today, today.next]
        return Announcement(
            keys: [SealPurpose.letter, .evidence].flatMap { purpose in
                days.map { day in
                    Announcement.Key(
                        purpose: purpose.rawValue, suite: Suite.x25519.rawValue, epoch: day,
                        publicHalf: Array(Curve25519.KeyAgreement.PrivateKey().publicKey.rawRepresentation))
                }
            },
            tagKeys: days.map { Announcement.DayKey(epoch: $0, secret: tagKey(of: $0)) },
            ledgerKeys: days.map { Announcement.DayKey(epoch: $0, secret: Array(tagKey(of: $0).reversed())) },
            senderKeys: [.init(secret: senderKey)], lanes: 4)
    }

    static let senderKey = [UInt8](0..<32)

    static func tagKey(of epoch: Epoch) -> [UInt8] { Array(SHA256.hash(data: Array("tag key of \(epoch)".utf8))) }

    /// Posts a letter that is valid unless `change` makes it otherwise.
    func post(
        from client: String = "192.0.2.7", to handle: String = "p0", key: String? = nil, channel: Submission.Channel = .api,
        origin: PostOrigin = .expected, at moment: Timestamp = now, _ change: @Sendable (inout RawLetter) -> Void = { _ in }
    ) async throws -> SubmissionReply {
        var letter = RawLetter()
        (letter.name, letter.email, letter.subject) = ("Vera", "vera@visitor.example", "Hello")
        letter.message = "I like the photo of the harbour in the morning."
        change(&letter)
        return await intake.submit(
            Submission(
                site: "photos", handle: handle, letter: letter, client: try #require(ClientAddress(text: client)),
                idempotencyKey: key, channel: channel, origin: origin, at: moment))
    }

    func entries() async throws -> [SubmissionEntry] { try await store.read { try $0.submissionLog.entries(limit: 100_000) } }

    func deliveries(_ state: DeliveryState? = nil) async throws -> Int {
        try await store.read { try $0.queue.list(DeliveryFilter(state: state), limit: 100_000).count }
    }
}

/// Clients in the order in which a firewall would hear of them.
final class NamedClients: Sendable {
    private let clients = Mutex<[ClientAddress]>([])

    var texts: [String] { clients.withLock { $0.map(\.revealedText) } }

    func note(_ client: ClientAddress) { clients.withLock { $0.append(client) } }
}

/// A disk that is full when a test says so.
final class SwitchedDiskSpace: DiskSpace {
    private let isFull = Atomic(false)

    var isSufficient: Bool { !isFull.load(ordering: .sequentiallyConsistent) }

    func fill(_ isFull: Bool) { self.isFull.store(isFull, ordering: .sequentiallyConsistent) }
}

extension SubmissionAnswer {
    var id: LetterID? {
        if case .accepted(let id) = self { id } else { nil }
    }

    var isLimited: Bool {
        if case .limited = self { true } else { false }
    }
}

extension LimitTable {
    static func of(
        client: String = "off", recipient: String = "off", global: String = "off", sender: String = "off", text: String = "off"
    ) throws -> LimitTable {
        LimitTable(
            client: try #require(Limit(client)), recipient: try #require(Limit(recipient)), global: try #require(Limit(global)),
            sender: try #require(Limit(sender)), text: try #require(Limit(text)))
    }
}
