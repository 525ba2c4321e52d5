import PosternCore
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("What the desk shows of a letter, and to whom it is left")
struct DeskViewTests {
    @Test func `A letter says in words why it is here, and what its client has done on every day`() async throws {
        let fixture = try await DeskFixture()
        let letters = try await fixture.hold(2)
        let anna = try DeskFixture.staff("anna")
        _ = try await fixture.decide(.drop, letters[1])
        _ = try await fixture.desk.note(try LetterText("Wrote by telephone too", limit: 100), about: letters[0], by: anna)
        fixture.clock.advance(by: .days(1))
        let item = try #require(try await fixture.desk.show(letters[0], in: nil, to: anna))
        #expect(item.lane == .held && item.recipientName == "Pat" && item.siteName == "Example Photos")
        #expect(item.parts.map(\.rule) == ["trap-bait", "trap-token"])
        #expect(item.parts.first?.meaning == "a field that people do not see was filled in")
        #expect(item.isTrailWhole && item.trails.map(\.total) == [2] && item.canBlock)
        #expect(item.earlier.map(\.act) == [.drop] && item.decisions.isEmpty)
        #expect(item.notes.map(\.text) == ["Wrote by telephone too"] && item.notes.map(\.author) == ["anna"])
        let unknown = try await fixture.desk.show(LetterID(high: 1, low: 1), in: nil, to: anna)
        #expect(unknown == nil)
    }

    @Test func `What can be shown of a letter ends when it goes out, unless its recipient has reported it`() async throws {
        let fixture = try await DeskFixture()
        let letters = try await fixture.hold(2)
        let anna = try DeskFixture.staff("anna")
        func kinds() async throws -> [[RevealKind]?] {
            var found: [[RevealKind]?] = []
            for letter in letters { found.append(try await fixture.desk.show(letter, in: nil, to: anna)?.reveals) }
            return found
        }
        let waiting = try await kinds()
        #expect(waiting == [[.letter, .client], [.letter, .client]])
        for letter in letters { _ = try await fixture.decide(.release, letter) }
        await fixture.pass()
        try await fixture.report(letters[1])
        let gone = try await kinds()
        #expect(gone == [[], [.letter, .client]])
        // Nor is its sender blocked by it any more.
        let (sent, reported) = (
            try await fixture.desk.show(letters[0], in: nil, to: anna), try await fixture.desk.show(letters[1], in: nil, to: anna)
        )
        #expect(sent?.canBlockSender == false && reported?.canBlockSender == true)
    }

    // As long as `Housekeeping` keeps it: the letters of a day go together.
    @Test func `A held letter says when it is dropped, and one that goes out does not`() async throws {
        let fixture = try await DeskFixture()
        let (letter, anna) = (try await fixture.hold(1)[0], try DeskFixture.staff("anna"))
        let held = try #require(try await fixture.desk.show(letter, in: nil, to: anna))
        let last = Epoch(containing: DeskFixture.now).end + DeskFixture.lifetime
        #expect(held.keptUntil == last)
        _ = try await fixture.decide(.release, letter)
        await fixture.pass()
        let gone = try await fixture.desk.show(letter, in: nil, to: anna)
        #expect(gone != nil && gone?.keptUntil == nil)
    }

    @Test func `Without the vault the page shows the letter's own day and says that others are missing`() async throws {
        let fixture = try await DeskFixture(isVaultAway: true)
        let letter = try await fixture.hold(1)[0]
        let item = try #require(try await fixture.desk.show(letter, in: nil, to: try DeskFixture.staff("anna")))
        #expect(!item.isTrailWhole && item.trails.map(\.total) == [1])
    }

    @Test func `Anyone who opens a letter has it for five minutes; an auditor has nothing`() async throws {
        let fixture = try await DeskFixture()
        let letters = try await fixture.hold(2)
        let (anna, berta) = (try DeskFixture.staff("anna"), try DeskFixture.staff("berta"))
        func taken() async throws -> String? {
            try await fixture.store.read { try $0.reviewItems.find(letters[0], in: .held)?.taken?.by }
        }
        _ = try await fixture.desk.show(letters[0], in: nil, to: try DeskFixture.staff("otto", .auditor))
        let nobody = try await taken()
        #expect(nobody == nil)
        _ = try await fixture.desk.show(letters[0], in: nil, to: anna)
        _ = try await fixture.desk.show(letters[0], in: nil, to: berta)
        let first = try await taken()
        #expect(first == "anna")
        let next = [
            try await fixture.desk.next(DeskSearch(), after: nil, for: anna),
            try await fixture.desk.next(DeskSearch(), after: nil, for: berta),
        ]
        #expect(next == letters)
        try await fixture.desk.take(letters[0], in: .held, by: berta)
        let second = try await taken()
        #expect(second == "berta")
        fixture.clock.advance(by: ReviewTimes.claim)
        _ = try await fixture.desk.show(letters[0], in: nil, to: anna)
        let third = try await taken()
        #expect(third == "anna")
    }

