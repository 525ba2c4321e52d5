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
            #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) } == .written)
            let (line, attempts) = try #require(try await store.database.read { try $0.queue.show(id) })
            #expect(line.state == state)
            #expect(line.uncertain == uncertain)
            #expect(line.attempts == 1)
            let wait: Duration = outcome == .uncertain ? .minutes(30) : .minutes(1)
            #expect(line.due == (state == .ready ? now + wait : nil))
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
            #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) } == .written)
            let line = try #require(try await store.line(id))
            #expect(line.state == .expired)
            #expect(line.reason != nil)
        }
    }

    /// Where the delivery is when the outcome of its first attempt comes in, after the lease of that one.
    enum Place: CaseIterable {
        case ready, leasedAgain, held, ended
    }

    // The rule: a delivered letter is not sent again; nothing else that is late can be told from what is going on now.
    @Test(arguments: StoreKind.allCases, Place.allCases)
    func `An outcome that comes after its lease counts when it says delivered and the letter could go out again`(
        _ kind: StoreKind, place: Place
    ) async throws {
        for outcome in Outcome.Kind.allCases {
            try await withStore(kind) { store in
                let id = try await store.accept(store.letter())
                let (first, claimed) = try await store.claim(until: .minutes(20))
                let delivery = try #require(claimed.first)
                let now = TestStore.start + .minutes(20)
                #expect(try await store.database.write { try $0.queue.expireLeases(at: now) } == 1)
                var second: LeaseID?
                switch place {
                case .ready: break
                case .leasedAgain: second = try await store.claim(at: now).lease
                case .held: _ = try await store.database.write { try $0.queue.hold(id, because: "to look") }
                case .ended: _ = try await store.database.write { try $0.queue.drop(id, because: "unwanted", at: now) }
                }
                if place == .ended {
                    #expect(try await store.line(id)?.state == .dropped)
                }
                let before = try await store.database.read { try $0.queue.show(id)?.delivery }
                let late = try Sample.settlement(outcome, of: delivery, at: now)
                let result = try await store.database.write { try $0.queue.settle(id, under: first, as: late) }
                let (line, attempts) = try #require(try await store.database.read { try $0.queue.show(id) })
                if outcome == .delivered, place == .ready || place == .leasedAgain {
                    #expect(result == .writtenLate)
                    #expect(line.state == .delivered)
                    #expect(line.finished == now)
                    #expect(attempts.map(\.end) == [.settled(.delivered)] + (second == nil ? [] : [.interrupted]))
                    // It can come in no second time.
                    #expect(try await store.database.write { try $0.queue.settle(id, under: first, as: late) } == .tooLate)
                } else {
                    #expect(result == .tooLate)
                    #expect(line == before)
                    #expect(attempts.first?.end == .interrupted)
                }
                if let second {
                    // The attempt under way finds the delivery ended, or is the one that counts.
                    let own = try await store.database.write { try $0.queue.settle(id, under: second, as: late) }
                    #expect(own == (outcome == .delivered ? .tooLate : .written))
                }
                #expect(try await store.counts().difference == 0)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Delivered counts under a lease that this letter had, and under no other`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            let (first, claimed) = try await store.claim()
            let delivered = try Sample.settlement(.delivered, of: try #require(claimed.first), at: TestStore.start)
            // Given back before anybody dialled: that attempt never was.
            #expect(try await store.database.write { try $0.queue.unclaim(id, under: first) })
            for lease in [first, store.lease()] {
                #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: delivered) } == .tooLate)
            }
            // Deferred: that attempt has its outcome.
            let second = try await store.claim().lease
            let deferred = try Sample.settlement(.deferred, of: try #require(claimed.first), at: TestStore.start)
            #expect(try await store.database.write { try $0.queue.settle(id, under: second, as: deferred) } == .written)
            #expect(try await store.database.write { try $0.queue.settle(id, under: second, as: delivered) } == .tooLate)
            #expect(try await store.line(id)?.state == .ready)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A delivery whose outcome cannot be written is held under its lease, with the reason`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            let lease = try await store.claim().lease
            let other = store.lease()
            let now = TestStore.start
            #expect(try await store.database.write { try $0.queue.hold(id, under: other, because: "x", at: now) } == false)
            #expect(try await store.database.write { try $0.queue.hold(id, under: lease, because: "a bug", at: now) })
            let (line, attempts) = try #require(try await store.database.read { try $0.queue.show(id) })
            #expect(line.state == .held)
            #expect(line.reason == "a bug")
            // It may have been sent.
            #expect(line.uncertain == 1)
            #expect(attempts.map(\.end) == [.interrupted])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What other people's servers say is cut to what a list can show`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            let (lease, claimed) = try await store.claim()
            let settlement = try Sample.settlement(
                .ourFault, of: try #require(claimed.first), at: TestStore.start, text: String(repeating: "ü", count: 4_000))
            #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) } == .written)
            let line = try #require(try await store.line(id))
            #expect(line.reason?.unicodeScalars.count == 500)
            #expect(line.last?.text?.unicodeScalars.count == 500)
        }
    }

    // A budget that lets nothing out is no failure, and neither is a vault that ended.
    @Test(arguments: StoreKind.allCases)
    func `Waits grow with the attempts since the letter was let go, and each kind with its own`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            var (now, tries, waits) = (TestStore.start, [Int](), [Int64]())
            func attempt(_ kind: Outcome.Kind, _ stage: DeliveryStage) async throws {
                let (lease, claimed) = try await store.claim(1, at: now)
                let job = try #require(claimed.first)
                var middle = Middle()
                let outcome = Outcome(kind, health: .reached, diagnosis: .init(stage: stage, text: "later"))
                let settlement = try Settlement(
                    of: outcome, attempt: job.tries, lostTries: job.lostTries, since: job.start, at: now, schedule: .standard,
                    using: &middle)
                #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) } == .written)
                let due = try #require(settlement.due)
                tries.append(job.tries)
                waits.append(Int64((Double(due.since(now).milliseconds) / 1_000).rounded()))
                now = due
            }
            for _ in 0..<7 { try await attempt(.deferred, .recipient) }
            try await attempt(.deferred, .budget)
            try await attempt(.deferred, .recipient)
            #expect(tries == [1, 2, 3, 4, 5, 6, 7, 8, 8])
            #expect(waits == [60, 300, 900, 1_800, 3_600, 7_200, 14_400, 3_600, 14_400])
            let released = now
            try await store.database.write { transaction in
                _ = try transaction.queue.hold(id, because: "to look")
                _ = try transaction.queue.release(id, at: released)
            }
            try await attempt(.deferred, .recipient)
            try await attempt(.uncertain, .prepare)
            try await attempt(.deferred, .recipient)
            #expect(tries.suffix(3) == [1, 2, 3])
            #expect(waits.suffix(3) == [60, 5, 900])
            #expect(try await store.line(id)?.attempts == 12)
        }
    }

    // A lease that runs out is no uncertain end at the smarthost: our own process stopped.
    @Test(arguments: StoreKind.allCases)
    func `S4: a claim says how many uncertain ends there were, and the third holds the letter with a reason`(
        _ kind: StoreKind
    ) async throws {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter())
            var now = TestStore.start
            for round in 0..<4 {
                let (lease, claimed) = try await store.claim(1, at: now)
                let delivery = try #require(claimed.first)
                #expect(delivery.uncertainEnds == round)
                var middle = Middle()
                let settlement = try Settlement(
                    of: Sample.outcome(.uncertain, text: "the smarthost dropped the line"), attempt: delivery.attempt,
                    uncertainEnds: delivery.uncertainEnds, since: delivery.accepted, at: now, schedule: .standard,
                    using: &middle)
                #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) } == .written)
                let line = try #require(try await store.line(id))
                #expect(line.state == (round < 2 ? .ready : .held) && line.attempts >= round + 1)
                #expect((line.reason?.contains("may have it already") ?? false) == (round >= 2))
                if round == 0 {
                    now = try #require(line.due)
                    _ = try await store.claim(1, at: now)
                    now = now + .hours(1)
                    let later = now
                    #expect(try await store.database.write { try $0.queue.expireLeases(at: later) } == 1)
                } else if line.state == .ready {
                    now = try #require(line.due)
                } else {
                    let later = now
                    _ = try await store.database.write { try $0.queue.release(id, at: later) }
                }
            }
        }
    }
}
