import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A long queue costs nothing that a short one does not", .serialized)
struct ScaleTests {
    @Test(arguments: StoreKind.lasting)
    func `With 100,000 queued letters and a claim cut short, the next start claims the first letters`(_ kind: StoreKind)
        async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let store = try await TestStore.open(kind, path: path, people: 100)
        for bite in 0..<100 {
            let letters = (0..<1_000).map { store.letter(to: $0 % 100, at: TestStore.start + .seconds(Int64(bite))) }
            try await store.database.write { transaction in
                for letter in letters { _ = try transaction.intake.accept(letter) }
            }
        }
        let now = TestStore.start + .minutes(5)
        _ = try await store.claim(500, at: now)
        await store.database.close()

        let found = try await firstClaim(kind, path, store, at: now)
        #expect(found.recovered == 500)
        #expect(found.claimed == 16)
        let counts = try await found.database.read { try $0.queue.counts() }
        #expect(counts == QueueCounts(states: [.ready: 99_984, .leased: 16], accepted: 100_000))
        #expect(Figure.note("start and first claim, 100,000 queued letters", found.took, limit: .seconds(5)))
        await found.database.close()
    }

    /// What a relay does from its start to the first letters it takes.
    private func firstClaim(
        _ kind: StoreKind, _ path: String, _ store: TestStore, at now: Timestamp
    ) async throws -> (database: any OpenStore, recovered: Int, claimed: Int, took: Duration) {
        let began = ContinuousClock.now
        let database = try await kind.open(path, at: now)
        let recovered = try await database.write { try $0.queue.recoverLeases(of: 1, at: now) }
        let lease = store.lease()
        let claimed = try await database.write {
            try $0.queue.claim(upTo: 16, under: lease, until: now + .minutes(20), at: now)
        }
        return (database, recovered, claimed.count, ContinuousClock.now - began)
    }

    @Test func `A delivered letter of 1.5 kB takes less than 6 KiB on disk, log and all`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let store = try await TestStore.open(.file, path: path, people: 20)
        let seal = [UInt8](repeating: 5, count: 1_700)
        let count = 3_000
        for bite in 0..<(count / 100) {
            let letters = (0..<100).map { number in
                var digest = [UInt8](repeating: UInt8(number), count: 32)
                (digest[0], digest[1]) = (UInt8(truncatingIfNeeded: number &* 37), UInt8(bite))
                let mark = IdempotencyRecord(key: digest, body: digest)
                let moment = TestStore.start + .seconds(Int64(bite))
                let keys = (1...7).map { scope in
                    DatedLimitKey(
                        today: LimitKey(.client, high: UInt64(number * scope), low: 1),
                        tomorrow: LimitKey(.client, high: UInt64(number * scope), low: 2))
                }
                return store.letter(
                    to: number % 20, at: moment, mark: mark,
                    tags: (1...3).map { Tag(value: UInt64(number + bite * 100) &* 0x9E37_79B9_7F4A_7C15 &* $0) },
                    limitRecord: LimitRecord(epoch: Epoch(containing: moment), keys: keys), seal: seal)
            }
            try await store.database.write { transaction in
                for letter in letters { _ = try transaction.intake.accept(letter) }
            }
            let (lease, claimed) = try await store.claim(100, at: TestStore.start + .seconds(Int64(bite)))
            try await store.database.write { transaction in
                for delivery in claimed {
                    let settlement = try Sample.settlement(.delivered, of: delivery, at: TestStore.start + .seconds(Int64(bite)))
                    _ = try transaction.queue.settle(delivery.id, under: lease, as: settlement)
                }
            }
        }
        #expect(try await store.counts()[.delivered] == count)
        await store.database.close()
        let bytes = try FileFacts.size(path)
        #expect(bytes / count <= 6 * 1_024, "\(bytes / count) bytes for each letter")
    }
}
