import PosternCore
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("Letters that are nearly the same are held before the sixth recipient has one, and decided about as one (L3)")
struct WavesAtIntakeTests {
    private static func text(_ number: Int) -> String {
        """
        Dear friend number \(number), I saw your photo \(number) and liked it very much. We are a young agency that sells prints to hotels \
        and would pay you \(number * 10) EUR for each picture. Please register at our site and upload ten of your best works by Friday.
        """
    }

    private func post(_ number: Int, to handle: String? = nil, in fixture: IntakeFixture, at now: Timestamp = IntakeFixture.now)
        async throws -> LetterID
    {
        let reply = try await fixture.post(
            from: "192.0.\(number / 250).\(number % 250 + 1)", to: handle ?? "p\(number + 2)", at: now
        ) { $0.message = Self.text(number) }
        return try #require(reply.answer.id)
    }

    private func waves(_ fixture: IntakeFixture, at now: Timestamp = IntakeFixture.now + .minutes(1)) -> WaveOperations {
        Operations(
            by: .operator, store: fixture.faulty, blockCache: nil, randomness: .seeded(5), now: { now }, wake: {}, retryNow: {},
            makeBackup: { BackupView(path: $0, bytes: 1) }
        ).waves
    }

    /// Has letters claimed, and delivers the first of them.
    /// - Returns: what was claimed.
    @discardableResult
    private func deliver(_ count: Int, of claimed: Int? = nil, in fixture: IntakeFixture) async throws -> [LetterID] {
        let soon = IntakeFixture.now + .seconds(1)
        return try await fixture.store.write { transaction in
            let lease = LeaseID(node: 1, number: 1)
            let jobs = try transaction.queue.claim(upTo: claimed ?? count, under: lease, until: soon + .minutes(9), at: soon)
            for job in jobs.prefix(count) {
                var randomness = SeededRandomness(seed: 1)
                let outcome = Outcome(
                    .delivered, health: .reached, diagnosis: .init(stage: .finalDot, code: 250, text: "2.0.0 Ok"))
                _ = try transaction.queue.settle(
                    job.id, under: lease,
                    as: try Settlement(
                        of: outcome, attempt: 1, since: soon, at: soon, schedule: .standard, using: &randomness))
            }
            return jobs.map(\.id)
        }
    }

    private func carryOutDue(_ waves: WaveOperations) async throws {
        for id in try await waves.due() { try await waves.carryOut(id) }
    }

    private func state(of id: LetterID, _ fixture: IntakeFixture) async throws -> DeliveryState? {
        try await fixture.store.read { try $0.queue.line(id)?.state }
    }

    @Test func `Of 200, five go out and 195 are held; one action withdraws the rest and lists who was reached`() async throws {
        let fixture = try await IntakeFixture.open(mostAlike: 5, people: 200)
        var ids: [LetterID] = []
        for number in 1...200 { ids.append(try await post(number, in: fixture)) }
        let entries = try await fixture.entries()
        #expect(entries.count { $0.verdict.decision == .accept } == 5)
        let held = entries.filter { $0.verdict == Verdict(.hold, parts: [Verdict.Part(.wave, .hold)]) }
        #expect(held.count == 195)

        // Two are delivered and one is under way before anybody looks.
        let claimed = try await deliver(2, of: 3, in: fixture)
        let waves = waves(fixture)
        let listed = try await waves.list(limit: 10)
        #expect(listed.map(\.row.id) == [ids[0]])
        #expect(listed[0].letters == 200 && listed[0].waiting == 197)
        let (done, told) = try await waves.withdraw(ids[0], tells: true)
        #expect(told == 2)
        #expect(done.withdrawn == 197)
        #expect(Set(done.reached.map(\.id)) == Set(claimed.prefix(2)))
        #expect(done.underWay.map(\.id) == [claimed[2]])
        #expect(try await fixture.deliveries(.dropped) == 197)
        #expect(try await waves.list(limit: 10).isEmpty)
        // Who comes later reads that it was decided.
        do {
            _ = try await waves.withdraw(ids[0])
            Issue.record("it was withdrawn twice")
        } catch let fault as WaveOperations.Fault {
            #expect(fault.description.contains("was withdrawn by the operator before"), "\(fault)")
        }
        // The next one opens it again.
        let late = try await post(201, to: "p3", in: fixture)
        #expect(try await state(of: late, fixture) == .held)
        #expect(try await waves.list(limit: 10).map(\.row.id) == [ids[0]])
    }

    @Test func `A wave that staff let go passes from then on, but not what another rule holds`() async throws {
        let fixture = try await IntakeFixture.open(mostAlike: 2, people: 20)
        let first = try await post(1, in: fixture)
        for number in 2...4 { _ = try await post(number, in: fixture) }
        let last = try await post(5, in: fixture)
        try await fixture.store.write { transaction in
            _ = try transaction.queue.release(last, at: IntakeFixture.now)
            _ = try transaction.queue.hold(last, because: "a colleague wants to look")
        }
        #expect(try await waves(fixture).release(first) == 2)
        #expect(try await fixture.deliveries(.held) == 1)
        let next = try await post(6, in: fixture)
        #expect(try await state(of: next, fixture) == .ready)
        #expect(try await waves(fixture).show(first).row.isReleased)
    }

