import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A decision takes effect after a minute, once, or not at all")
struct DeskDecisionTests {
    @Test(arguments: [(ReviewAct.release, DeliveryState.ready), (.drop, .dropped)])
    func `Nothing is done for a minute, and then it is, under the name of who decided`(
        _ act: ReviewAct, _ state: DeliveryState
    ) async throws {
        let fixture = try await DeskFixture()
        let letter = try await fixture.hold(1)[0]
        let decision = try #require(try await fixture.decide(act, letter).decision)
        #expect(decision.final == DeskFixture.now + ReviewTimes.undo)
        let waiting = try await fixture.waiting()
        #expect(waiting == 0)
        await fixture.pass(ReviewTimes.undo - .milliseconds(1))
        let before = try await fixture.state(letter)
        #expect(before == .held)
        await fixture.pass(.milliseconds(1))
        let after = try await fixture.state(letter)
        #expect(after == state)
        let trace = try await fixture.operations.log.operations(limit: 9)
        #expect(trace.map(\.verb) == [act == .release ? .releaseDeliveries : .dropDeliveries, .decide])
        #expect(trace.allSatisfy { $0.actor == .staff("anna") && $0.subject == "\(letter)" })
        // Once more, as after a crash.
        await fixture.pass()
        let again = try await fixture.operations.log.operations(limit: 9)
        #expect(again.count == 2)
    }

    @Test func `Undone in time it is as if nothing had been, by anyone who decides; at the last moment it is too late`()
        async throws
    {
        let fixture = try await DeskFixture()
        let letters = try await fixture.hold(2)
        let first = try #require(try await fixture.decide(.drop, letters[0]).decision)
        let second = try #require(try await fixture.decide(.release, letters[1]).decision)
        fixture.clock.advance(by: ReviewTimes.undo - .milliseconds(1))
        let berta = try DeskFixture.staff("berta")
        let undone = try await fixture.desk.undo(first.id, by: berta)
        guard case .undone(let decision, count: 1) = undone, decision.id == first.id else {
            Issue.record("\(undone)")
            return
        }
        fixture.clock.advance(by: .milliseconds(1))
        let late = try await fixture.desk.undo(second.id, by: berta)
        guard case .late = late else {
            Issue.record("\(late)")
            return
        }
        await fixture.pass()
        let states = [try await fixture.state(letters[0]), try await fixture.state(letters[1])]
        #expect(states == [.held, .ready])
        let twice = try await fixture.desk.undo(first.id, by: berta)
        guard case .late(let known) = twice else {
            Issue.record("\(twice)")
            return
        }
        #expect(known.undone?.by == "berta")
        let unknown = try await fixture.desk.undo(StaffDecisionID(high: 1, low: 1), by: berta)
        #expect(unknown == .unknown)
    }

    @Test func `Of many who decide at once one does, and the others change nothing`() async throws {
        let fixture = try await DeskFixture()
        let letter = try await fixture.hold(1)[0]
        let answers = try await withThrowingTaskGroup(of: ReviewAnswer.self) { tasks in
            for number in 0..<20 {
                tasks.addTask {
                    try await fixture.decide(number % 2 == 0 ? .release : .drop, letter, by: "staff\(number)")
                }
            }
            return try await tasks.reduce(into: [ReviewAnswer]()) { $0.append($1) }
        }
        #expect(answers.filter { $0.decision != nil }.count == 1)
        let winner = try #require(answers.compactMap(\.decision).first).staff
        #expect(answers.filter { $0 == .late(ReviewTally(changed: 1, decider: winner)) }.count == 19)
        let lines = try await fixture.desk.decisions(DecisionFilter(), before: nil)
        #expect(lines.count == 1)
        await fixture.pass()
        let state = try await fixture.state(letter)
        #expect(state == (lines.first?.decision.act == .release ? .ready : .dropped))
    }

    @Test func `A letter that the command line has decided meanwhile is passed over, and the record says so`() async throws {
        let fixture = try await DeskFixture()
        let letters = try await fixture.hold(2)
        let targets = letters.map { ReviewWish.Target.letter($0, version: 1) }
        let answer = try await fixture.desk.decide(
            ReviewWish(.drop, about: targets), by: try DeskFixture.staff("anna"))
        #expect(answer.decision != nil)
        _ = try await fixture.operations.queue.apply(.release, to: .one(letters[0]))
        await fixture.pass()
        let states = [try await fixture.state(letters[0]), try await fixture.state(letters[1])]
        #expect(states == [.ready, .dropped])
        let line = try #require(try await fixture.desk.decisions(DecisionFilter(), before: nil).first)
        #expect(line.tally == DecisionTally(total: 2, passed: 1))
        // And a form that was opened before says so too.
        let late = try await fixture.decide(.drop, letters[0])
        #expect(late == .late(ReviewTally(changed: 1, decider: "anna")))
    }

