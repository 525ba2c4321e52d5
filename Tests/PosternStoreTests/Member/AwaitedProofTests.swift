import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A letter whose visitor is to prove the address waits, is judged again when that is done, and is dropped after its time")
struct AwaitedProofTests {
    private static let now = TestStore.start
    private static let proof = [UInt8](repeating: 7, count: 16)

    private func prove(_ letter: LetterID, _ store: TestStore, at now: Timestamp = now + .minutes(5)) async throws -> ProofResult
    {
        try await store.database.write { try $0.awaitedProofs.prove(letter, with: Self.proof, at: now) }
    }

    private func drop(_ store: TestStore, at now: Timestamp) async throws -> Int {
        try await store.database.write {
            try $0.awaitedProofs.dropOverdue(before: now - AwaitedProofs.lifetime, at: now, limit: 9)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `It is held and counted as accepted; the visitor is asked by a mail of its own`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.proofLetter()
            try await store.accept(letter)
            let line = try #require(try await store.line(letter.id))
            #expect(line.state == .held && line.reason == AwaitedProofs.reason)
            #expect(try await store.database.read { try $0.awaitedProofs.contains(letter.id) })
            #expect(try await store.counts().difference == 0)
            // Nobody of us has to do anything about it.
            #expect(try await store.database.read { try $0.queue.oldestUndelivered().held } == nil)
            let jobs = try await store.claim().deliveries
            let job = try #require(jobs.first)
            #expect(jobs.count == 1 && job.kind == .prove && job.addressee == .visitor && job.letter.isEmpty)
            let conversation = try #require(job.conversation)
            #expect(conversation.id == letter.id && conversation.letter == letter.seal && conversation.author == .visitor)
            #expect(conversation.earlier == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Proven, it goes its way; the proof goes with its conversation; a second proof changes nothing`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let letter = store.proofLetter()
            try await store.accept(letter)
            #expect(try await prove(letter.id, store) == .released)
            let line = try #require(try await store.line(letter.id))
            #expect(line.state == .ready && line.due == Self.now + .minutes(5) && line.reason == nil)
            #expect(try await store.database.read { try $0.awaitedProofs.contains(letter.id) } == false)
            #expect(try await prove(letter.id, store, at: Self.now + .hours(1)) == .decided)
            #expect(try await store.line(letter.id) == line)
            try await store.accept(store.reply(in: letter.id, by: .recipient, wait: .zero))
            let reply = try await store.claim(at: Self.now + .hours(1)).deliveries.first { $0.kind == .reply }
            #expect(reply?.conversation?.proof == Self.proof)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What the rules have held, a proof does not let go`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.proofLetter(verdict: .held)
            try await store.accept(letter)
            #expect(try await store.line(letter.id)?.reason == AwaitedProofs.reason)
            #expect(try await prove(letter.id, store) == .held)
            let line = try #require(try await store.line(letter.id))
            #expect(line.state == .held && line.reason == "limit-text")
            #expect(try await drop(store, at: Self.now + .days(9)) == 0)
            #expect(try await store.line(letter.id) == line)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Proven, it waits for a day with room like any other`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = store.people[0].id
            let letters = [store.proofLetter(), store.proofLetter()]
            _ = try await store.database.write {
                try $0.recipients.change(MemberSettings(dailyLetters: 1), of: id, at: Self.now)
            }
            for letter in letters { try await store.accept(letter) }
            #expect(try await prove(letters[1].id, store) == .released)
            #expect(try await prove(letters[0].id, store) == .released)
            #expect(try await store.line(letters[1].id)?.due == Self.now + .minutes(5))
            #expect(try await store.line(letters[0].id)?.due == Epoch(containing: Self.now).next.start)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `After 48 hours it is dropped with its seal, and a proof is too late; what staff let go stays`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let (letter, released) = (store.proofLetter(), store.proofLetter())
            for letter in [letter, released] { try await store.accept(letter) }
            _ = try await store.database.write { try $0.queue.release(released.id, at: Self.now) }
            #expect(try await drop(store, at: Self.now + .hours(48)) == 0)
            let over = Self.now + .hours(48) + .milliseconds(1)
            #expect(try await drop(store, at: over) == 2)
            #expect(try await drop(store, at: over) == 0)
            let line = try #require(try await store.line(letter.id))
            #expect(line.state == .dropped && line.finished == over)
            #expect(try await store.line(released.id)?.state == .ready)
            #expect(try await store.count(of: "SELECT id FROM letter") == 1)
            #expect(try await prove(letter.id, store, at: over) == .unknown)
            #expect(try await prove(LetterID(high: 1, low: 1), store) == .unknown)
            #expect(try await store.counts().difference == 0)
        }
    }
}
