import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("Letters that wait for staff, and what is decided about them")
struct ReviewRowsTests {
    private static let now = TestStore.start
    private static let held = Verdict(of: [Verdict.Part(.trapBait, .score(60)), Verdict.Part(.trapToken, .score(40))])

    private func decision(_ number: UInt64, _ act: ReviewAct = .drop, by staff: String = "anna") -> StaffDecision {
        StaffDecision(
            id: StaffDecisionID(high: UInt64(Self.now.milliseconds) << 16, low: number), act: act, staff: staff, reason: .spam,
            sentence: "the same as yesterday", final: Self.now + ReviewTimes.undo)
    }

    @Test(arguments: StoreKind.allCases)
    func `What rules held waits until it is released or dropped by whatever way; nothing else does`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let letters = [
                store.letter(verdict: Self.held, tags: [Tag(value: 7)]), store.letter(verdict: Self.held), store.letter(),
            ]
            let proving = store.proofLetter(verdict: Self.held)
            try await store.database.write { transaction in
                for letter in letters + [proving] { _ = try transaction.intake.accept(letter) }
                let items = try transaction.reviewItems.list(ReviewFilter(), limit: 9)
                #expect(Set(items.map(\.letter)) == [letters[0].id, letters[1].id])
                let item = try #require(try transaction.reviewItems.find(letters[0].id, in: .held))
                #expect(item.rules == ["trap-bait", "trap-token"] && item.tag == Tag(value: 7) && item.verdict == .hold)
                // An operator's hold is an operator's to end.
                _ = try transaction.queue.hold(letters[2].id, because: "to look")
                #expect(try transaction.reviewItems.count(ReviewFilter()).count == 2)
                // By the command line.
                #expect(try transaction.queue.release(letters[0].id, at: Self.now) == .moved(to: .ready))
                #expect(try transaction.queue.drop(letters[1].id, because: "test", at: Self.now) == .moved(to: .dropped))
                #expect(try transaction.reviewItems.count(ReviewFilter()).count == 0)
                // Its visitor has proved the address: what the rules said still stands.
                let proof = [UInt8](repeating: 1, count: 16)
                #expect(try transaction.awaitedProofs.prove(proving.id, with: proof, at: Self.now) == .held)
                #expect(try transaction.reviewItems.list(ReviewFilter(), limit: 9).map(\.letter) == [proving.id])
                _ = try transaction.recipients.erase(store.people[0].id, at: Self.now)
                #expect(try transaction.reviewItems.count(ReviewFilter()).count == 0)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A report waits until it is decided or withdrawn`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letters = [store.letter(tags: [Tag(value: 7)]), store.letter()]
            let reports = try letters.map { try store.report(about: $0.id) }
            try await store.database.write { transaction in
                for letter in letters { _ = try transaction.intake.accept(letter) }
                for report in reports {
                    let isNew = try transaction.reports.add(report)
                    #expect(isNew)
                }
                let items = try transaction.reviewItems.list(ReviewFilter(.reported), limit: 9)
                #expect(items.map(\.letter) == letters.map(\.id) && items.allSatisfy { $0.rules == ["abuse"] })
                #expect(items.first?.tag == Tag(value: 7) && items.first?.verdict == .accept)
                #expect(try transaction.reports.withdraw(about: letters[0].id))
                let decided = Report.Decided(at: Self.now, decision: .upheld, reasonCode: "abuse")
                #expect(try transaction.reports.decide(about: letters[1].id, decided))
                #expect(try !transaction.reports.decide(about: letters[1].id, decided))
                #expect(try transaction.reports.find(about: letters[1].id)?.decision == decided)
                #expect(try transaction.reviewItems.count(ReviewFilter(.reported)).count == 0)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Of two who decide at once one does, and of a decision and its undoing too`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.letter(verdict: Self.held)
            let (first, second) = (decision(1), decision(2, .release, by: "berta"))
            try await store.database.write { transaction in
                _ = try transaction.intake.accept(letter)
                let decisions = transaction.decisions
                #expect(try decisions.add(letter.id, in: .held, version: 1, to: first.id))
                try decisions.begin(first)
                for version in 1...2 {
                    let isDone = try decisions.add(letter.id, in: .held, version: version, to: second.id)
                    #expect(!isDone)
                }
                #expect(try transaction.reviewItems.count(ReviewFilter()).count == 0)
                #expect(try decisions.undoable(by: "anna", at: Self.now, limit: 9).map(\.id) == [first.id])
                #expect(try decisions.due(at: first.final - .milliseconds(1), limit: 9).isEmpty)
                #expect(try decisions.due(at: first.final, limit: 9) == [first.id])
                // Too late, and in time.
                #expect(try !decisions.undo(first.id, by: StaffMark(at: first.final, by: "berta")))
                #expect(try decisions.undo(first.id, by: StaffMark(at: first.final - .milliseconds(1), by: "berta")))
                #expect(try !decisions.undo(first.id, by: StaffMark(at: Self.now, by: "anna")))
                #expect(try decisions.due(at: first.final, limit: 9).isEmpty)
                let item = try #require(try transaction.reviewItems.find(letter.id, in: .held))
                #expect(item.version == 3 && item.decision == nil)
                // A form from before the undoing is late.
                #expect(try !decisions.add(letter.id, in: .held, version: 1, to: second.id))
                #expect(try decisions.add(letter.id, in: .held, version: 3, to: second.id))
                try decisions.begin(second)
                #expect(try decisions.pending(second.id, limit: 9) == [letter.id])
                #expect(try decisions.apply(second, to: letter.id, because: "test", at: second.final))
                #expect(try decisions.pending(second.id, limit: 9) == [])
                // Once more, as after a crash: nothing.
                #expect(try !decisions.apply(second, to: letter.id, because: "test", at: second.final))
                try decisions.finish(second.id, at: second.final)
                #expect(try decisions.find(second.id)?.standing(at: second.final) == .applied(at: second.final))
                #expect(try transaction.queue.line(letter.id)?.state == .ready)
                #expect(try decisions.about(letter.id, limit: 9).map(\.id) == [second.id, first.id])
                #expect(try decisions.latest(DecisionFilter(staff: "berta"), limit: 9).map(\.id) == [second.id])
                #expect(try decisions.latest(DecisionFilter(reason: .spam), limit: 9).count == 2)
                #expect(try decisions.latest(DecisionFilter(since: Self.now + .seconds(1)), limit: 9).isEmpty)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What somebody has decided by another way meanwhile is passed over`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letters = [store.letter(verdict: Self.held), store.letter(verdict: Self.held)]
            let made = decision(1)
            try await store.database.write { transaction in
                for letter in letters {
                    _ = try transaction.intake.accept(letter)
                    let isDone = try transaction.decisions.add(letter.id, in: .held, version: 1, to: made.id)
                    #expect(isDone)
                }
                try transaction.decisions.begin(made)
                _ = try transaction.queue.release(letters[0].id, at: Self.now)
                let done = try letters.map {
                    try transaction.decisions.apply(made, to: $0.id, because: "test", at: made.final)
                }
                #expect(done == [false, true])
                #expect(try transaction.decisions.tally(made.id) == DecisionTally(total: 2, passed: 1))
                #expect(try transaction.queue.line(letters[0].id)?.state == .ready)
                #expect(try transaction.queue.line(letters[1].id)?.state == .dropped)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A search is by every condition together, and a group is one client and one set of rules`(_ kind: StoreKind) async throws
    {
        try await withStore(kind) { store in
            let other = Verdict(of: [Verdict.Part(.limitText, .hold)])
            let letters = [
                store.letter(to: 0, at: Self.now, verdict: Self.held, tags: [Tag(value: 7), Tag(value: 9)]),
                store.letter(to: 1, at: Self.now + .seconds(1), verdict: Self.held, tags: [Tag(value: 7)]),
                store.letter(to: 1, at: Self.now + .seconds(2), verdict: other, tags: [Tag(value: 7)]),
                store.letter(to: 2, at: Self.now + .days(1), verdict: other, tags: [Tag(value: 8)]),
            ]
            let ids = letters.map(\.id)
            try await store.database.write { transaction in
                for letter in letters { _ = try transaction.intake.accept(letter) }
                let items = transaction.reviewItems
                func found(_ change: (inout ReviewFilter) -> Void, after: LetterID? = nil) throws -> [LetterID] {
                    var filter = ReviewFilter()
                    change(&filter)
                    let list = try items.list(filter, after: after, limit: 9).map(\.letter)
                    let count = try items.count(filter, after: after).count
                    #expect(count == list.count)
                    return list
                }
                #expect(try found { _ in } == ids)
                #expect(try found({ _ in }, after: ids[1]) == Array(ids[2...]))
                #expect(try found { $0.tag = Tag(value: 7) } == Array(ids[..<3]))
                // Of a network.
                #expect(try found { $0.tag = Tag(value: 9) } == [ids[0]])
                #expect(try found { $0.rule = "limit-text" } == Array(ids[2...]))
                #expect(try found { $0.rule = "limit" } == [])
                #expect(try found { $0.recipient = store.people[1].id } == [ids[1], ids[2]])
                #expect(
                    try found {
                        $0.since = Self.now + .seconds(1); $0.until = Self.now + .seconds(2)
                    } == [ids[1]])
                #expect(try found { $0.verdict = .accept } == [])
                #expect(
                    try found {
                        $0.site = store.site.id; $0.rule = "trap-bait"
                    } == [ids[0], ids[1]])
                let groups = try items.groups(ReviewFilter(), limit: 9)
                #expect(groups.map(\.first) == [ids[0], ids[2], ids[3]] && groups.map(\.count) == [2, 1, 1])
                #expect(groups.first?.newest == ids[1])
                #expect(try items.groups(ReviewFilter(), after: ids[0], limit: 9).map(\.first) == [ids[2], ids[3]])
                #expect(try found { $0.cluster = ids[0] } == [ids[0], ids[1]])
                #expect(try found { $0.likeness = ids[1] } == [ids[1]])
                #expect(try items.rules(in: .held, limit: 9).map(\.count) == [2, 2])
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A letter with nearly the text of one that waits joins its group, from whatever client and by whatever rule`(
        _ kind: StoreKind
    ) async throws {
        try await withStore(kind) { store in
            let wave = Verdict(of: [Verdict.Part(.wave, .hold)])
            let first = store.letter(to: 0, verdict: Self.held, tags: [Tag(value: 7)])
            let like = store.letter(like: first.id, to: 1, verdict: wave)
            let third = store.letter(like: first.id, to: 2, verdict: wave)
            let client = store.letter(to: 1, verdict: Self.held, tags: [Tag(value: 7)])
            try await store.database.write { transaction in
                for letter in [first, like, third, client] { _ = try transaction.intake.accept(letter) }
                let items = transaction.reviewItems
                #expect(try items.groups(ReviewFilter(), limit: 9).map(\.count) == [4])
                var filter = ReviewFilter()
                filter.likeness = first.id
                #expect(try items.count(filter).count == 3)
                // A group is what is looked for of it.
                filter.recipient = store.people[2].id
                #expect(try items.groups(filter, limit: 9).map(\.count) == [1])
                // What is decided is no group to join.
                for letter in [first, like, third, client] {
                    _ = try transaction.queue.drop(letter.id, because: "test", at: Self.now)
                }
                let late = store.letter(like: first.id, to: 2, verdict: wave)
                _ = try transaction.intake.accept(late)
                #expect(try items.find(late.id, in: .held)?.cluster == late.id)
                #expect(try items.find(late.id, in: .held)?.likeness == first.id)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A letter is taken until its time is over, and waits for the one who said so`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.letter(verdict: Self.held)
            try await store.database.write { transaction in
                _ = try transaction.intake.accept(letter)
                let items = transaction.reviewItems
                func taken() throws -> String? { try items.find(letter.id, in: .held)?.taken?.by }
                try items.take(letter.id, in: .held, by: "anna", at: Self.now)
                try items.take(letter.id, in: .held, by: "berta", at: Self.now)
                #expect(try taken() == "anna")
                try items.take(letter.id, in: .held, by: "berta", isForced: true, at: Self.now)
                #expect(try taken() == "berta")
                try items.take(letter.id, in: .held, by: "anna", at: Self.now + ReviewTimes.claim)
                #expect(try taken() == "anna")
                let mark = StaffMark(at: Self.now, by: "anna")
                #expect(try !items.wait(letter.id, in: .held, mark, version: 2))
                #expect(try items.wait(letter.id, in: .held, mark, version: 1))
                #expect(try items.find(letter.id, in: .held)?.waits == mark)
                #expect(try items.wait(letter.id, in: .held, nil, version: 2))
                #expect(try items.find(letter.id, in: .held)?.waits == nil)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What is past its time is forgotten, a decision that is not carried out is not`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letters = [store.letter(verdict: Self.held), store.letter(verdict: Self.held)]
            let (made, open) = (decision(1), decision(2))
            try await store.database.write { transaction in
                for (letter, decision) in zip(letters, [made, open]) {
                    _ = try transaction.intake.accept(letter)
                    _ = try transaction.decisions.add(letter.id, in: .held, version: 1, to: decision.id)
                    try transaction.decisions.begin(decision)
                }
                _ = try transaction.decisions.undo(made.id, by: StaffMark(at: Self.now, by: "anna"))
                let end = Self.now + .days(1)
                while try transaction.decisions.forget(before: end, limit: 1) > 0 {}
                #expect(try transaction.decisions.latest(DecisionFilter(), limit: 9).map(\.id) == [open.id])
                #expect(try transaction.decisions.pending(open.id, limit: 9) == [letters[1].id])
                let note = ReviewNote(id: ReviewNoteID(high: 1, low: 1), letter: letters[0].id, author: "anna", text: "<b>")
                try transaction.reviewNotes.add(note)
                #expect(try transaction.reviewNotes.list(of: letters[0].id, limit: 9) == [note])
                #expect(try transaction.reviewNotes.forget(before: end, limit: 9) == 1)
                // Ended without anybody's decision, as when the time of letters is over.
                try transaction.run(
                    "UPDATE delivery SET state = 'dropped', finished_at = 1 WHERE id = ?", [letters[0].id.stored])
                #expect(try transaction.reviewItems.forgetEnded(limit: 9) == 1)
                #expect(try transaction.reviewItems.find(letters[1].id, in: .held) != nil)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A client's trail counts what it posted in a day`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letters = [
                store.letter(to: 0, verdict: Self.held, tags: [Tag(value: 7)]),
                store.letter(to: 1, at: Self.now + .minutes(5), tags: [Tag(value: 7)]), store.letter(tags: [Tag(value: 8)]),
            ]
            let refused = store.entry(tags: [Tag(value: 7)])
            try await store.database.write { transaction in
                for letter in letters { _ = try transaction.intake.accept(letter) }
                try transaction.intake.log(refused)
                let epoch = Epoch(containing: Self.now)
                let trail = try #require(try transaction.submissionLog.trail(of: Tag(value: 7), in: epoch))
                #expect(trail.counts == [.hold: 1, .accept: 1, .refuse: 1] && trail.recipients == 2)
                #expect(trail.first == Self.now && trail.last == Self.now + .minutes(5))
                #expect(try transaction.submissionLog.trail(of: Tag(value: 9), in: epoch) == nil)
                #expect(try transaction.submissionLog.trail(of: Tag(value: 7), in: epoch.next) == nil)
            }
        }
    }

    // The rule: a store of before has its rows in today's words after its first start.
    @Test func `Letters that waited before the desk was there wait on it`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s.sqlite")
        let store = try await TestStore.open(.file, path: path)
        let letter = store.letter(verdict: Self.held, tags: [Tag(value: 7)])
        try await store.accept(letter)
        try await store.database.write { transaction in
            // As the migration leaves it, which cannot read tags and rules.
            try transaction.run("UPDATE review_item SET tag = NULL, rules = ''")
            #expect(try transaction.reviewItems.complete(.held, limit: 1) == letter.id)
            #expect(try transaction.reviewItems.complete(.held, after: letter.id, limit: 1) == nil)
            let item = try #require(try transaction.reviewItems.find(letter.id, in: .held))
            #expect(item.tag == Tag(value: 7) && item.rules == ["trap-bait", "trap-token"])
        }
        await store.database.close()
    }
}
