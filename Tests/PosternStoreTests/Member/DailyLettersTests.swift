import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("Letters above what a member takes a day wait for the next day with room, in order")
struct DailyLettersTests {
    private static let now = TestStore.start
    private static let tomorrow = Epoch(containing: now).next.start

    private func limit(_ limit: Int?, _ store: TestStore, person: Int = 0, at now: Timestamp = now) async throws {
        let id = store.people[person].id
        try await store.database.write { transaction in
            let former = try #require(try transaction.recipients.find(id))
            var settings = former.settings
            settings.dailyLetters = limit
            _ = try transaction.recipients.change(settings, of: id, at: now)
            try transaction.dailyLetters.rearrange(of: former, limit: limit, at: now)
        }
    }

    private func accept(_ count: Int, _ store: TestStore, person: Int = 0, at moment: Timestamp = now) async throws -> [LetterID]
    {
        var ids: [LetterID] = []
        for number in 0..<count {
            ids.append(try await store.accept(store.letter(to: person, at: moment + .seconds(Int64(number)))))
        }
        return ids
    }

    private func dues(_ ids: [LetterID], _ store: TestStore) async throws -> [Timestamp?] {
        var dues: [Timestamp?] = []
        for id in ids { dues.append(try await store.line(id)?.due) }
        return dues
    }

    private func waiting(_ store: TestStore, at now: Timestamp = now) async throws -> Int {
        let id = store.people[0].id
        return try await store.database.read { try $0.dailyLetters.waiting(for: id, at: now) }
    }

