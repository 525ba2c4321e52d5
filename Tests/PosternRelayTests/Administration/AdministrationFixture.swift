import PosternCore
import PosternLink
import PosternRelay
import PosternTestSupport
import Testing

/// What staff look after, over the desk's store; what the vault's journal is told is kept.
struct AdministrationFixture: Sendable {
    private struct Away: Error {}

    let desk: DeskFixture
    let operations: Operations
    let blocks: BlockService
    let log: LogService
    let administration: AdministrationService

    /// The client is called 7 on the day of its letters, and 70 on any other.
    init(isVaultAway: Bool = false) async throws {
        desk = try await DeskFixture()
        let (clock, told) = (desk.clock, desk.told)
        operations = Operations(
            by: .operator, store: desk.store, blockCache: desk.blocks, randomness: .seeded(2), now: { clock.now }, wake: {},
            retryNow: {}, recordDeed: { deed in !isVaultAway && told.note(deed) }
        ) { path in BackupView(path: path, bytes: 0) }
        let relate: DeskService.Relating = { _, _, _, reach in
            if isVaultAway { throw Away() }
            let (today, first) = (Epoch(containing: clock.now), Epoch(containing: DeskFixture.now))
            let own: DeskService.Day = (first, [DeskFixture.client])
            return today == first || reach == .upToItsDay ? [own] : [(today, [PosternCore.Tag(value: 70)]), own]
        }
        blocks = BlockService(
            operations: operations, pseudonyms: Pseudonyms { _ in Array(repeating: 1, count: 32) }, logger: RelayFixture.quiet,
            relate: relate)
        log = LogService(operations: operations, logger: RelayFixture.quiet, relate: relate)
        administration = AdministrationService(
            operations: operations, publicURL: try #require(WebOrigin("https://contact.example.org")))
    }

    var deeds: [RelayDeed] { desk.deeds }

    static func wish(
        _ kind: BlockWish.Kind, _ mark: String, because reason: String = "seen before", lasting: Duration? = nil,
        isConfirmed: Bool = false
    ) -> BlockWish {
        BlockWish(kind, mark, .refuse, because: reason, lasting: lasting, isConfirmed: isConfirmed)
    }
}
