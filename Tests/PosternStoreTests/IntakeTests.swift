import PosternCore
import PosternStore
import Testing

@Suite("A letter is kept whole, once, or not at all")
struct IntakeTests {
    @Test(arguments: StoreKind.allCases)
    func `A letter is queued, due at once, with its log entry`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.letter(to: 1)
            try await store.accept(letter)
            let line = try #require(try await store.line(letter.id))
            #expect(line.state == .ready)
            #expect(line.due == TestStore.start)
            #expect(line.attempts == 0)
            #expect(line.recipient == store.people[1].id)
            #expect(line.handle == store.people[1].handle)
            #expect(line.site == store.site.id)
            #expect(line.last == nil)
            let entry = try #require(try await store.database.read { try $0.submissionLog.entry(letter.id) })
            #expect(entry == letter.entry)
            #expect(entry.recipient == store.people[1].id)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A letter that is held is kept with the reason and is not due`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter(verdict: .held))
            let line = try #require(try await store.line(id))
            #expect(line.state == .held)
            #expect(line.reason == "limit-text")
            #expect(line.due == nil)
            #expect(try await store.database.read { try $0.queue.soonestDue() } == nil)
            #expect(try await store.claim().deliveries.isEmpty)
            #expect(try await store.database.read { try $0.submissionLog.entry(id)?.verdict.decision } == .hold)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A refused submission is in the log, with its rules, and nowhere else`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let refused = SubmissionEntry(
                id: store.letter().id, at: TestStore.start, site: store.site.id.text, handle: "nobody", recipient: nil,
                verdict: Verdict(of: [Verdict.Part(.unknownRecipient, .refuse)]), evidence: [1], letterBytes: 9)
            try await store.database.write { try $0.intake.log(refused) }
            let entries = try await store.database.read { try $0.submissionLog.entries(limit: 10) }
            #expect(entries == [refused])
            #expect(try await store.counts() == QueueCounts(states: [:], accepted: 0))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A letter to nobody is not kept, not even in part`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.letter(mark: store.mark(1))
            let entry = SubmissionEntry(
                id: letter.id, at: TestStore.start, site: store.site.id.text, handle: "nobody",
                recipient: RecipientID(high: 7, low: 7), verdict: .accept, evidence: [1], letterBytes: 1)
            let stray = AcceptedLetter(
                entry: entry, seal: [1], tokens: letter.tokens, idempotencyRecord: letter.idempotencyRecord)
            #expect(try await store.database.write { try $0.intake.accept(stray) } == .noLetters)
            #expect(try await store.counts().accepted == 0)
            #expect(try await store.database.read { try $0.submissionLog.entries(limit: 1).isEmpty })
            // Its idempotency key is free, too.
            try await store.accept(letter)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A post that is repeated gives the first letter's id, for a day`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let first = try await store.accept(store.letter(mark: store.mark(1)))
            let lastMoment = TestStore.start + IdempotencyRecord.lifetime - .milliseconds(1)
            for moment in [TestStore.start, lastMoment] {
                let again = store.letter(at: moment, mark: store.mark(1))
                #expect(try await store.database.write { try $0.intake.accept(again) } == .repeated(first))
            }
            #expect(try await store.counts().accepted == 1)
            let nextDay = store.letter(at: TestStore.start + IdempotencyRecord.lifetime, mark: store.mark(1))
            try await store.accept(nextDay)
            let repeatOfSecond = store.letter(at: nextDay.entry.at, mark: store.mark(1))
            #expect(try await store.database.write { try $0.intake.accept(repeatOfSecond) } == .repeated(nextDay.id))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A key that was used for another post is a conflict`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await store.accept(store.letter(mark: store.mark(1, body: 1)))
            let other = store.letter(mark: store.mark(1, body: 2))
            #expect(try await store.database.write { try $0.intake.accept(other) } == .conflict)
            #expect(try await store.line(other.id) == nil)
            #expect(try await store.counts().accepted == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Fifty posts of one key at once make one letter`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let outcomes = try await withThrowingTaskGroup(of: (LetterID, Acceptance).self) { group in
                for _ in 0..<50 {
                    let letter = store.letter(mark: store.mark(7))
                    group.addTask { (letter.id, try await store.database.write { try $0.intake.accept(letter) }) }
                }
                return try await group.reduce(into: [(LetterID, Acceptance)]()) { $0.append($1) }
            }
            let stored = outcomes.filter { $0.1 == .stored }.map(\.0)
            let first = try #require(stored.first)
            #expect(stored.count == 1)
            #expect(outcomes.filter { $0.1 == .repeated(first) }.count == 49)
            #expect(try await store.counts().accepted == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Who paused a moment before the commit gets no letter; the same post once more keeps its first outcome`(
        _ kind: StoreKind
    ) async throws {
        try await withStore(kind) { store in
            let first = try await store.accept(store.letter(to: 0, mark: store.mark(1)))
            let id = store.people[0].id
            _ = try await store.database.write {
                try $0.recipients.setState(.paused, of: id, from: [.active], at: TestStore.start)
            }
            let late = store.letter(to: 0, mark: store.mark(2))
            #expect(try await store.database.write { try $0.intake.accept(late) } == .noLetters)
            let again = store.letter(to: 0, mark: store.mark(1))
            #expect(try await store.database.write { try $0.intake.accept(again) } == .repeated(first))
            #expect(try await store.line(late.id) == nil)
            #expect(try await store.counts().accepted == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A confirmation is a delivery without a letter`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let confirmation = store.confirmation(to: 2)
            try await store.database.write { try confirmation.enqueue(in: $0) }
            let claimed = try #require(try await store.claim().deliveries.first)
            #expect(claimed.kind == .confirmation)
            #expect(claimed.letter.isEmpty)
            #expect(claimed.recipient == store.people[2].id)
            #expect(try await store.counts().difference == 0)
        }
    }
}
