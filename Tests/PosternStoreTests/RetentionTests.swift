import PosternCore
import PosternStore
import Testing

@Suite("What has served its time goes, in bites, and nothing else does")
struct RetentionTests {
    func letters(_ store: TestStore) async throws -> Set<LetterID> {
        Set(
            try await store.database.read { transaction in
                try transaction.rows("SELECT id FROM letter").map { row -> LetterID in try row["id"] }
            })
    }

    @Test(arguments: StoreKind.allCases)
    func `Letters go with their epoch; what waits goes with them, what is under way does not`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let day = Epoch(containing: TestStore.start)
            let leased = try await store.accept(store.letter(at: day.start))
            _ = try await store.claim()
            let ready = try await store.accept(store.letter(at: day.start + .hours(1)))
            let held = try await store.accept(store.letter(at: day.end - .milliseconds(1), verdict: .held))
            let dropped = try await store.accept(store.letter(at: day.start + .hours(2), verdict: .held))
            _ = try await store.database.write { try $0.queue.drop(dropped, because: "a wave", at: TestStore.start) }
            let next = try await store.accept(store.letter(at: day.end))
            let now = day.end + .days(28)
            let bites = try await store.database.write { transaction in
                try (0..<3).map { _ in try transaction.retention.forgetLetters(through: day, at: now, limit: 2) }
            }
            #expect(bites == [2, 1, 0])
            #expect(try await letters(store) == [leased, next])
            #expect(try await store.line(ready)?.state == .dropped)
            #expect(try await store.line(held)?.state == .dropped)
            #expect(try await store.line(held)?.finished == now)
            #expect(try await store.line(leased)?.state == .leased)
            #expect(try await store.line(next)?.state == .ready)
            #expect(try await store.counts() == QueueCounts(states: [.leased: 1, .dropped: 3, .ready: 1], accepted: 5))
            // The lease ends; the next bite takes it.
            _ = try await store.database.write { try $0.queue.recoverLeases(of: 1, at: now) }
            #expect(try await store.database.write { try $0.retention.forgetLetters(through: day, at: now, limit: 2) } == 1)
            #expect(try await store.line(leased)?.state == .dropped)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What is held without a letter is counted, so that a purge goes on until all of it is dropped`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let day = Epoch(containing: TestStore.start)
            let confirmations = (0..<5).map { _ in store.confirmation() }
            try await store.database.write { transaction in
                for confirmation in confirmations {
                    try confirmation.enqueue(in: transaction)
                    _ = try transaction.queue.hold(confirmation.id, because: "to look")
                }
            }
            let now = day.end + .days(28)
            let bites = try await store.database.write { transaction in
                try (0..<4).map { _ in try transaction.retention.forgetLetters(through: day, at: now, limit: 2) }
            }
            #expect(bites == [2, 2, 1, 0])
            #expect(try await store.counts() == QueueCounts(states: [.dropped: 5], accepted: 5))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `The log goes with deliveries and attempts, once they have ended`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let old = TestStore.start - .days(200)
            let ended = try await store.accept(store.letter(at: old))
            let (lease, claimed) = try await store.claim(at: old)
            let settlement = try Sample.settlement(.delivered, of: try #require(claimed.first), at: old)
            #expect(try await store.database.write { try $0.queue.settle(ended, under: lease, as: settlement) } == .written)
            let held = try await store.accept(store.letter(at: old, verdict: .held))
            let refused = store.entry(at: old)
            let confirmation = store.confirmation(at: old)
            try await store.database.write { transaction in
                try transaction.intake.log(refused)
                try confirmation.enqueue(in: transaction)
                _ = try transaction.queue.hold(confirmation.id, because: "test")
                _ = try transaction.queue.drop(confirmation.id, because: "test", at: old)
            }
            let young = try await store.accept(store.letter())
            let before = TestStore.start - .days(180)
            let gone = try await store.database.write { transaction in
                [
                    try transaction.retention.forgetSubmissions(before: before, limit: 1),
                    try transaction.retention.forgetSubmissions(before: before, limit: 10),
                    try transaction.retention.forgetSubmissions(before: before, limit: 10),
                    try transaction.retention.forgetUnposted(before: before, limit: 10),
                    try transaction.retention.forgetUnposted(before: before, limit: 10),
                ]
            }
            #expect(gone == [1, 1, 0, 1, 0])
            let log = try await store.database.read { try $0.submissionLog.entries(limit: 10).map(\.id) }
            #expect(log == [held, young])
            #expect(try await store.database.read { try $0.queue.list(limit: 10).map(\.id) } == [held, young])
            #expect(try await store.database.read { try $0.rows("SELECT number FROM attempt").count } == 0)
            #expect(try await letters(store) == [held, young])
            #expect(try await store.counts() == QueueCounts(states: [.held: 1, .ready: 1], accepted: 2))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Idempotency records go a day after their post`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for key in 0..<5 {
                try await store.accept(store.letter(at: TestStore.start + .hours(Int64(key)), mark: store.mark(UInt8(key))))
            }
            let now = TestStore.start + .hours(26)
            let bites = try await store.database.write { transaction in
                try (0..<3).map { _ in try transaction.retention.forgetIdempotencyRecords(at: now, limit: 2) }
            }
            #expect(bites == [2, 1, 0])
            #expect(try await store.database.read { try $0.rows("SELECT letter FROM idempotency_record").count } == 2)
        }
    }
}
