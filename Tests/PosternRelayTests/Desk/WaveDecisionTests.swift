import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A wave is decided about as a letter is: with a reason, once, in the version that was seen, while one person has it open")
struct WaveDecisionTests {
    /// A wave over the desk's store, with the pages' services.
    private struct Fixture: Sendable {
        let desk: DeskFixture
        let waves: WaveService
        /// Its first letter went out to be sent, the others are held.
        let letters: [LetterID]

        var wave: LetterID { letters[0] }

        /// - Parameter count: how many letters of it are held.
        init(_ count: Int = 3) async throws {
            desk = try await DeskFixture()
            waves = WaveService(operations: desk.operations)
            letters = try await Self.make(count, desk)
        }

        static func make(_ count: Int, _ desk: DeskFixture) async throws -> [LetterID] {
            let first = try await desk.hold(1, verdict: .accept)
            let held = Verdict(.hold, parts: [Verdict.Part(.wave, .hold)])
            return first + (try await desk.hold(count, verdict: held, near: first[0]))
        }

        func sheet(for name: String, _ role: StaffRole = .reviewer) async throws -> WaveSheet {
            try #require(try await waves.wave(wave, after: nil, for: DeskFixture.staff(name, role)))
        }

        func decide(
            _ act: ReviewAct, by name: String, version: Int, reason: ReviewReason? = nil, sentence: String? = nil
        ) async throws -> WaveAnswer {
            let wish = WaveWish(
                act, about: wave, version: version, reason: reason,
                sentence: try sentence.map { try HeaderText($0, limit: ReviewLimit.sentence) })
            return try await waves.decide(wish, by: try DeskFixture.staff(name))
        }

        func states() async throws -> [DeliveryState?] {
            var states: [DeliveryState?] = []
            for letter in letters { states.append(try await desk.state(letter)) }
            return states
        }
    }

    @Test func `A decision has a reason and a sentence, and stands on each letter's page and in the list of decisions`()
        async throws
    {
        let fixture = try await Fixture()
        let sheet = try await fixture.sheet(for: "anna")
        let answer = try await fixture.decide(
            .withdrawWave, by: "anna", version: sheet.version, reason: .fraud, sentence: "Asks for bank details.")
        #expect(answer == .made)
        let decision = try #require(try await fixture.sheet(for: "anna").decisions.first)
        #expect(decision.act == .withdrawWave && decision.reason == .fraud && decision.sentence == "Asks for bank details.")
        #expect(decision.wave == fixture.wave && decision.final == DeskFixture.now + ReviewTimes.undo)
        // The first letter was ready: it is held at once, with the others.
        #expect(try await fixture.states() == Array(repeating: .held, count: 4))
        // As a command shows it.
        let view = try await fixture.sheet(for: "anna").detail.wave
        #expect(view.reason == "fraud" && view.sentence == "Asks for bank details." && view.decidedBy == "anna")
        let listed = try await fixture.desk.desk.decisions(DecisionFilter(reason: .fraud), before: nil)
        #expect(listed.map(\.decision.id) == [decision.id] && listed.map(\.tally.total) == [4])
        let item = try await fixture.desk.desk.show(fixture.letters[2], in: nil, to: DeskFixture.staff("berta"))
        #expect(item?.decisions.map(\.id) == [decision.id])
        #expect(fixture.desk.deeds == [RelayDeed(.waveWithdrawn(fixture.wave), by: .staff("anna"))])
        let trace = try await fixture.desk.store.read { try $0.operationTrace.latest(limit: 1) }
        #expect(trace.map(\.reason) == ["fraud: Asks for bank details."])
    }

