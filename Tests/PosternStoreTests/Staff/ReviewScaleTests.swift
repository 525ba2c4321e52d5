import PosternCore
import PosternStore
import PosternTestSupport
import Testing

/// Figures alone: with 100,000 letters on the desk, the list, its counts and every search.
@Suite("A desk with very many letters answers as quickly as one with few", .serialized, .enabled(if: Figure.areJudged))
struct ReviewScaleTests {
    private static let count = 100_000
    private static let limit = Duration.milliseconds(200)

    @Test func `List, counts and every search answer within 200 ms, and a decision about all of them can be undone`() async throws
    {
        let folder = try TemporaryFolder()
        let store = try await TestStore.open(.file, path: folder.path("s.sqlite"), people: 50)
        try await fill(store)
        var searches = [ReviewFilter()]
        func search(_ change: (inout ReviewFilter) -> Void) {
            var filter = ReviewFilter()
            change(&filter)
            searches.append(filter)
        }
        search { $0.rule = "limit-text" }
        search { $0.rule = "cross-site" }
        search { $0.recipient = store.people[7].id }
        search { $0.tag = Tag(value: 3) }
        search { $0.tag = Tag(value: 10_000_001) }
        search { $0.tag = Tag(value: 99_999_999) }
        search { $0.site = store.site.id }
        search { $0.verdict = .accept }
        search { ($0.since, $0.until) = (TestStore.start + .hours(1), TestStore.start + .hours(2)) }
        search { ($0.rule, $0.recipient) = ("trap-bait", store.people[3].id) }
        for filter in searches {
            try await measure("list", filter, store) { _ = try $0.list(filter, limit: 51) }
            try await measure("groups", filter, store) { _ = try $0.groups(filter, limit: 51) }
            try await measure("count", filter, store) { _ = try $0.count(filter) }
        }
        try await measure("rules", ReviewFilter(), store) { _ = try $0.rules(in: .held, limit: 8) }
        try await undoAll(store)
        await store.database.close()
    }

    private func measure(
        _ what: String, _ filter: ReviewFilter, _ store: TestStore, _ read: @escaping @Sendable (ReviewItems) throws -> Void
    ) async throws {
        // The first look of each kind compiles its statement.
        try await store.database.read { try read($0.reviewItems) }
        let took = try await ContinuousClock().measure { try await store.database.read { try read($0.reviewItems) } }
        #expect(Figure.note("desk of \(Self.count) letters, \(what), \(filter)", took, limit: Self.limit))
    }

    private func undoAll(_ store: TestStore) async throws {
        let now = TestStore.start + .days(1)
        let decision = StaffDecision(
            id: StaffDecisionID(high: UInt64(now.milliseconds) << 16, low: 1), act: .drop, staff: "anna", reason: .spam,
            final: now + .minutes(1))
        try await store.database.write { try $0.decisions.begin(decision) }
        var last: LetterID?
        let took = try await ContinuousClock().measure {
            repeat {
                let after = last
                last = try await store.database.write { transaction in
                    let items = try transaction.reviewItems.list(ReviewFilter(), after: after, limit: 500)
                    for item in items {
                        _ = try transaction.decisions.add(item.letter, in: .held, version: item.version, to: decision.id)
                    }
                    return items.last?.letter
                }
            } while last != nil
        }
        #expect(Figure.note("desk of \(Self.count) letters, all decided", took, limit: .seconds(60)))
        let undone = try await ContinuousClock().measure {
            _ = try await store.database.write { try $0.decisions.undo(decision.id, by: StaffMark(at: now, by: "anna")) }
        }
        #expect(Figure.note("desk of \(Self.count) letters, all undone", undone, limit: .seconds(5)))
        let count = try await store.database.read { try $0.reviewItems.count(ReviewFilter()).count }
        #expect(count == Self.count)
    }

    /// Over a day, to fifty people, from ten thousand clients.
    private func fill(_ store: TestStore) async throws {
        let verdicts = [
            Verdict(of: [Verdict.Part(.limitText, .hold)]),
            Verdict(of: [Verdict.Part(.trapBait, .score(60)), Verdict.Part(.trapToken, .score(40))]),
        ]
        for start in stride(from: 0, to: Self.count, by: 2_000) {
            let letters = (start..<(start + 2_000)).map { number in
                store.letter(
                    to: number % 50, at: TestStore.start + .milliseconds(Int64(number) * 800), verdict: verdicts[number % 2],
                    tags: [Tag(value: UInt64(number % 10_000)), Tag(value: 10_000_000 + UInt64(number % 100))])
            }
            try await store.database.write { transaction in
                for letter in letters { _ = try transaction.intake.accept(letter) }
            }
        }
    }
}