    @Test func `A form of before a hold, or before an undoing, is late`() async throws {
        let fixture = try await DeskFixture()
        let (letter, anna) = (try await fixture.hold(1)[0], try DeskFixture.staff("anna"))
        let isHeld = try await fixture.desk.setWaiting(true, letter, in: .held, version: 1, by: anna)
        #expect(isHeld)
        let late = try await fixture.decide(.drop, letter, version: 1, by: "berta")
        #expect(late == .late(ReviewTally(changed: 1)))
        let next = try await fixture.desk.next(DeskSearch(), after: nil, for: anna)
        #expect(next == nil)
        let isOver = try await fixture.desk.setWaiting(false, letter, in: .held, version: 2, by: anna)
        #expect(isOver)
        let made = try await fixture.decide(.drop, letter, version: 3)
        #expect(made.decision != nil)
    }

    @Test func `A block is there at once, under the tag of today, and undoing lifts it`() async throws {
        let fixture = try await DeskFixture()
        let letter = try await fixture.hold(1)[0]
        // The letter is of yesterday, its tag is worth nothing today.
        fixture.clock.advance(by: .days(1))
        let decision = try #require(try await fixture.decide(.dropAndBlock, letter).decision)
        let blocks = try await fixture.operations.blocks.list()
        let today = Epoch(containing: fixture.clock.now)
        #expect(blocks.map(\.mark) == [.tag(Tag(value: 70), today)] && blocks.first?.id == decision.block)
        let client = try #require(ClientAddress(text: "192.0.2.1"))
        #expect(!fixture.blocks.parts(for: client, tags: [Tag(value: 70)], at: fixture.clock.now).isEmpty)
        _ = try await fixture.desk.undo(decision.id, by: try DeskFixture.staff("anna"))
        let after = try await fixture.operations.blocks.list()
        #expect(after.isEmpty && fixture.blocks.parts(for: client, tags: [Tag(value: 70)], at: fixture.clock.now).isEmpty)
    }

    @Test func `Without the vault a client is blocked by the tag of its letter, while that is today's`() async throws {
        let fixture = try await DeskFixture(isVaultAway: true)
        let letters = try await fixture.hold(2)
        let made = try await fixture.decide(.dropAndBlock, letters[0])
        #expect(made.decision?.block != nil)
        fixture.clock.advance(by: .days(1))
        let late = try await fixture.decide(.dropAndBlock, letters[1])
        #expect(late == .cannotBlock)
        let waiting = try await fixture.waiting()
        #expect(waiting == 1)
    }

    @Test func `A decision that cannot be carried out is logged once, and those that come after it are carried out`()
        async throws
    {
        let fixture = try await DeskFixture()
        let letters = try await fixture.hold(2)
        let broken = try #require(try await fixture.decide(.drop, letters[0]).decision)
        _ = try await fixture.decide(.drop, letters[1])
        let wave = try await fixture.hold(1)[0]
        try await fixture.store.write { transaction in
            try transaction.run("UPDATE decision SET act = 'nothing we know' WHERE id = ?", [broken.id.stored])
            try transaction.run(
                """
                INSERT INTO wave (id, began_at, decision, decided_at, tells, final_at)
                VALUES (?, ?, 'withdrawn', ?, 0, ?)
                """, [wave.stored, DeskFixture.now.stored, DeskFixture.now.stored, DeskFixture.now.stored])
        }
        fixture.clock.advance(by: ReviewTimes.undo)
        let log = KeptLog()
        var failing: Set<DeskUpkeep.Due> = []
        for _ in 1...3 { await fixture.upkeep(log).carryOut(failing: &failing) }
        let states = [try await fixture.state(letters[0]), try await fixture.state(letters[1]), try await fixture.state(wave)]
        #expect(states == [.held, .dropped, .dropped])
        #expect(log.errors.count == 1 && log.errors[0].contains("\(broken.id)"), "\(log.errors)")
        // Once it can be, it is.
        _ = try await fixture.store.write { try $0.run("UPDATE decision SET act = 'drop' WHERE id = ?", [broken.id.stored]) }
        await fixture.upkeep(log).carryOut(failing: &failing)
        let last = try await fixture.state(letters[0])
        #expect(last == .dropped && failing.isEmpty)
    }

    @Test func `A reason that does not go with the decision changes nothing`() async throws {
        let fixture = try await DeskFixture()
        let letter = try await fixture.hold(1)[0]
        let answer = try await fixture.decide(.release, letter, reason: .spam)
        #expect(answer == .unsuitable)
        let waiting = try await fixture.waiting()
        #expect(waiting == 1)
    }