    @Test func `The list groups by client and rules, counts, and goes on where a page ended`() async throws {
        let fixture = try await DeskFixture()
        let flood = try await fixture.hold(60)
        let others = try await fixture.hold(3, verdict: Verdict(of: [Verdict.Part(.limitText, .hold)]), tag: Tag(value: 8))
        let grouped = try await fixture.desk.list(DeskSearch(), after: nil)
        #expect(Set(grouped.rows.map(\.count)) == [60, 3] && grouped.total == 63 && !grouped.hasMore)
        let each = DeskSearch(isGrouped: false)
        let first = try await fixture.desk.list(each, after: nil)
        #expect(first.rows.count == DeskLimits.rows && first.hasMore)
        let second = try await fixture.desk.list(each, after: first.rows.last?.item.letter)
        #expect(second.rows.count == 13 && !second.hasMore)
        #expect(Set((first.rows + second.rows).map(\.item.letter)) == Set(flood + others))
        var search = DeskSearch()
        search.filter.site = try SiteID("photos")
        search.handle = try Handle("nobody")
        let none = try await fixture.desk.list(search, after: nil)
        #expect(none.rows.isEmpty && none.total == 0)
        search.handle = try Handle("pat")
        let all = try await fixture.desk.list(search, after: nil)
        #expect(all.total == 63)
        let counts = try await fixture.desk.counts(.held, after: flood[58])
        #expect(counts.lanes[.held] == 63 && counts.newer == 1)
    }

    @Test func `Letters with nearly one text are found by any of them, also by one that waits for nobody any more`() async throws
    {
        let fixture = try await DeskFixture()
        let first = try await fixture.hold(1)[0]
        let like = try await fixture.hold(2, tag: Tag(value: 8), near: first)
        let passed = try await fixture.hold(1, verdict: .accept, tag: Tag(value: 9), near: first)[0]
        let other = try await fixture.hold(1, tag: Tag(value: 10))[0]
        for letter in [first, like[0], like[1], passed] {
            var search = DeskSearch(isGrouped: false)
            search.filter.likeness = letter
            let found = try await fixture.desk.list(search, after: nil)
            #expect(Set(found.rows.map(\.item.letter)) == Set([first] + like) && found.total == 3)
        }
        var alone = DeskSearch()
        alone.filter.likeness = other
        let found = try await fixture.desk.list(alone, after: nil)
        #expect(found.rows.map(\.item.letter) == [other])
    }

    @Test func `After one of a group the next is another of it, until all of them were decided about`() async throws {
        let fixture = try await DeskFixture()
        let group = try await fixture.hold(3)
        let other = try await fixture.hold(1, tag: Tag(value: 8))[0]
        let anna = try DeskFixture.staff("anna")
        let rows = try await fixture.desk.list(DeskSearch(), after: nil).rows
        #expect(Set(rows.map(\.count)) == [3, 1])
        _ = try await fixture.decide(.drop, group[0])
        var seen: Set<LetterID> = []
        for _ in 0..<3 {
            guard let next = try await fixture.desk.next(DeskSearch(), after: group[0], for: anna) else { break }
            seen.insert(next)
            _ = try await fixture.decide(.drop, next)
        }
        #expect(seen == Set(group.dropFirst() + [other]))
        let none = try await fixture.desk.next(DeskSearch(), after: group[0], for: anna)
        #expect(none == nil)
    }

    @Test func `Single keys are a wish of each person`() async throws {
        let fixture = try await DeskFixture()
        let (anna, berta) = (try DeskFixture.staff("anna"), try DeskFixture.staff("bertas"))
        try await fixture.desk.setKeys(false, for: anna)
        let keys = [try await fixture.desk.hasKeys(anna), try await fixture.desk.hasKeys(berta)]
        #expect(keys == [false, true])
    }
}