    @Test func `A decision of staff holds the rest at once, can be undone for a minute, and is carried out after it`()
        async throws
    {
        let fixture = try await IntakeFixture.open(mostAlike: 3, people: 20)
        let first = try await post(1, in: fixture)
        for number in 2...5 { _ = try await post(number, in: fixture) }
        let (now, staff) = (IntakeFixture.now + .minutes(1), "anna")
        let waves = waves(fixture, at: now)
        try await waves.decide(first, .withdrawn, by: staff, undoableFor: .minutes(1))
        #expect(try await fixture.deliveries(.held) == 5)
        try await carryOutDue(waves)
        #expect(try await fixture.deliveries(.dropped) == 0)
        #expect(try await waves.undo(first))
        #expect(try await waves.show(first).row.verdict == nil)
        // A colleague's word is the first one now.
        try await waves.decide(first, .released, by: "bert", undoableFor: .minutes(1))
        do {
            try await waves.decide(first, .withdrawn, by: staff, undoableFor: .minutes(1))
            Issue.record("a colleague's decision was overruled")
        } catch let fault as WaveOperations.Fault {
            #expect(fault.description.contains("released by bert"), "\(fault)")
        }
        // While it can be undone, what comes is held.
        let next = try await post(6, in: fixture)
        #expect(try await state(of: next, fixture) == .held)
        let later = self.waves(fixture, at: now + .minutes(2))
        try await carryOutDue(later)
        #expect(try await fixture.deliveries(.held) == 0)
        #expect(try await fixture.deliveries(.ready) == 6)
        #expect(try await later.undo(first) == false)
        let last = try await post(7, in: fixture)
        #expect(try await state(of: last, fixture) == .ready)
    }

    // The rule: whichever write fails, the next relay tells everyone who was reached, once.
    @Test(arguments: 0..<3)
    func `A withdrawal that is interrupted is carried out again, and those whom the wave has reached are told once`(
        _ done: Int
    ) async throws {
        let fixture = try await IntakeFixture.open(mostAlike: 3, people: 20)
        let first = try await post(1, in: fixture)
        for number in 2...5 { _ = try await post(number, in: fixture) }
        try await deliver(2, in: fixture)
        let now = IntakeFixture.now + .minutes(1)
        try await waves(fixture, at: now).decide(first, .withdrawn, tells: true, by: "anna", undoableFor: .minutes(1))
        let later = waves(fixture, at: now + .minutes(2))
        fixture.faulty.failOnce(after: done)
        await #expect(throws: StoreError.self) { try await carryOutDue(later) }
        try await carryOutDue(later)
        #expect(try await fixture.deliveries(.dropped) == 3)
        let notices = try await fixture.store.read { transaction in
            try fixture.recipients.map { try transaction.intake.serviceMails(.waveNotice, to: $0.id, since: IntakeFixture.now) }
        }
        #expect(notices.filter { $0 > 0 } == [1, 1])
        #expect(try await waves(fixture).list(limit: 10).isEmpty)
    }

    @Test func `A restart forgets nothing`() async throws {
        let before = try await IntakeFixture.open(mostAlike: 5, people: 20)
        var first: LetterID?
        for number in 1...5 {
            let id = try await post(number, in: before)
            first = first ?? id
        }
        let after = try await IntakeFixture.open(mostAlike: 5, store: before.store, people: 20)
        // In the same millisecond it would have the id of one of those: both relays draw the same numbers.
        let sixth = try await post(6, in: after, at: IntakeFixture.now + .seconds(5))
        #expect(try await state(of: sixth, after) == .held)
        #expect(try await waves(after).list(limit: 10).map(\.row.id) == [try #require(first)])
    }

    @Test func `A letter that was not kept does not count`() async throws {
        let fixture = try await IntakeFixture.open(mostAlike: 1, people: 20)
        _ = try await post(1, in: fixture)
        fixture.faulty.fail(true)
        #expect(try await fixture.post(to: "p4") { $0.message = Self.text(2) }.answer.id == nil)
        fixture.faulty.fail(false)
        _ = try await post(3, to: "p3", in: fixture)
        #expect(try await fixture.deliveries(.held) == 0)
    }

    @Test func `What is no wave is said, and where the letter belongs`() async throws {
        let fixture = try await IntakeFixture.open(mostAlike: 1, people: 20)
        let ids = [try await post(1, in: fixture), try await post(2, in: fixture)]
        let waves = waves(fixture)
        for (id, words) in [(ids[1], "\(ids[0])"), (LetterID(high: 1, low: 1), "there is no wave")] {
            do {
                _ = try await waves.show(id)
                Issue.record("\(id) was shown")
            } catch let fault as WaveOperations.Fault {
                #expect(fault.description.contains(words), "\(fault)")
            }
        }
    }
}
