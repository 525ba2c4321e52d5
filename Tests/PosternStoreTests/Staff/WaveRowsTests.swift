import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A wave is decided about in the version that was seen, and its decision is kept with its letters")
struct WaveRowsTests {
    private static let now = TestStore.start

    /// A wave of three letters, two of which are held.
    /// - Returns: its letters, the first of which names it.
    private func wave(_ store: TestStore) async throws -> [LetterID] {
        let first = store.letter()
        let held = Verdict(.hold, parts: [Verdict.Part(.wave, .hold)])
        let letters = [first] + (0..<2).map { _ in store.letter(like: first.id, verdict: held) }
        for letter in letters { try await store.accept(letter) }
        return letters.map(\.id)
    }

    private func find(_ wave: LetterID, _ store: TestStore) async throws -> WaveRow {
        try #require(try await store.database.read { try $0.waves.find(wave) })
    }

    private func verdict(_ decision: WaveRow.Decision = .withdrawn) -> WaveRow.Verdict {
        WaveRow.Verdict(decision, at: Self.now, by: "anna", final: Self.now + .minutes(1))
    }

    @Test(arguments: StoreKind.allCases)
    func `Each decision and each undoing makes a form that was opened before late`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await wave(store)[0]
            #expect(try await find(id, store).version == 1)
            func decide(_ version: Int?) async throws -> Bool {
                try await store.database.write { try $0.waves.decide(id, verdict(), version: version) }
            }
            #expect(try await !decide(2))
            #expect(try await decide(1))
            #expect(try await !decide(2), "it is decided about")
            #expect(try await store.database.write { try $0.waves.undo(id, at: Self.now) })
            #expect(try await find(id, store).version == 3)
            #expect(try await !decide(1))
            // An operator's command has seen no version.
            #expect(try await decide(nil))
            try await store.database.write { try $0.waves.noteApplied(id, at: Self.now) }
            // A letter of it that comes later is held, and the wave waits again.
            try await store.accept(store.letter(like: id, verdict: Verdict(.hold, parts: [Verdict.Part(.wave, .hold)])))
            let again = try await find(id, store)
            #expect(again.verdict == nil && again.version == 5 && again.taken == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Anyone who opens it has it for five minutes, unless a colleague takes it`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await wave(store)[0]
            func take(_ name: String, at now: Timestamp, isForced: Bool = false) async throws -> Bool {
                try await store.database.write { try $0.waves.take(id, by: name, isForced: isForced, at: now) }
            }
            #expect(try await take("anna", at: Self.now))
            #expect(try await !take("berta", at: Self.now + .minutes(4)))
            #expect(try await find(id, store).taken == StaffMark(at: Self.now, by: "anna"))
            #expect(try await take("berta", at: Self.now + .minutes(4), isForced: true))
            #expect(try await find(id, store).taken?.by == "berta")
            #expect(try await take("anna", at: Self.now + .minutes(9)))
            // Looking changes nothing that a form must not miss.
            #expect(try await find(id, store).version == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Its letters are noted under the decision, which is found by wave, by letter and among all`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let ids = try await wave(store)
            let decision = StaffDecision(
                id: StaffDecisionID(high: UInt64(Self.now.milliseconds) << 16, low: 1), act: .withdrawWave, staff: "anna",
                reason: .fraud,
                sentence: "Seen elsewhere.", wave: ids[0], final: Self.now + .minutes(1))
            try await store.database.write { transaction in
                try transaction.decisions.begin(decision)
                for id in ids[1...2] { try transaction.decisions.note(id, under: decision.id, isApplied: false) }
            }
            try await store.database.read { transaction in
                let decisions = transaction.decisions
                let found = [
                    try decisions.about(wave: ids[0], limit: 9), try decisions.about(ids[1], limit: 9),
                    try decisions.latest(DecisionFilter(reason: .fraud), limit: 9),
                    try decisions.pending(about: ids[0]).map { [$0] },
                ]
                #expect(found == Array(repeating: [decision], count: 4))
                #expect(try decisions.tally(decision.id) == DecisionTally(total: 2, passed: 0))
                // Carried out with the wave, and not by itself.
                #expect(try decisions.due(at: Self.now + .hours(1), limit: 9).isEmpty)
            }
            try await store.database.write { transaction in
                try transaction.decisions.note(ids[1], under: decision.id, isApplied: true)
                try transaction.decisions.finish(wave: ids[0], at: Self.now + .minutes(2))
            }
            try await store.database.read { transaction in
                let (pending, ended) = (
                    try transaction.decisions.pending(about: ids[0]), try transaction.decisions.find(decision.id)
                )
                #expect(pending == nil && ended?.applied == Self.now + .minutes(2))
                #expect(try transaction.decisions.tally(decision.id) == DecisionTally(total: 2, passed: 1))
            }
        }
    }
}