    @Test func `It is carried out once, a minute later, and says how many letters it came too late for`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.decide(.withdrawWave, by: "anna", version: 1)
        // An operator's command was quicker with one of them.
        _ = try await fixture.desk.store.write { [fixture] in
            try $0.queue.release(fixture.letters[3], at: DeskFixture.now)
        }
        _ = try await fixture.desk.store.write {
            try $0.queue.claim(
                upTo: 9, under: LeaseID(node: 1, number: 1), until: DeskFixture.now + .hours(1), at: DeskFixture.now)
        }
        await fixture.desk.pass()
        #expect(try await fixture.states() == [.dropped, .dropped, .dropped, .leased])
        let line = try #require(try await fixture.desk.desk.decisions(DecisionFilter(), before: nil).first)
        #expect(line.decision.applied != nil && line.tally == DecisionTally(total: 4, passed: 1))
        await fixture.desk.pass(.hours(1))
        #expect(try await fixture.desk.desk.decisions(DecisionFilter(), before: nil).count == 1)
    }

    @Test func `Undone from the list of decisions it waits again, and each side is told when it is too late`() async throws {
        let fixture = try await Fixture()
        let (anna, berta) = (try DeskFixture.staff("anna"), try DeskFixture.staff("berta"))
        _ = try await fixture.decide(.releaseWave, by: "anna", version: 1, reason: .harmless)
        let bars = try await fixture.desk.desk.undoable(by: anna)
        let decision = try #require(bars.first?.decision)
        #expect(bars.count == 1 && bars[0].tally.total == 3)
        guard case .undone(let undone, count: 3) = try await fixture.desk.desk.undo(decision.id, by: berta) else {
            Issue.record("not undone")
            return
        }
        #expect(undone.wave == fixture.wave)
        let sheet = try await fixture.sheet(for: "anna")
        #expect(sheet.detail.wave.decision == nil && sheet.version == 3)
        #expect(sheet.decisions.first?.undone == StaffMark(at: DeskFixture.now, by: "berta"))
        #expect(fixture.desk.deeds.last == RelayDeed(.waveUndone(fixture.wave), by: .staff("berta")))
        guard case .late = try await fixture.desk.desk.undo(decision.id, by: anna) else {
            Issue.record("undone twice")
            return
        }
        await fixture.desk.pass()
        #expect(try await fixture.states() == [.ready, .held, .held, .held])
        // Made again, it goes out, and then it is too late.
        #expect(try await fixture.decide(.releaseWave, by: "anna", version: 3) == .made)
        await fixture.desk.pass()
        #expect(try await fixture.states() == Array(repeating: .ready, count: 4))
        let second = try #require(try await fixture.sheet(for: "anna").decisions.first { $0.undone == nil })
        guard case .late = try await fixture.desk.desk.undo(second.id, by: anna) else {
            Issue.record("undone after it was carried out")
            return
        }
    }

    // The rule: anyone who has seen another version changes nothing.
    @Test func `A late decision changes nothing, and the page says who decided`() async throws {
        let fixture = try await Fixture()
        let seen = try await fixture.sheet(for: "berta").version
        #expect(try await fixture.decide(.withdrawWave, by: "anna", version: seen) == .made)
        #expect(try await fixture.decide(.releaseWave, by: "berta", version: seen) == .late)
        #expect(try await fixture.sheet(for: "berta").detail.wave.decidedBy == "anna")
        let decision = try #require(try await fixture.sheet(for: "berta").decisions.first)
        _ = try await fixture.desk.desk.undo(decision.id, by: try DeskFixture.staff("anna"))
        // It waits again, and is not what berta has seen.
        #expect(try await fixture.decide(.releaseWave, by: "berta", version: seen) == .late)
        #expect(try await fixture.sheet(for: "berta").decisions.count == 1)
        #expect(try await fixture.sheet(for: "berta").detail.wave.decision == nil)
    }

    @Test func `A reason that does not go with it, and what is decided about letters, is none`() async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.decide(.withdrawWave, by: "anna", version: 1, reason: .genuine) == .unsuitable)
        #expect(try await fixture.decide(.drop, by: "anna", version: 1) == .unsuitable)
        let letter = ReviewWish(.withdrawWave, about: [.letter(fixture.letters[1], version: 1)])
        #expect(try await fixture.desk.desk.decide(letter, by: DeskFixture.staff("anna")) == .unsuitable)
        #expect(try await fixture.sheet(for: "anna").decisions.isEmpty && fixture.desk.deeds.isEmpty)
    }

    @Test func `Anyone who opens a wave has it for five minutes, an auditor never, and a colleague may take it`() async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.sheet(for: "otto", .auditor).taken == nil)
        #expect(try await fixture.sheet(for: "anna").taken?.by == "anna")
        let seen = try await fixture.sheet(for: "berta")
        #expect(seen.taken?.by == "anna" && seen.taken?.claims(besides: "berta", at: DeskFixture.now) == true)
        #expect(try await fixture.waves.waves().map(\.taken?.by) == ["anna"])
        try await fixture.waves.take(fixture.wave, by: try DeskFixture.staff("berta"))
        #expect(try await fixture.sheet(for: "anna").taken?.by == "berta")
        fixture.desk.clock.advance(by: ReviewTimes.claim)
        #expect(try await fixture.sheet(for: "anna").taken?.by == "anna")
    }

    @Test func `The next wave is one that waits and that no colleague has open`() async throws {
        let fixture = try await Fixture(1)
        var others: [LetterID] = []
        for _ in 0..<3 {
            fixture.desk.clock.advance(by: .seconds(1))
            others.append(try await Fixture.make(1, fixture.desk)[0])
        }
        let waves = ([fixture.wave] + others).sorted { $0.isBefore($1) }
        let (anna, berta) = (try DeskFixture.staff("anna"), try DeskFixture.staff("berta"))
        _ = try await fixture.waves.wave(waves[1], after: nil, for: berta)
        #expect(try await fixture.waves.next(after: waves[0], for: anna) == waves[2])
        #expect(try await fixture.waves.next(after: waves[0], for: berta) == waves[1])
        let last = try #require(try await fixture.waves.wave(waves[3], after: nil, for: anna))
        // From the beginning again.
        #expect(last.next == waves[0] && last.previous == waves[2])
        for wave in [waves[0], waves[2]] {
            _ = try await fixture.waves.decide(WaveWish(.releaseWave, about: wave, version: 1), by: anna)
        }
        #expect(try await fixture.waves.next(after: waves[3], for: anna) == nil)
    }
}
