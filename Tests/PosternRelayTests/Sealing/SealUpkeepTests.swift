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

@Suite("Addresses are sealed again in the background, and nothing that happens meanwhile is lost (K7)")
struct SealUpkeepTests {
    @Test func `Everybody's is, in small batches; a second pass has nothing to ask`() async throws {
        try await SealFixture.run(people: 150) { fixture in
            _ = try await fixture.store.write { [id = fixture.people[3].id] in
                try $0.recipients.erase(id, at: RelayFixture.now)
            }
            var pass = SealPass(to: SealFixture.key)
            while try await fixture.upkeep.step(&pass) {}
            #expect(fixture.vault.asked.map(\.count) == [64, 64, 21])
            #expect(pass.standing.resealed == 149 && pass.standing.refused == 0 && !pass.standing.isUnderWay)
            #expect(fixture.upkeep.standing == pass.standing && fixture.upkeep.isSettling)
            #expect(try await fixture.stale() == 0)
            let first = try #require(try await fixture.person(0))
            #expect(first.record?.seal == SealFixture.head + [0] && first.record?.authorisation == [0xA0, 0])
            #expect(first.state == .active && first.record?.version == 1)
            #expect(try await fixture.person(3)?.record == nil)

            var again = SealPass(to: SealFixture.key)
            while try await fixture.upkeep.step(&again) {}
            #expect(fixture.vault.asked.count == 3 && again.standing.resealed == 0)
        }
    }

    @Test func `What cannot be is counted and named, stays as it is, and keeps nobody else from it`() async throws {
        try await SealFixture.run(people: 5) { fixture in
            fixture.vault.refuse([fixture.people[1].id: .notAuthorised, fixture.people[2].id: .noKey])
            let broken = fixture.people[3].id
            try await fixture.store.write { transaction in
                _ = try transaction.run("UPDATE recipient SET name = ? WHERE id = ?", [.blob([0xFF]), .blob(broken.bytes)])
            }
            var pass = SealPass(to: SealFixture.key)
            while try await fixture.upkeep.step(&pass) {}
            #expect(pass.standing.resealed == 2 && pass.standing.refused == 3)
            #expect(Set(pass.standing.some.map(\.recipient)) == ["photos/p1", "photos/p2", "\(broken)"])
            #expect(pass.standing.some.allSatisfy { !$0.why.isEmpty })
            #expect(try await fixture.stale() == 3)
        }
    }

    @Test func `A change that comes between the vault's answer and the write counts, and is sealed again later`() async throws {
        try await SealFixture.run(people: 3) { fixture in
            let (changed, erased) = (fixture.people[0], fixture.people[1])
            fixture.faulty.beforeNextWrite { [store = fixture.store] in
                _ = try await store.write { transaction in
                    _ = try transaction.recipients.replaceRecord(
                        of: changed, with: SealedRecord(version: 2, seal: [42], authorisation: [43]), former: 1,
                        at: RelayFixture.now)
                    return try transaction.recipients.erase(erased.id, at: RelayFixture.now)
                }
            }
            var pass = SealPass(to: SealFixture.key)
            while try await fixture.upkeep.step(&pass) {}
            #expect(pass.standing.resealed == 1 && pass.standing.refused == 0 && pass.isToRepeat)
            #expect(try await fixture.person(0)?.record == SealedRecord(version: 2, seal: [42], authorisation: [43]))
            #expect(try await fixture.person(1)?.record == nil)
            var next = SealPass(to: SealFixture.key)
            while try await fixture.upkeep.step(&next) {}
            #expect(next.standing.resealed == 1 && !next.isToRepeat)
            #expect(try await fixture.person(0)?.record?.version == 2)
            #expect(try await fixture.stale() == 0)
        }
    }

