import PosternCore
import PosternLink
import PosternRelay
import PosternSealing
import PosternTestSupport
import Synchronization
import Testing

/// A vault that names the senders of letters.
final class NamingVault: Sendable {
    private let state = Mutex<(asked: [SenderRequest], refusal: LinkRefusal?)>(([], nil))

    static let keys = SenderKeys(secrets: [Array(0..<32)])
    /// Of every letter.
    static let sender = "vera@visitor.example"

    var asked: [SenderRequest] { state.withLock { $0.asked } }
    func refuse(_ refusal: LinkRefusal) { state.withLock { $0.refusal = refusal } }

    func name(_ request: SenderRequest) throws -> SenderNames {
        try state.withLock { state in
            state.asked.append(request)
            if let refusal = state.refusal { throw refusal }
        }
        return SenderNames(all: Self.keys.digests(of: try EmailAddress(Self.sender)))
    }
}

/// What staff look after, over the desk's store; what the vault's journal is told is kept.
struct AdministrationFixture: Sendable {
    private struct Away: Error {}

    let desk: DeskFixture
    let operations: Operations
    let blocks: BlockService
    let log: LogService
    let administration: AdministrationService
    let naming = NamingVault()
    let asked: Asked
    private let relate: DeskService.Relating

    /// What the vault is asked about clients.
    final class Asked: Sendable {
        private let state = Mutex((count: 0, isAway: false))

        var count: Int { state.withLock { $0.count } }
        /// Like `Fixture.isVaultAway`, for a part of a test.
        var isAway: Bool {
            get { state.withLock { $0.isAway } }
            set { state.withLock { $0.isAway = newValue } }
        }

        fileprivate func note() { state.withLock { $0.count += 1 } }
    }

    /// The client is called 7 on the day of its letters, and 70 on any other.
    init(isVaultAway: Bool = false) async throws {
        desk = try await DeskFixture()
        let (clock, told, asked) = (desk.clock, desk.told, Asked())
        asked.isAway = isVaultAway
        self.asked = asked
        operations = Operations(
            by: .operator, store: desk.store, blockCache: desk.blocks, randomness: .seeded(2), now: { clock.now }, wake: {},
            retryNow: {}, recordDeed: { deed in !isVaultAway && told.note(deed) }
        ) { path in BackupView(path: path, bytes: 0) }
        let relate: DeskService.Relating = { _, _, _, reach in
            asked.note()
            if asked.isAway { throw Away() }
            let (today, first) = (Epoch(containing: clock.now), Epoch(containing: DeskFixture.now))
            let own: DeskService.Day = (first, [DeskFixture.client])
            return today == first || reach == .upToItsDay ? [own] : [(today, [PosternCore.Tag(value: 70)]), own]
        }
        self.relate = relate
        let senders = BlockService.Senders(
            keys: { isVaultAway ? nil : NamingVault.keys },
            name: { [naming] request in
                if isVaultAway { throw Away() }
                return try naming.name(request)
            })
        blocks = BlockService(
            operations: operations, pseudonyms: Pseudonyms { _ in Array(repeating: 1, count: 32) }, senders: senders,
            logger: RelayFixture.quiet, relate: relate)
        log = LogService(operations: operations, logger: RelayFixture.quiet, relate: relate)
        administration = AdministrationService(
            operations: operations, publicURL: try #require(WebOrigin("https://contact.example.org")))
    }

    var deeds: [RelayDeed] { desk.deeds }

    func follower(_ log: KeptLog) -> BlockFollower {
        BlockFollower(operations: operations, logger: log.logger, isClockTrusted: { _ in true }, relate: relate)
    }

    static func wish(
        _ kind: BlockWish.Kind, _ mark: String, because reason: String = "seen before", lasting: Duration? = nil,
        isConfirmed: Bool = false
    ) -> BlockWish {
        BlockWish(kind, mark, .refuse, because: reason, lasting: lasting, isConfirmed: isConfirmed)
    }
}