    @Test(arguments: StoreKind.allCases)
    func `Two a day: the first two now, the next two tomorrow, the fifth the day after`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await limit(2, store)
            let ids = try await accept(5, store)
            let other = try await accept(3, store, person: 1)
            let moments = (0..<5).map { Self.now + .seconds($0) }
            let (tomorrow, after) = (Self.tomorrow, Self.tomorrow + .days(1))
            #expect(try await dues(ids, store) == [moments[0], moments[1], tomorrow, tomorrow, after])
            #expect(try await dues(other, store) == Array(moments.prefix(3)))
            #expect(try await store.count(of: "SELECT letter FROM daily_letter") == 5)
            #expect(try await waiting(store) == 3)
            // Each goes out on its day, the earlier one first, and its date is that day's.
            #expect(try await store.claim(9, at: Self.now + .minutes(1)).deliveries.count == 5)
            #expect(try await store.claim(9, at: tomorrow - .milliseconds(1)).deliveries.isEmpty)
            let claimed = try await store.claim(9, at: tomorrow).deliveries
            #expect(claimed.map(\.id) == [ids[2], ids[3]] && claimed.allSatisfy { $0.start == tomorrow })
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What is held has no place, and gets its own when it is let go, by whomever`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await limit(1, store)
            let held = [
                try await store.accept(store.letter(verdict: .held)), try await store.accept(store.letter(verdict: .held)),
            ]
            let moment = Self.now + .minutes(1)
            // Nothing else came today: there is room.
            _ = try await store.database.write { try $0.queue.release(held[0], at: moment) }
            #expect(try await dues(held, store) == [moment, nil])
            #expect(try await store.database.write { try $0.queue.releaseHeld(.everything, at: moment, limit: 9) } == 1)
            #expect(try await dues(held, store) == [moment, Self.tomorrow])
            #expect(try await dues(try await accept(1, store, at: moment), store) == [Self.tomorrow + .days(1)])
            let claimed = try await store.claim(9, at: Self.tomorrow).deliveries
            #expect(claimed.last?.id == held[1] && claimed.last?.start == Self.tomorrow)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Held while it waits, it keeps its day; held after it was tried, it goes out at once`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await limit(1, store)
            let ids = try await accept(3, store)
            let moment = Self.now + .minutes(1)
            func release(_ id: LetterID) async throws {
                _ = try await store.database.write { try $0.queue.hold(id, because: "test") }
                #expect(try await store.database.write { try $0.queue.release(id, at: moment) } == .moved(to: .ready))
            }
            try await release(ids[2])
            #expect(try await dues(ids, store) == [Self.now, Self.tomorrow, Self.tomorrow + .days(1)])
            let claim = try await store.claim(9, at: moment)
            let job = try #require(claim.deliveries.first)
            let settled = try Sample.settlement(.deferred, of: job, at: moment)
            _ = try await store.database.write { try $0.queue.settle(job.id, under: claim.lease, as: settled) }
            try await release(ids[0])
            #expect(try await dues(ids, store) == [moment, Self.tomorrow, Self.tomorrow + .days(1)])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `The five days of tries begin when it goes out`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await limit(1, store)
            let ids = try await accept(7, store)
            let last = try #require(try await store.line(ids[6])?.due)
            #expect(last == Self.tomorrow + .days(5))
            // It has waited for longer than the schedule tries, and is not given up for that.
            let expired = try await store.database.write {
                try $0.queue.expireOld(at: last, lifetime: .days(5), limit: 99)
            }
            #expect(expired == 2)
            #expect(try await store.line(ids[6])?.state == .ready)
            let claim = try await store.claim(99, at: last)
            let job = try #require(claim.deliveries.first { $0.id == ids[6] })
            let settlement = try Sample.settlement(.deferred, of: job, at: last + .days(4))
            #expect(settlement.state == .ready)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A clock that was set back takes no letter out of its place; one that was written ahead of time is due now`(
        _ kind: StoreKind
    ) async throws {
        try await withStore(kind) { store in
            try await limit(1, store)
            let ids = try await accept(3, store)
            let ahead = try await accept(1, store, at: Self.now + .days(300))
            let count = try await store.database.write {
                try $0.queue.recoverFromClockSetBack(at: Self.now + .minutes(1), longestWait: .hours(5))
            }
            #expect(count == 1)
            #expect(
                try await dues(ids + ahead, store) == [Self.now, Self.tomorrow, Self.tomorrow + .days(1), Self.now + .minutes(1)])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Another limit gives what waits another place, in the same order; none lets it go`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await limit(1, store)
            let ids = try await accept(6, store)
            let later = Self.now + .hours(1)
            try await limit(3, store, at: later)
            #expect(
                try await dues(ids, store) == [Self.now, later, later, Self.tomorrow, Self.tomorrow, Self.tomorrow])
            try await limit(1, store, at: later)
            #expect(try await dues(Array(ids.prefix(3)), store) == [Self.now, later, later])
            #expect(
                try await dues(Array(ids.suffix(3)), store) == [
                    Self.tomorrow, Self.tomorrow + .days(1), Self.tomorrow + .days(2),
                ])
            try await limit(nil, store, at: later)
            #expect(try await dues(Array(ids.suffix(3)), store) == [later, later, later])
            #expect(try await waiting(store) == 0)
            #expect(try await dues(try await accept(1, store, at: later), store) == [later])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Having everything tried again now moves none before its day, unless it is named`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await limit(1, store)
            let ids = try await accept(2, store)
            let moment = Self.now + .minutes(1)
            #expect(try await store.database.write { try $0.queue.retryAll(at: moment, limit: 9) } == 0)
            #expect(try await dues(ids, store) == [Self.now, Self.tomorrow])
            #expect(try await store.database.write { try $0.queue.retry(ids[1], at: moment) } == .moved(to: .ready))
            #expect(try await dues(ids, store) == [Self.now, moment])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A limit counts what came today before it was set`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            _ = try await accept(2, store)
            try await limit(2, store)
            #expect(try await dues(try await accept(1, store, at: Self.now + .hours(1)), store) == [Self.tomorrow])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Places of days that are over are forgotten, and a letter that waits by right alarms nobody`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            try await limit(1, store)
            _ = try await accept(3, store)
            #expect(try await store.database.read { try $0.queue.oldestUndelivered().moving } == nil)
            let tomorrow = Epoch(containing: Self.now).next
            #expect(try await store.database.write { try $0.dailyLetters.forget(before: tomorrow, limit: 9) } == 1)
            #expect(try await store.database.write { try $0.dailyLetters.forget(before: tomorrow, limit: 9) } == 0)
            #expect(try await store.count(of: "SELECT letter FROM daily_letter") == 2)
        }
    }

    // The last number of the column is no day that can be counted on from. Each letter to its recipient was refused for it, for ever.
    @Test(arguments: StoreKind.allCases)
    func `A day that Postern never gave a letter keeps no other letter from its place`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await limit(2, store)
            _ = try await accept(2, store)
            let held = try await store.accept(store.letter(verdict: .held))
            try await store.database.write { transaction in
                for day: Int64 in [Int64(Int32.max), Int64(Int32.max) - 1] {
                    try transaction.run(
                        "INSERT INTO daily_letter (recipient, day, letter) VALUES (?, ?, ?)",
                        [store.people[0].id.stored, .integer(day), held.stored])
                }
            }
            let ids = try await accept(2, store, at: Self.now + .minutes(1))
            #expect(try await dues(ids, store) == [Self.tomorrow, Self.tomorrow])
            _ = try await store.database.write { try $0.queue.release(held, at: Self.now + .minutes(2)) }
            #expect(try await dues([held], store) == [Self.tomorrow + .days(1)])
        }
    }
}
