import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

/// What the vault's journal was told.
final class RecordedDeeds: Sendable {
    private let kept = Mutex<[RelayDeed]>([])

    var all: [RelayDeed] { kept.withLock { $0 } }

    /// As a vault that has heard it.
    func note(_ deed: RelayDeed) -> Bool {
        kept.withLock { $0.append(deed) }
        return true
    }
}

/// A desk over a store in memory, with a clock of its own and a vault that says what a client is called.
struct DeskFixture: Sendable {
    static let now = RelayFixture.now
    static let trap = Verdict(of: [Verdict.Part(.trapBait, .score(60)), Verdict.Part(.trapToken, .score(40))])
    static let client = Tag(value: 7)
    static let lifetime = Duration.days(28)

    let store: SQLiteDatabase
    let operations: Operations
    let desk: DeskService
    let clock: MovableClock
    let blocks: BlockCache
    let recipient: Recipient
    let told = RecordedDeeds()

    init(isVaultAway: Bool = false) async throws {
        let clock = MovableClock(Self.now)
        let (store, blocks) = (try await SQLiteDatabase.inMemory(at: Self.now), BlockCache())
        (self.store, self.clock, self.blocks) = (store, clock, blocks)
        operations = Operations(
            by: .operator, store: store, blockCache: blocks, randomness: .seeded(1), now: { clock.now }, wake: {}, retryNow: {},
            recordDeed: { [told] in told.note($0) }
        ) { path in BackupView(path: path, bytes: 0) }
        desk = DeskService(operations: operations, lifetime: Self.lifetime, logger: RelayFixture.quiet) { _, _, _, reach in
            if isVaultAway { throw Away() }
            let (today, first) = (Epoch(containing: clock.now), Epoch(containing: Self.now))
            let own: DeskService.Day = (first, [Self.client])
            return today == first || reach == .upToItsDay ? [own] : [(today, [Tag(value: 70)]), own]
        }
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

    private struct Away: Error {}

    var deeds: [RelayDeed] { told.all }

    static func staff(_ name: String, _ role: StaffRole = .reviewer) throws -> SignedInStaff {
        SignedInStaff(
            account: StaffAccountID(high: 1, low: UInt64(name.utf8.count)), name: try StaffName(name), role: role,
            formToken: "token", session: "own")
    }

    /// Letters that wait, oldest first.
    /// - Parameter first: the letter that has nearly their text.
    func hold(
        _ count: Int, verdict: Verdict = trap, tag: PosternCore.Tag = client, near first: LetterID? = nil
    ) async throws -> [LetterID] {
        let recipient = recipient
        var randomness = SystemRandomNumberGenerator()
        let letters = (0..<count).map { number in
            let at = Self.now + .milliseconds(Int64(number))
            return AcceptedLetter(
                entry: SubmissionEntry(
                    id: LetterID(at: at, using: &randomness), at: at, site: "photos", handle: "pat", recipient: recipient.id,
                    verdict: verdict, tags: [tag], evidence: [4], letterBytes: 1),
                seal: [3], tokens: MailTokens(using: &randomness),
                likeness: first.map { (DatedSketch(today: [1], tomorrow: [2]), $0) })
        }
        for start in stride(from: 0, to: count, by: 1_000) {
            let some = letters[start..<min(start + 1_000, count)]
            try await store.write { transaction in
                for letter in some { _ = try transaction.intake.accept(letter) }
            }
        }
        return letters.map(\.id)
    }

    func report(_ letter: LetterID) async throws {
        var randomness = SystemRandomNumberGenerator()
        let report = Report(
            id: ReportID(at: Self.now, using: &randomness), letter: letter, recipient: recipient.id, reason: .fraud, seal: [1])
        try await store.write { transaction in _ = try transaction.reports.add(report) }
    }

    func decide(
        _ act: ReviewAct, _ letter: LetterID, version: Int = 1, by name: String = "anna", reason: ReviewReason? = nil
    ) async throws -> ReviewAnswer {
        try await desk.decide(
            ReviewWish(act, reason: reason, about: [.letter(letter, version: version)]), by: try Self.staff(name))
    }

    func state(_ letter: LetterID) async throws -> DeliveryState? {
        try await store.read { try $0.queue.line(letter)?.state }
    }

    func waiting() async throws -> Int { try await desk.counts(.held, after: nil).lanes[.held] ?? 0 }

    /// Everything that is due is carried out.
    func pass(_ span: Duration = ReviewTimes.undo) async {
        clock.advance(by: span)
        let log = KeptLog()
        var failing: Set<DeskUpkeep.Due> = []
        await upkeep(log).carryOut(failing: &failing)
        #expect(log.all.isEmpty)
    }

    func upkeep(_ log: KeptLog) -> DeskUpkeep {
        DeskUpkeep(operations: operations, logger: log.logger, isClockTrusted: { _ in true })
    }
}

extension ReviewAnswer {
    var decision: StaffDecision? { if case .made(let decision, _) = self { decision } else { nil } }
}
