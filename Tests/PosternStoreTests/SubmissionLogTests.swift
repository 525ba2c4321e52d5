import PosternCore
import PosternStore
import Testing

@Suite("The log finds its entries by every condition, alone and together")
struct SubmissionLogTests {
    /// One entry a minute over three days: to three recipients, from seven clients in three networks, with verdicts and rules
    /// that come round in their own time.
    private func fill(_ store: TestStore) async throws -> [SubmissionEntry] {
        let rules: [[Verdict.Part]] = [
            [], [Verdict.Part(.limitText, .hold)], [], [Verdict.Part(.limitClient, .refuse)],
            [Verdict.Part(.trapBait, .score(60)), Verdict.Part(.trapToken, .score(40))],
        ]
        var letters: [(id: LetterID, accepted: AcceptedLetter?, refused: SubmissionEntry?)] = []
        for number in 0..<(3 * 144) {
            let moment = TestStore.start + .minutes(Int64(number) * 10)
            let parts = rules[number % rules.count]
            let tags = [Tag(value: UInt64(number % 7)), Tag(value: UInt64(100 + number % 3))]
            let verdict = Verdict(of: parts)
            if verdict.decision == .refuse {
                let refused = store.entry(to: number % 3, at: moment, verdict: verdict, tags: tags)
                letters.append((refused.id, nil, refused))
            } else {
                let letter = store.letter(to: number % 3, at: moment, verdict: verdict, tags: tags)
                letters.append((letter.id, letter, nil))
            }
        }
        try await store.database.write { [letters] transaction in
            for letter in letters {
                if let accepted = letter.accepted { _ = try transaction.intake.accept(accepted) }
                if let refused = letter.refused { try transaction.intake.log(refused) }
            }
        }
        let all = try await store.database.read { try $0.submissionLog.entries(limit: 10_000) }
        try #require(all.map(\.id) == letters.map(\.id))
        return all
    }

    @Test(arguments: StoreKind.allCases)
    func `Every filter gives what looking at each entry gives, newest first`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let all = try await fill(store)
            let moments: [Timestamp?] = [nil, TestStore.start + .hours(30)]
            for decision in [nil] + Verdict.Decision.allCases {
                for rule in [nil, .limitText, .limitClient, .trapBait] as [Verdict.Rule?] {
                    for recipient in [nil, store.people[1].id] {
                        for tag in [nil, Tag(value: 3), Tag(value: 101), Tag(value: 99_999)] {
                            for (since, until) in zip(moments + [nil], [nil] + moments) {
                                let filter = LogFilter(
                                    since: since, until: until, decision: decision, rule: rule, recipient: recipient, tag: tag)
                                let expected = all.filter { $0.meets(filter) }.reversed().prefix(20).map(\.id)
                                let found = try await store.database.read { try $0.submissionLog.latest(filter, limit: 20) }
                                #expect(found.map(\.id) == Array(expected), "\(filter)")
                                let following = try await store.database.read {
                                    try $0.submissionLog.entries(filter, after: all[100].id, limit: 10_000)
                                }
                                #expect(
                                    following.map(\.id) == all.dropFirst(101).filter { $0.meets(filter) }.map(\.id), "\(filter)")
                            }
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Pages join without a gap`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let all = try await fill(store)
            let filter = LogFilter(tag: Tag(value: 3))
            var (found, before): ([LetterID], LetterID?) = ([], nil)
            while true {
                let from = before
                let page = try await store.database.read { try $0.submissionLog.latest(filter, before: from, limit: 7) }
                found += page.map(\.id)
                guard page.count == 7 else { break }
                before = page.last?.id
            }
            #expect(found == all.filter { $0.meets(filter) }.reversed().map(\.id))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Decisions are counted, and refusals of a kind on their entry`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let all = try await fill(store)
            let since = TestStore.start + .hours(24)
            let expected = Dictionary(grouping: all.filter { $0.at >= since }, by: \.verdict.decision).mapValues(\.count)
            #expect(try await store.database.read { try $0.submissionLog.count(since: since) } == expected)
            try await store.database.write { try $0.intake.addRepeats(5, to: all[3].id) }
            #expect(try await store.database.read { try $0.submissionLog.entry(all[3].id)?.repeats } == 5)
            #expect(try await store.database.read { try $0.submissionLog.oldest() } == TestStore.start)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `An entry that is forgotten leaves no row behind`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            _ = try await fill(store)
            _ = try await store.database.write { transaction in
                _ = try transaction.queue.dropHeld(.everything, because: "test", at: TestStore.start, limit: 10_000)
                for state in try transaction.queue.list(DeliveryFilter(state: .ready), limit: 10_000) {
                    _ = try transaction.queue.hold(state.id, because: "test")
                }
                _ = try transaction.queue.dropHeld(.everything, because: "test", at: TestStore.start, limit: 10_000)
                return try transaction.retention.forgetSubmissions(before: TestStore.start + .days(9), limit: 10_000)
            }
            let left = try await store.database.read { transaction in
                try transaction.rows(
                    """
                    SELECT (SELECT COUNT(*) FROM submission) + (SELECT COUNT(*) FROM submission_tag)
                        + (SELECT COUNT(*) FROM submission_rule) AS number
                    """)[0]["number"] as Int
            }
            #expect(left == 0)
        }
    }
}

extension SubmissionEntry {
    fileprivate func meets(_ filter: LogFilter) -> Bool {
        (filter.since.map { at >= $0 } ?? true) && (filter.until.map { at < $0 } ?? true)
            && (filter.decision.map { verdict.decision == $0 } ?? true)
            && (filter.rule.map { rule in verdict.parts.contains { $0.rule == rule } } ?? true)
            && (filter.recipient.map { recipient == $0 } ?? true) && (filter.tag.map(tags.contains) ?? true)
    }
}
