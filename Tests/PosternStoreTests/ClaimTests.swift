import PosternCore
import PosternStore
import Testing

@Suite("A claim takes what is due, once, and writes the attempt down first")
struct ClaimTests {
    @Test(arguments: StoreKind.allCases)
    func `What is due comes soonest first, with all that the vault needs`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let late = try await store.accept(store.letter(to: 0, at: TestStore.start + .seconds(2)))
            let early = store.letter(to: 1, at: TestStore.start + .seconds(1), seal: [7, 7, 7])
            try await store.accept(early)
            let future = try await store.accept(store.letter(at: TestStore.start + .seconds(60)))
            #expect(try await store.database.read { try $0.queue.soonestDue() } == early.entry.at)
            let (lease, claimed) = try await store.claim(at: TestStore.start + .seconds(3))
            #expect(claimed.map(\.id) == [early.id, late])
            let first = try #require(claimed.first)
            #expect(first.attempt == 1)
            #expect(first.accepted == early.entry.at)
            #expect(first.letter == [7, 7, 7])
            #expect(first.tokens == early.tokens)
            #expect(first.site == store.site)
            #expect(first.recipient == store.people[1].id)
            #expect(first.handle == store.people[1].handle)
            #expect(first.recipientName == store.people[1].name)
            #expect(first.language == store.people[1].language)
            #expect(first.record == store.people[1].record)
            // A7: the attempt, its lease and the time at which it is tried again in any case are in the store already.
            let shown = try #require(try await store.database.read { try $0.queue.show(early.id) })
            #expect(shown.delivery.state == .leased)
            #expect(shown.delivery.leaseUntil == TestStore.start + .seconds(3) + .minutes(20))
            #expect(shown.attempts.map(\.number) == [1])
            #expect(shown.attempts.first?.end == nil)
            #expect(shown.attempts.first?.began == TestStore.start + .seconds(3))
            #expect(try await store.line(future)?.state == .ready)
            #expect(try await store.database.write { try $0.queue.unclaim(lease) } == 2)
        }
    }

    @Test(arguments: StoreKind.allCases, [0, 1, 4, 5, 6])
    func `No more than asked for`(_ kind: StoreKind, count: Int) async throws {
        try await withStore(kind) { store in
            for _ in 0..<5 { try await store.accept(store.letter()) }
            #expect(try await store.claim(count).deliveries.count == min(count, 5))
            #expect(try await store.counts()[.ready] == 5 - min(count, 5))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `No delivery is under two leases, however many claim at once`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await withThrowingTaskGroup(of: [LetterID].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<50 { try await store.accept(store.letter()) }
                        return []
                    }
                }
                for _ in 0..<6 {
                    group.addTask {
                        var mine: [LetterID] = []
                        for _ in 0..<40 { mine += try await store.claim(3).deliveries.map(\.id) }
                        return mine
                    }
                }
                let all = try await group.reduce(into: [LetterID]()) { $0 += $1 }
                #expect(Set(all).count == all.count)
                let rest = try await store.claim(1_000).deliveries.map(\.id)
                #expect(Set(all).isDisjoint(with: rest))
                #expect(all.count + rest.count == 200)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A letter that waits for a recipient who has paused since is claimed all the same`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.accept(store.letter())
            let id = store.people[0].id
            _ = try await store.database.write {
                try $0.recipients.setState(.paused, of: id, from: [.active], at: TestStore.start)
            }
            #expect(try await store.claim().deliveries.map(\.id) == [letter])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What an erased recipient still has in flight is dropped at the next claim`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter(to: 0))
            let other = try await store.accept(store.letter(to: 1))
            let (lease, claimed) = try await store.claim()
            let person = store.people[0].id
            #expect(try await store.database.write { try $0.recipients.erase(person, at: TestStore.start) } == .changed)
            #expect(try await store.line(id)?.state == .leased)
            for delivery in claimed {
                let settlement = try Sample.settlement(.deferred, of: delivery, at: TestStore.start)
                #expect(
                    try await store.database.write { try $0.queue.settle(delivery.id, under: lease, as: settlement) } == .written)
            }
            let later = TestStore.start + .hours(1)
            #expect(try await store.claim(at: later).deliveries.map(\.id) == [other])
            let shown = try #require(try await store.database.read { try $0.queue.show(id) })
            #expect(shown.delivery.state == .dropped)
            #expect(shown.delivery.attempts == 1)
            #expect(shown.attempts.count == 1)
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A unit may settle one batch and claim the next`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for _ in 0..<6 { try await store.accept(store.letter()) }
            var (lease, batch) = try await store.claim(2)
            var seen: [LetterID] = []
            while !batch.isEmpty {
                let (done, old, new) = (batch, lease, store.lease())
                seen += done.map(\.id)
                batch = try await store.database.write { transaction in
                    for delivery in done {
                        let settlement = try Sample.settlement(.delivered, of: delivery, at: TestStore.start)
                        #expect(try transaction.queue.settle(delivery.id, under: old, as: settlement) == .written)
                    }
                    return try transaction.queue.claim(
                        upTo: 2, under: new, until: TestStore.start + .minutes(20), at: TestStore.start)
                }
                lease = new
            }
            #expect(Set(seen).count == 6)
            #expect(try await store.counts()[.delivered] == 6)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A row that holds what Postern did not write is held with its reason, and keeps no other from being claimed`(
        _ kind: StoreKind
    ) async throws {
        try await withStore(kind) { store in
            let (bad, good) = (store.letter(to: 0), store.letter(to: 1))
            try await store.accept(bad)
            try await store.accept(good)
            _ = try await store.database.write { transaction in
                try transaction.run("UPDATE recipient SET language = '??' WHERE id = ?", [store.people[0].id.stored])
            }
            let (_, claimed) = try await store.claim(5, at: TestStore.start)
            #expect(claimed.map(\.id) == [good.id])
            let held = try await store.database.read { transaction in
                try transaction.row("SELECT state, reason, attempts FROM delivery WHERE id = ?", [bad.id.stored])
            }
            #expect(try held?["state"] == "held")
            #expect(try (held?["reason"] ?? "").contains("language"))
            #expect(try held?["attempts"] == 0)
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Letters to a site whose row cannot be read are held, and are all there once it is put right`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let letter = store.letter(to: 0, seal: [7, 7, 7])
            try await store.accept(letter)
            let site = store.site.id.stored
            let introductions = try await store.database.write { transaction -> SQLValue in
                let former: String? = try transaction.row("SELECT introductions FROM site WHERE id = ?", [site])?["introductions"]
                _ = try transaction.run("UPDATE site SET introductions = '??' WHERE id = ?", [site])
                return former.stored
            }
            #expect(try await store.claim(5).deliveries.isEmpty)
            let held = try #require(try await store.database.read { try $0.queue.show(letter.id) })
            #expect(held.delivery.state == .held && held.delivery.attempts == 0)
            #expect(held.delivery.reason?.contains("introductions") == true)
            _ = try await store.database.write { transaction in
                _ = try transaction.run("UPDATE site SET introductions = ? WHERE id = ?", [introductions, site])
                return try transaction.queue.release(letter.id, at: TestStore.start)
            }
            #expect(try await store.claim(5).deliveries.map(\.letter) == [[7, 7, 7]])
            #expect(try await store.counts().difference == 0)
        }
    }
}