    @Test(arguments: [(ReviewAct.uphold, ReportDecision.upheld), (.reject, .rejected)])
    func `A report is decided after a minute: then its recipient can read it`(
        _ act: ReviewAct, _ decision: ReportDecision
    ) async throws {
        let fixture = try await DeskFixture()
        let letter = try await fixture.hold(1, verdict: .accept)[0]
        try await fixture.report(letter)
        let made = try #require(try await fixture.decide(act, letter).decision)
        #expect(made.reason == (act == .uphold ? .fraud : .withinRules))
        let before = try await fixture.store.read { try $0.reports.find(about: letter)?.decision }
        #expect(before == nil)
        await fixture.pass()
        let after = try await fixture.store.read { try $0.reports.find(about: letter)?.decision }
        #expect(after?.decision == decision && after?.reasonCode == made.reason.rawValue)
        let counts = try await fixture.desk.counts(.reported, after: nil)
        #expect(counts.lanes[.reported] == 0)
    }

    @Test func `A group that is looked at through a search is what was found of it, and the journal knows of many`() async throws
    {
        let fixture = try await DeskFixture()
        let letters = try await fixture.hold(5)
        var search = DeskSearch(isGrouped: false)
        search.filter.until = letters[2].moment + .milliseconds(1)
        let target = ReviewWish.Target.group(letters[0], through: letters[4], of: search)
        let count = try await fixture.desk.count(target, in: .held)
        #expect(count == 3)
        let anna = try DeskFixture.staff("anna")
        let answer = try await fixture.desk.decide(ReviewWish(.drop, about: [target]), by: anna)
        let decision = try #require(answer.decision)
        let waiting = try await fixture.waiting()
        #expect(waiting == 2)
        _ = try await fixture.desk.undo(decision.id, by: anna)
        #expect(
            fixture.deeds == [
                RelayDeed(.decided(decision.id, .drop, count: 3), by: .staff("anna")),
                RelayDeed(.decisionUndone(decision.id), by: .staff("anna")),
            ])
    }

    @Test func `Who decides about many learns who was quicker, where it was one person`() async throws {
        let fixture = try await DeskFixture()
        let anna = try DeskFixture.staff("anna")
        let letters = try await fixture.hold(4)
        let flood = try await fixture.hold(3, tag: PosternCore.Tag(value: 8))
        _ = try await fixture.decide(.drop, letters[0], by: "berta")
        _ = try await fixture.decide(.release, letters[1], by: "berta")
        let some = letters.prefix(3).map { ReviewWish.Target.letter($0, version: 1) }
        let answer = try await fixture.desk.decide(ReviewWish(.drop, about: some), by: anna)
        guard case .made(_, ReviewTally(done: 1, changed: 2, decider: "berta")) = answer else {
            Issue.record("\(answer)")
            return
        }
        // Two have been quicker now, one of them herself.
        let all = letters.map { ReviewWish.Target.letter($0, version: 1) }
        let second = try await fixture.desk.decide(ReviewWish(.drop, about: all), by: anna)
        guard case .made(_, ReviewTally(done: 1, changed: 3)) = second else {
            Issue.record("\(second)")
            return
        }
        let group = ReviewWish.Target.group(flood[0], through: flood[2], of: DeskSearch(isGrouped: false))
        let carl = try DeskFixture.staff("carl")
        _ = try await fixture.desk.decide(ReviewWish(.release, about: [group]), by: carl)
        let late = try await fixture.desk.decide(ReviewWish(.drop, about: [group]), by: anna)
        #expect(late == .late(ReviewTally(decider: "carl")))
    }

    // The rule: one decision for many letters, in bites, undone as one; what a colleague has open is left alone.
    @Test func `All that match are one decision, up to the newest that was seen`() async throws {
        let fixture = try await DeskFixture()
        let letters = try await fixture.hold(1_203)
        let (anna, berta) = (try DeskFixture.staff("anna"), try DeskFixture.staff("berta"))
        _ = try await fixture.desk.show(letters[0], in: .held, to: berta)
        _ = try await fixture.desk.setWaiting(true, letters[1], in: .held, version: 1, by: berta)
        let target = ReviewWish.Target.all(DeskSearch(isGrouped: false), through: letters[1_201])
        let count = try await fixture.desk.count(target, in: .held)
        #expect(count == 1_202)
        let answer = try await fixture.desk.decide(ReviewWish(.drop, about: [target]), by: anna)
        guard case .made(let decision, ReviewTally(done: 1_200, skipped: 2, holder: "berta")) = answer else {
            Issue.record("\(answer)")
            return
        }
        let waiting = try await fixture.waiting()
        #expect(waiting == 3)
        let undone = try await fixture.desk.undo(decision.id, by: anna)
        guard case .undone(_, count: 1_200) = undone else {
            Issue.record("\(undone)")
            return
        }
        let all = try await fixture.waiting()
        #expect(all == 1_203)
        let group = ReviewWish.Target.group(letters[2], through: letters[1_202], of: DeskSearch(isGrouped: false))
        let again = try await fixture.desk.decide(ReviewWish(.release, about: [group]), by: anna)
        guard case .made(_, ReviewTally(done: 1_201, skipped: 2, holder: "berta")) = again else {
            Issue.record("\(again)")
            return
        }
        await fixture.pass()
        let counts = try await fixture.operations.queue.count()
        #expect(counts[.ready] == 1_201 && counts[.held] == 2)
    }
}
