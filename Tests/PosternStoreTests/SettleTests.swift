import PosternCore
import PosternStore
import Testing

@Suite("An outcome is written under its lease, or not at all")
struct SettleTests {
    // The rule: DeliveryState.after, with what staff must be able to see of it.
    @Test(
        arguments: StoreKind.allCases,
        [
            (Outcome.Kind.delivered, DeliveryState.delivered, 0), (.deferred, .ready, 0), (.failed, .failed, 0),
            (.uncertain, .ready, 1), (.ourFault, .held, 0),
        ])
    func `Each outcome moves the delivery where the table says`(_ kind: StoreKind, expected: (Outcome.Kind, DeliveryState, Int))
        async throws
    {
        let (outcome, state, uncertain) = expected
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            let (lease, claimed) = try await store.claim()
            let delivery = try #require(claimed.first)
            let now = TestStore.start + .seconds(5)
            let settlement = try Sample.settlement(outcome, of: delivery, at: now, text: "451 4.7.1 come back later")
            #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) })
            let (line, attempts) = try #require(try await store.database.read { try $0.queue.show(id) })
            #expect(line.state == state)
            #expect(line.uncertain == uncertain)
            #expect(line.attempts == 1)
            #expect(line.due == (state == .ready ? now + .minutes(1) : nil))
            #expect(line.finished == (state.isTerminal ? now : nil))
            #expect(line.reason == (state == .held ? "451 4.7.1 come back later" : nil))
            #expect(line.leaseUntil == nil)
            let attempt = try #require(attempts.first)
            #expect(attempt.end == .settled(outcome))
            #expect(attempt.ended == now)
            #expect(attempt.stage == .finalDot)
            #expect(attempt.code == 250)
            #expect(attempt.enhanced == "2.0.0")
            #expect(attempt.text == "451 4.7.1 come back later")
            #expect(line.last?.end == attempt.end)
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `The last try that the schedule allows ends the delivery`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            let now = TestStore.start + .days(5)
            let (lease, claimed) = try await store.claim(at: now)
            let settlement = try Sample.settlement(.deferred, of: try #require(claimed.first), at: now)
            #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) })
            let line = try #require(try await store.line(id))
            #expect(line.state == .expired)
            #expect(line.reason != nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `An outcome that comes after its lease is dropped, whoever has the delivery now`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            let (first, claimed) = try await store.claim(until: .minutes(20))
            let delivery = try #require(claimed.first)
            let later = TestStore.start + .minutes(20)
            #expect(try await store.database.write { try $0.queue.expireLeases(at: later) } == 1)
            let late = try Sample.settlement(.delivered, of: delivery, at: later)
            #expect(try await store.database.write { try $0.queue.settle(id, under: first, as: late) } == false)
            #expect(try await store.line(id)?.state == .ready)

            let (second, _) = try await store.claim(at: later)
            #expect(try await store.database.write { try $0.queue.settle(id, under: first, as: late) } == false)
            let (line, attempts) = try #require(try await store.database.read { try $0.queue.show(id) })
            #expect(line.state == .leased)
            #expect(attempts.map(\.end) == [.interrupted, nil])

            #expect(try await store.database.write { try $0.queue.settle(id, under: second, as: late) })
            #expect(try await store.database.write { try $0.queue.settle(id, under: second, as: late) } == false)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What other people's servers say is cut to what a list can show`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            let (lease, claimed) = try await store.claim()
            let settlement = try Sample.settlement(
                .ourFault, of: try #require(claimed.first), at: TestStore.start, text: String(repeating: "ü", count: 4_000))
            #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) })
            let line = try #require(try await store.line(id))
            #expect(line.reason?.unicodeScalars.count == 500)
            #expect(line.last?.text?.unicodeScalars.count == 500)
        }
    }
}