    @Test(arguments: [0, 1, 2])
    func `Where a write fails after the vault's answer, each row has either seal, and the next try goes on`(after: Int)
        async throws
    {
        try await SealFixture.run(people: 150) { fixture in
            fixture.faulty.failOnce(after: after)
            var pass = SealPass(to: SealFixture.key)
            await #expect(throws: StoreError.self) { try await fixture.upkeep.step(&pass) }
            #expect(try await fixture.stale() == 150 - after * 64)
            // As a relay that was killed, which remembers nothing.
            var again = SealPass(to: SealFixture.key)
            while try await fixture.upkeep.step(&again) {}
            #expect(again.standing.resealed == 150 - after * 64)
            #expect(try await fixture.stale() == 0)
            // And one that was not.
            while try await fixture.upkeep.step(&pass) {}
            #expect(pass.standing.resealed == after * 64)
        }
    }

    @Test func `A vault that ends before it answers, or answers for others, changes nothing`() async throws {
        try await SealFixture.run(people: 3) { fixture in
            for mood in [SealVault.Mood.unavailable, .short] {
                fixture.vault.set(mood)
                var pass = SealPass(to: SealFixture.key)
                await #expect(throws: (any Error).self) { try await fixture.upkeep.step(&pass) }
                #expect(try await fixture.stale() == 3 && pass.standing.resealed == 0)
            }
            // Another version is another record.
            fixture.vault.set(.otherVersion)
            var pass = SealPass(to: SealFixture.key)
            while try await fixture.upkeep.step(&pass) {}
            #expect(try await fixture.stale() == 3 && pass.standing.resealed == 0)
        }
    }

    @Test func `It begins by itself, and once more when another key is announced`() async throws {
        try await SealFixture.run(people: 5) { fixture in
            let group = ServiceGroup(services: [fixture.link, fixture.upkeep], logger: RelayFixture.quiet)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await eventually("all are under the first key") { try await fixture.stale() == 0 }
                fixture.vault.announce(SealFixture.next)
                try await eventually("all are under the next key") {
                    let standing = fixture.upkeep.standing
                    return standing?.key == SealFixture.next.id.description && standing?.isUnderWay == false
                }
                #expect(try await fixture.stale(SealFixture.next) == 0)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    @Test func `The operator is told how many records need which key, and how many changes of addresses`() async throws {
        try await SealFixture.run(people: 3) { fixture in
            let former = SealedRecord(version: 1, seal: Seal.head(ofAddressesTo: SealFixture.next) + [1], authorisation: [1])
            let plain = SealedRecord(version: 1, seal: [0x50, 0x53, 2] + former.seal.dropFirst(3), authorisation: [1])
            let people = fixture.people
            let needs = try await fixture.store.write { transaction in
                for (person, record) in [(people[0], former), (people[1], plain)] {
                    guard let old = person.record else { continue }
                    _ = try transaction.recipients.reseal(person.id, from: old, as: record)
                }
                let change = AddressChange(
                    id: AddressChangeID(high: 9, low: 9), recipient: people[0].id, former: former, next: plain)
                _ = try transaction.addressChanges.add(change, at: RelayFixture.now)
                return try SealsView.needs(transaction)
            }
            let need = try #require(needs.first)
            #expect(needs.count == 1 && need.id == SealFixture.next.id.description)
            #expect(need.recipients == 2 && need.formerForm == 1 && need.changes == 2 && need.isNeeded)
            let view = SealsView(needs: needs, standing: nil, isSettling: false)
            #expect(!view.need(of: "another").isNeeded)
        }
    }
}

/// People whose addresses are sealed to no key at all, and a vault that seals them again by writing a new beginning.
final class SealFixture: Sendable {
    static let key = SealingKey(purpose: .address, suite: .x25519, epoch: nil, publicHalf: [UInt8](repeating: 1, count: 32))
    static let next = SealingKey(purpose: .address, suite: .x25519, epoch: nil, publicHalf: [UInt8](repeating: 2, count: 32))
    static let head = Seal.head(ofAddressesTo: key)

    let store: SQLiteDatabase
    let faulty: FaultyStore
    let people: [Recipient]
    let link: VaultLink
    let upkeep: SealUpkeep
    let vault = SealVault()
    private let folder: TemporaryFolder

