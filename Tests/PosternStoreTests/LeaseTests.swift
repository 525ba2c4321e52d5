import PosternCore
import PosternStore
import Testing

@Suite("A lease ends in an outcome, in time, or as if it had not been")
struct LeaseTests {
    @Test(arguments: StoreKind.allCases)
    func `What was never dialled goes back as if it had not been claimed`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let ids = [try await store.accept(store.letter()), try await store.accept(store.letter())]
            let before = try await store.database.read { try $0.queue.list(limit: 10) }
            let (lease, _) = try await store.claim()
            #expect(try await store.database.write { try $0.queue.unclaim(lease) } == 2)
            #expect(try await store.database.read { try $0.queue.list(limit: 10) } == before)
            for id in ids { #expect(try await store.database.read { try $0.queue.show(id)?.attempts.isEmpty } == true) }
            #expect(try await store.database.write { try $0.queue.unclaim(lease) } == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `One of a claim goes back, at its old place or later, and the others stay`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for _ in 0..<3 { try await store.accept(store.letter()) }
            let (lease, claimed) = try await store.claim()
            try #require(claimed.count == 3)
            let (kept, back, later) = (claimed[0].id, claimed[1].id, claimed[2].id)
            let due = TestStore.start + .seconds(30)
            #expect(try await store.database.write { try $0.queue.unclaim(back, under: lease) })
            #expect(try await store.database.write { try $0.queue.unclaim(later, under: lease, due: due) })
            #expect(try await store.line(kept)?.state == .leased)
            #expect(try await store.line(back)?.due == TestStore.start)
            #expect(try await store.line(later)?.due == due)
            #expect(try await store.line(back)?.attempts == 0)
            #expect(try await store.database.write { try $0.queue.unclaim(back, under: lease) } == false)
            let settlement = try Sample.settlement(.delivered, of: claimed[0], at: TestStore.start)
            #expect(try await store.database.write { try $0.queue.settle(kept, under: lease, as: settlement) } == .written)
            #expect(try await store.database.write { try $0.queue.unclaim(kept, under: lease) } == false)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A lease that has run out makes its deliveries due at once, marked as perhaps sent`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            let other = try await store.accept(store.letter())
            _ = try await store.claim(1, until: .minutes(1))
            let (longer, _) = try await store.claim(1, until: .minutes(30))
            let justBefore = TestStore.start + .minutes(1) - .milliseconds(1)
            #expect(try await store.database.write { try $0.queue.expireLeases(at: justBefore) } == 0)
            let now = TestStore.start + .minutes(1)
            #expect(try await store.database.write { try $0.queue.expireLeases(at: now) } == 1)
            let states = try await store.database.read { try $0.queue.list(limit: 2) }
            let ready = try #require(states.first { $0.state == .ready })
            #expect(ready.due == now)
            #expect(ready.uncertain == 1)
            #expect(ready.attempts == 1)
            #expect(ready.last?.end == .interrupted)
            #expect([id, other].contains(ready.id))
            #expect(try await store.database.write { try $0.queue.unclaim(longer) } == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `At the start of a node its leases are over, however long they were, and those of other nodes are not`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            for _ in 0..<7 { try await store.accept(store.letter()) }
            _ = try await store.claim(2, until: .days(1))
            _ = try await store.claim(2, until: .days(1))
            let now = TestStore.start + .seconds(1)
            let theirs = store.lease(of: 2)
            _ = try await store.database.write {
                try $0.queue.claim(upTo: 2, under: theirs, until: now + .days(1), at: now)
            }
            #expect(try await store.database.write { try $0.queue.recoverLeases(of: 1, at: now) } == 4)
            #expect(try await store.counts()[.leased] == 2)
            #expect(try await store.database.write { try $0.queue.recoverLeases(of: 1, at: now) } == 0)
            let claimed = try await store.claim(at: now).deliveries
            #expect(claimed.map(\.attempt).sorted() == [1, 2, 2, 2, 2])
            var uncertain: [Int] = []
            for id in claimed.map(\.id) { uncertain.append(try #require(try await store.line(id)).uncertain) }
            #expect(uncertain.sorted() == [0, 1, 1, 1, 1])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What waited for longer than the schedule tries is given up`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            let young = try await store.accept(store.letter(at: TestStore.start + .hours(1)))
            let held = try await store.accept(store.letter(verdict: .held))
            let now = TestStore.start + .days(5)
            let before = now - .milliseconds(1)
            #expect(try await store.database.write { try $0.queue.expireOld(at: before, lifetime: .days(5), limit: 9) } == 0)
            // A person's release comes with one more try, however old the letter is.
            #expect(try await store.database.write { try $0.queue.release(held, at: now + .seconds(1)) } == .moved(to: .ready))
            let after = now + .seconds(2)
            #expect(try await store.database.write { try $0.queue.expireOld(at: after, lifetime: .days(5), limit: 9) } == 1)
            #expect(try await store.line(id)?.state == .expired)
            #expect(try await store.line(id)?.finished == after)
            #expect(try await store.line(young)?.state == .ready)
            #expect(try await store.line(held)?.state == .ready)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What is due later than the schedule ever waits was written by a clock that ran ahead, and is due now`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            // Accepted on a day that has not come yet; the others as the schedule has it.
            let ahead = try await store.accept(store.letter(at: TestStore.start + .days(1)))
            let usual = try await store.accept(store.letter())
            let held = try await store.accept(store.letter(at: TestStore.start + .days(1), verdict: .held))
            let longest = RetrySchedule.standard.longestWait
            #expect(longest == .minutes(288))
            let latest = try await store.accept(store.letter(at: TestStore.start + longest))
            let recovered = try await store.database.write {
                try $0.queue.recoverFromClockSetBack(at: TestStore.start, longestWait: longest)
            }
            #expect(recovered == 1)
            #expect(try await store.line(ahead)?.due == TestStore.start)
            #expect(try await store.line(usual)?.due == TestStore.start)
            #expect(try await store.line(latest)?.due == TestStore.start + longest)
            #expect(try await store.line(held)?.state == .held)
            #expect(try await store.claim().deliveries.map(\.id).contains(ahead))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A node keeps its number from start to start, and no lease is made twice`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            var seen: Set<LeaseID> = []
            var last: [Int64: Int64] = [:]
            for name in ["a", "b", "a", "a", "b"] {
                var leases = try await store.database.write { try $0.nodes.start(name, at: TestStore.start) }
                #expect(leases.node == (name == "a" ? 1 : 2))
                for _ in 0..<100 {
                    let lease = leases.next()
                    #expect(seen.insert(lease).inserted)
                    #expect(lease.number > (last[lease.node] ?? 0))
                    #expect(LeaseID(stored: lease.stored) == lease)
                    last[lease.node] = lease.number
                }
            }
        }
    }
}
