import PosternCore
import PosternStore
import Testing

@Suite("Writes that come together become durable together")
struct GroupCommitTests {
    struct Refusal: Error, Equatable {
        let number: Int
    }

    @Test(arguments: StoreKind.allCases)
    func `Sixty-three letters that arrive during one commit share the next`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let gate = try await HeldWriter.hold(store.database)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<63 { group.addTask { try await store.accept(store.letter()) } }
                try await gate.gathered(63)
                try await gate.open()
                try await group.waitForAll()
            }
            #expect(store.commits.batches == [1, 63])
            #expect(try await store.counts().accepted == 63)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A lone letter is committed at once`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for _ in 0..<3 { try await store.accept(store.letter()) }
            #expect(store.commits.batches == [1, 1, 1])
        }
    }

    // The rule: a unit that throws fails, with its own error, and nobody else.
    @Test(arguments: StoreKind.allCases, [[4], [0], [9], [1, 2], [0, 3, 5, 7, 9], Array(0..<10)])
    func `A unit that throws takes no neighbour with it`(_ kind: StoreKind, guilty: [Int]) async throws {
        try await withStore(kind) { store in
            let gate = try await HeldWriter.hold(store.database)
            let answers = try await withThrowingTaskGroup(of: (Int, Result<LetterID, any Error>).self) { group in
                for number in 0..<10 {
                    let letter = store.letter()
                    group.addTask {
                        do {
                            return (
                                number,
                                .success(
                                    try await store.database.write { transaction in
                                        _ = try transaction.intake.accept(letter)
                                        // After the rows are written: they have to go again.
                                        if guilty.contains(number) { throw Refusal(number: number) }
                                        return letter.id
                                    })
                            )
                        } catch {
                            return (number, .failure(error))
                        }
                    }
                }
                try await gate.gathered(10)
                try await gate.open()
                return try await group.reduce(into: [Int: Result<LetterID, any Error>]()) { $0[$1.0] = $1.1 }
            }
            var kept: Set<LetterID> = []
            for (number, answer) in answers {
                switch answer {
                case .success(let id):
                    #expect(!guilty.contains(number))
                    kept.insert(id)
                case .failure(let error):
                    #expect(error as? Refusal == Refusal(number: number))
                    #expect(guilty.contains(number))
                }
            }
            let stored = try await store.database.read { try $0.queue.list(limit: 100).map(\.id) }
            #expect(Set(stored) == kept)
            #expect(stored.count == 10 - guilty.count)
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A constraint that one letter breaks is that letter's failure alone`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let gate = try await HeldWriter.hold(store.database)
            let first = store.letter()
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                // The same id twice, and a neighbour.
                for letter in [first, first, store.letter()] {
                    group.addTask {
                        do {
                            try await store.accept(letter)
                            return true
                        } catch StoreError.constraint {
                            return false
                        }
                    }
                }
                try await gate.gathered(3)
                try await gate.open()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 }.count == 2)
            #expect(try await store.counts().accepted == 2)
            #expect(store.database.health == .well)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Nobody is answered before the commit that holds the letter has returned`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let answered = CommitLedger()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<25 {
                            let id = try await store.accept(store.letter())
                            answered.note(1)
                            let answers = answered.units
                            #expect(store.commits.units >= answers)
                            #expect(try await store.line(id)?.state == .ready)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(store.commits.units == 200)
        }
    }

    @Test(arguments: [StoreKind.memory])
    func `More units than are worth queueing are turned away at once, and those that wait are not`(_ kind: StoreKind) async throws
    {
        try await withStore(kind) { store in
            let gate = try await HeldWriter.hold(store.database)
            let most = 16_384
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<most {
                    group.addTask { try await store.database.write { try $0.writeProbe.touch(at: TestStore.start) } }
                }
                try await gate.gathered(most)
                await #expect(throws: StoreError.overloaded(waiting: most)) {
                    try await store.database.write { _ in }
                }
                try await gate.open()
                try await group.waitForAll()
            }
            #expect(store.commits.batches.max() == 256)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What waits when the store is closed is still kept; what comes later is turned away`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let gate = try await HeldWriter.hold(store.database)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 { group.addTask { try await store.accept(store.letter()) } }
                try await gate.gathered(5)
                group.addTask { await store.database.close() }
                while store.database.health == .well { await Task.yield() }
                await #expect(throws: StoreError.closed) { try await store.accept(store.letter()) }
                try await gate.open()
                try await group.waitForAll()
            }
            #expect(store.commits.units == 6)
            await #expect(throws: StoreError.closed) { try await store.counts() }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Reading units cannot write`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            await #expect {
                try await store.database.read { try $0.writeProbe.touch(at: TestStore.start) }
            } throws: { error in
                guard case StoreError.refused = error else { return false }
                return true
            }
            #expect(store.database.health == .well)
            try await store.database.write { try $0.writeProbe.touch(at: TestStore.start) }
        }
    }
}