    private init(people count: Int) async throws {
        folder = try TemporaryFolder()
        store = try await .inMemory(at: RelayFixture.now)
        faulty = FaultyStore(store)
        link = VaultLink(socket: folder.path("vault.sock"), logger: RelayFixture.quiet, renewal: .milliseconds(20))
        upkeep = SealUpkeep(store: faulty, vault: link, logger: RelayFixture.quiet)
        let site = Site(id: try SiteID("photos"), name: try HeaderText("Example Photos", limit: 100), origins: [])
        let people = try (0..<count).map { number in
            Recipient(
                id: RecipientID(high: 1, low: UInt64(number)), site: site.id, handle: try Handle("p\(number)"),
                name: try HeaderText("Pat", limit: 100), language: .english, state: .active,
                record: SealedRecord(version: 1, seal: [UInt8(number)], authorisation: [UInt8(number)]))
        }
        self.people = people
        try await store.write { transaction in
            _ = try transaction.sites.add(site, at: RelayFixture.now)
            _ = try transaction.recipients.add(people, at: RelayFixture.now)
        }
    }

    /// With the vault listening while the body runs.
    static func run(people count: Int, _ body: @escaping @Sendable (SealFixture) async throws -> Void) async throws {
        let fixture = try await SealFixture(people: count)
        let vault = fixture.vault
        let server = FrameServer<VaultVerb>(
            .init(path: fixture.folder.path("vault.sock"), mode: 0o600, peers: [.own]), logger: RelayFixture.quiet
        ) { try vault.handle($0, $1) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await server.run() }
            try await eventually("the vault answers") { await fixture.link.renew() }
            try await body(fixture)
            tasks.cancelAll()
        }
        await fixture.link.close()
        await fixture.store.close()
    }

    func person(_ number: Int) async throws -> Recipient? {
        let id = people[number].id
        return try await store.read { try $0.recipients.find(id) }
    }

    /// How many rows are not under a key.
    func stale(_ key: SealingKey = key) async throws -> Int {
        let counts = try await store.read { try $0.recipients.sealCounts(Seal.headLength) }
        return counts.filter { $0.key != Seal.head(ofAddressesTo: key) }.values.reduce(0, +)
    }
}

/// Seals by writing the beginning of a seal before the last byte of the former one.
final class SealVault: Sendable {
    enum Mood { case well, unavailable, short, otherVersion }

    private struct State {
        var key = SealFixture.key
        var mood = Mood.well
        var asked: [[RecipientID]] = []
        var refused: [RecipientID: ResealedRecord.Reason] = [:]
    }

    private let state = Mutex(State())

    var asked: [[RecipientID]] { state.withLock { $0.asked } }
    func set(_ mood: Mood) { state.withLock { $0.mood = mood } }
    func announce(_ key: SealingKey) { state.withLock { $0.key = key } }
    func refuse(_ refused: [RecipientID: ResealedRecord.Reason]) { state.withLock { $0.refused = refused } }

    func handle(_ verb: VaultVerb, _ payload: [UInt8]) throws -> [UInt8] {
        guard verb == .resealRecords else {
            let key = state.withLock { $0.key }
            let announced = Announcement.Key(
                purpose: key.purpose.rawValue, suite: key.suite.rawValue, epoch: nil, publicHalf: key.publicHalf)
            return Announcement(keys: [announced], tagKeys: [], lanes: 1).payload
        }
        let people = try RecordsToReseal(payload: payload).recipients
        let (key, mood, refused) = state.withLock { state in
            state.asked.append(people.map(\.id))
            return (state.key, state.mood, state.refused)
        }
        guard mood != .unavailable else { throw LinkRefusal(.unavailable, "not now") }
        let answers = people.map { person -> ResealedRecord in
            if let reason = refused[person.id] { return .refused(reason) }
            guard let record = person.record, let last = record.seal.last else { return .unchanged }
            return .resealed(
                SealedRecord(
                    version: mood == .otherVersion ? record.version + 1 : record.version,
                    seal: Seal.head(ofAddressesTo: key) + [last], authorisation: [0xA0, last]))
        }
        return ResealedRecords(mood == .short ? Array(answers.dropLast()) : answers).payload
    }
}
