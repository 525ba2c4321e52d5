import PosternCore
import PosternStore
import Testing

@Suite("What of the queue stands still is counted by reason")
struct QueueHealthTests {
    @Test(arguments: StoreKind.allCases)
    func `Letters held by a fault of ours are counted by stage and code; those that staff hold are not (H4)`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let now = TestStore.start + .minutes(1)
            for number in 0..<5 {
                _ = try await store.accept(store.letter())
                let (lease, claimed) = try await store.claim()
                let delivery = try #require(claimed.first)
                let outcome: Outcome.Kind = number < 3 ? .ourFault : .deferred
                let settlement = try Sample.settlement(
                    outcome, of: delivery, at: now + .seconds(number), text: "535 5.7.8 wrong \(number)")
                let result = try await store.database.write { try $0.queue.settle(delivery.id, under: lease, as: settlement) }
                #expect(result == .written)
                // Held by a person, after an attempt that was deferred.
                if number == 4 { _ = try await store.database.write { try $0.queue.hold(delivery.id, because: "to look") } }
            }
            _ = try await store.accept(store.letter(verdict: .held))
            let health = try await store.database.read { try QueueHealth($0, at: TestStore.start + .minutes(1)) }
            let held = try #require(health.held.first)
            #expect(health.held.count == 1)
            #expect(held == .init(stage: .finalDot, code: 250, text: "535 5.7.8 wrong 0", count: 3, since: now))
            #expect(health.soonestDue != nil && health.oldestMoving != nil && health.oldestHeld != nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Letters held after the third end without an answer, and those refused like others, are counted as well`(
        _ kind: StoreKind
    ) async throws {
        try await withStore(kind) { store in
            for outcome in [Outcome.Kind.uncertain, .failed] {
                let id = try await store.accept(store.letter())
                let (lease, _) = try await store.claim()
                var middle = Middle()
                let settlement = try Settlement(
                    of: Sample.outcome(outcome), attempt: 3, uncertainEnds: 2, since: TestStore.start, at: TestStore.start,
                    schedule: .standard, using: &middle)
                try await store.database.write { transaction in
                    _ = try transaction.queue.settle(id, under: lease, as: settlement)
                    _ = try transaction.queue.recall(id, because: "like the others")
                }
                #expect(try await store.line(id)?.state == .held)
            }
            let health = try await store.database.read { try QueueHealth($0, at: TestStore.start + .minutes(1)) }
            #expect(health.held.map(\.count) == [2])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Letters that failed within the day are counted, and to how many recipients`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for ended in [TestStore.start, TestStore.start + .hours(30)] {
                for _ in 0..<2 {
                    let id = try await store.accept(store.letter())
                    let (lease, claimed) = try await store.claim()
                    let settlement = try Sample.settlement(.failed, of: try #require(claimed.first), at: ended)
                    _ = try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) }
                }
            }
            let health = try await store.database.read { try QueueHealth($0, at: TestStore.start + .hours(31)) }
            #expect(health.failed == .init(count: 2, recipients: 1))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `An empty store has nothing that stands still`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let health = try await store.database.read { try QueueHealth($0, at: TestStore.start + .minutes(1)) }
            #expect(health == QueueHealth())
        }
    }
}
