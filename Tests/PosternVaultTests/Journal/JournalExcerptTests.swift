import Foundation
import PosternCore
import PosternJournal
import PosternLink
import PosternTestSupport
import PosternVault
import Testing

@Suite("The journal is shown page by page, with what can be said of all of it")
struct JournalExcerptTests {
    private let now = Timestamp(seconds: 1_795_514_709)

    private func excerpts(_ fixture: JournalFixture) -> JournalExcerpts {
        JournalExcerpts(fixture.place, keys: KeyFolder(path: fixture.vault.keysPath))
    }

    @Test func `Newest first, to the first one, with whom each is about until that is erased`() async throws {
        let fixture = try JournalFixture()
        let (journal, site) = (fixture.open(), try SiteID("photos"))
        for number in 0..<60 {
            try await journal.record([.init(.operator, .recipientAuthorised(site), about: "photos/p\(number)")])
        }
        await journal.forget("photos/p58")
        let newest = try await excerpts(fixture).page(JournalExcerptRequest(before: nil), at: now)
        #expect(newest.standing.findings.isEmpty && newest.standing.size == 61 && newest.standing.name != nil)
        #expect(newest.lines.map(\.number) == Array((11...60).reversed()))
        #expect(newest.lines[0].about == .known("photos/p59") && newest.lines[1].about == .erased)
        #expect(newest.lines[0].did.contains("vouched") && newest.lines[0].by == "operator" && newest.lines[0].at == now)
        let rest = try await excerpts(fixture).page(JournalExcerptRequest(before: 11), at: now)
        #expect(rest.lines.map(\.number) == Array((0...10).reversed()) && rest.lines.last?.about == .nothing)
    }

    @Test func `A changed entry is named, and where there is no journal that is said`() async throws {
        let fixture = try JournalFixture()
        let none = try await excerpts(fixture).page(JournalExcerptRequest(before: nil), at: now)
        #expect(none.lines.isEmpty && none.standing.findings == ["there is no journal"])
        try await fixture.open().record([.init(.vault, .clockTrusted), .init(.vault, .hour(uncounted: 0))])
        var content = try fixture.content()
        // The widest: a narrower one is not read any more.
        let bundle = try #require(content.keys.filter { $0.contains("entries") }.max())
        content[bundle] = Data(
            String(decoding: content[bundle] ?? Data(), as: UTF8.self).replacing("clock-trusted", with: "clock-trustee").utf8)
        try fixture.put(content)
        let broken = try await excerpts(fixture).page(JournalExcerptRequest(before: nil), at: now)
        #expect(!broken.standing.findings.isEmpty)
        // What was found stands for a minute.
        let pages = excerpts(fixture)
        let first = try await pages.page(JournalExcerptRequest(before: nil), at: now)
        let second = try await pages.page(JournalExcerptRequest(before: nil), at: now + .seconds(59))
        let third = try await pages.page(JournalExcerptRequest(before: nil), at: now + .seconds(60))
        #expect(second.standing == first.standing && third.standing.checked == now + .seconds(60))
    }
}
