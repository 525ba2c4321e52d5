import PosternCore
import PosternSQLite
import PosternStore
import PosternTestSupport
import Synchronization

/// A store with one site and as many people as a test asks for, and the makings of letters to them.
final class TestStore: Sendable {
    /// 2026-11-24, 08:00 UTC.
    static let start = Timestamp(seconds: 1_795_507_200)

    let database: any OpenStore
    let commits: CommitLedger
    let site: Site
    let people: [Recipient]
    let randomness: Mutex<SeededRandomness>
    private let leases = Mutex(NodeLeases(node: 1, start: 1))

    private init(_ database: any OpenStore, _ commits: CommitLedger, people count: Int, seed: UInt64) async throws {
        self.database = database
        self.commits = commits
        var randomness = SeededRandomness(seed: seed)
        let site = try Sample.site("photos")
        let people = try (0..<count).map { number in
            try Sample.recipient("person\(number)", at: site.id, using: &randomness)
        }
        self.site = site
        self.people = people
        self.randomness = Mutex(randomness)
        try await database.write { transaction in
            _ = try transaction.sites.add(site, at: Self.start)
            _ = try transaction.recipients.add(people, at: Self.start)
        }
        commits.forget()
    }

    /// - Parameter path: where the file is to be; needed for `.file` only.
    static func open(
        _ kind: StoreKind, path: String, people: Int = 3, seed: UInt64 = 1, settings: SQLiteSettings = SQLiteSettings()
    ) async throws -> TestStore {
        let commits = CommitLedger()
        let database = try await kind.open(path, settings: settings, at: start) { size, _ in commits.note(size) }
        return try await TestStore(database, commits, people: people, seed: seed)
    }

    func letter(
        to person: Int = 0, at moment: Timestamp = start, verdict: Verdict = .accept, mark: IdempotencyRecord? = nil,
        tags: [Tag] = [], limitRecord: LimitRecord? = nil, seal: [UInt8] = [1, 2, 3], beginsConversation: Bool = false
    ) -> AcceptedLetter {
        letter(
            to: person, at: moment, verdict: verdict, mark: mark, tags: tags, limitRecord: limitRecord, seal: seal,
            beginsConversation: beginsConversation, likeness: nil)
    }

    /// A letter whose text is near another's, of a wave if its verdict says so.
    func letter(like first: LetterID, to person: Int = 0, verdict: Verdict = .accept) -> AcceptedLetter {
        letter(
            to: person, verdict: verdict, likeness: (DatedSketch(today: [1, 2], tomorrow: [3, 4]), first))
    }

    private func letter(
        to person: Int = 0, at moment: Timestamp = start, verdict: Verdict, mark: IdempotencyRecord? = nil, tags: [Tag] = [],
        limitRecord: LimitRecord? = nil, seal: [UInt8] = [1, 2, 3], beginsConversation: Bool = false,
        likeness: (sketch: DatedSketch, wave: LetterID)?
    ) -> AcceptedLetter {
        let entry = entry(to: person, at: moment, verdict: verdict, tags: tags)
        return AcceptedLetter(
            entry: entry, seal: seal, tokens: randomness.withLock { MailTokens(using: &$0) },
            conversation: beginsConversation ? newConversation(entry.id, at: moment) : nil, limitRecord: limitRecord,
            idempotencyRecord: mark, likeness: likeness)
    }

    /// A submission that was turned away, unless the verdict is another one.
    func entry(
        to person: Int = 0, at moment: Timestamp = start, verdict: Verdict = Verdict(.refuse), tags: [Tag] = []
    ) -> SubmissionEntry {
        SubmissionEntry(
            id: randomness.withLock { LetterID(at: moment, using: &$0) }, at: moment, site: site.id.text,
            handle: people[person].handle.text, recipient: people[person].id, verdict: verdict, tags: tags, evidence: [4, 5],
            letterBytes: 1_500)
    }

    struct Confirmation: Sendable {
        let id: LetterID
        let recipient: RecipientID
        let at: Timestamp
        let tokens: MailTokens

        func enqueue(in transaction: any Transaction) throws {
            try transaction.intake.enqueueConfirmation(id, to: recipient, at: at, tokens: tokens)
        }
    }

    func confirmation(to person: Int = 0, at moment: Timestamp = start) -> Confirmation {
        randomness.withLock { randomness in
            Confirmation(
                id: LetterID(at: moment, using: &randomness), recipient: people[person].id, at: moment,
                tokens: MailTokens(using: &randomness))
        }
    }

    func lease(of node: Int64 = 1) -> LeaseID {
        leases.withLock { LeaseID(node: node, number: $0.next().number) }
    }

    func mark(_ key: UInt8, body: UInt8 = 0) -> IdempotencyRecord {
        IdempotencyRecord(key: Array(repeating: key, count: 32), body: Array(repeating: body, count: 32))
    }

    /// Accepts it, and insists that it was stored.
    @discardableResult
    func accept(_ letter: AcceptedLetter) async throws -> LetterID {
        guard try await database.write({ try $0.intake.accept(letter) }) == .stored else { throw NotStored() }
        return letter.id
    }

    func claim(_ count: Int = 10, until: Duration = .minutes(20), at now: Timestamp = start) async throws
        -> (lease: LeaseID, deliveries: [DeliveryJob])
    {
        let lease = lease()
        let claimed = try await database.write { transaction in
            try transaction.queue.claim(upTo: count, under: lease, until: now + until, at: now)
        }
        return (lease, claimed)
    }

    func line(_ id: LetterID) async throws -> DeliveryLine? {
        try await database.read { try $0.queue.show(id)?.delivery }
    }

    func counts() async throws -> QueueCounts {
        try await database.read { try $0.queue.counts() }
    }

    struct NotStored: Error {}
}

extension Verdict {
    /// One of a wave of like letters.
    static let held = Verdict(of: [Part(.limitText, .hold)])
}

/// Opens a store for the length of a test.
func withStore(
    _ kind: StoreKind, people: Int = 3, seed: UInt64 = 1, settings: SQLiteSettings = SQLiteSettings(),
    _ body: (TestStore) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    let store = try await TestStore.open(kind, path: folder.path("s.sqlite"), people: people, seed: seed, settings: settings)
    do {
        try await body(store)
    } catch {
        await store.database.close()
        throw error
    }
    await store.database.close()
}
