import PosternCore
import PosternRelay
import PosternStore
import Testing

@Suite("The log as staff search it")
struct LogServiceTests {
    private typealias Fixture = AdministrationFixture

    @Test func `Pages follow each other without a gap, whatever is looked for`() async throws {
        let fixture = try await Fixture()
        let all = try await fixture.desk.hold(120)
        let photos = try SiteID("photos")
        for search in [
            LogSearch(), LogSearch(decision: .hold), LogSearch(rule: .trapBait), LogSearch(tag: DeskFixture.client),
            LogSearch(site: photos), LogSearch(site: photos, handle: try Handle("pat")),
        ] {
            var (found, before) = ([LetterID](), LetterID?.none)
            repeat {
                let page = try await fixture.log.search(search, before: before, limit: 50)
                found += page.entries.map(\.id)
                before = page.next
            } while before != nil
            #expect(found == all.reversed())
        }
        let none = try await fixture.log.search(LogSearch(site: try SiteID("other")), before: nil, limit: 50)
        #expect(none.entries.isEmpty && none.next == nil)
        let nobody = try await fixture.log.search(
            LogSearch(site: photos, handle: try Handle("nobody")), before: nil, limit: 50)
        #expect(nobody.entries.isEmpty && nobody.next == nil)
    }

    @Test func `A search that no index leads to ends after five thousand, and goes on from there`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.desk.hold(5_600)
        let search = LogSearch(site: try SiteID("other"))
        let page = try await fixture.log.search(search, before: nil, limit: 50)
        #expect(page.isCut && page.entries.isEmpty)
        let next = try #require(page.next)
        let rest = try await fixture.log.search(search, before: next, limit: 50)
        #expect(!rest.isCut && rest.next == nil)
    }

    @Test func `A client is shown over all days, or over the day that is known`() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.desk.hold(3)
        fixture.desk.clock.advance(by: .days(1))
        let before = try #require(try await fixture.log.client(DeskFixture.client, .upToItsDay))
        #expect(before.names.reach == .upToItsDay && before.today == nil && before.entries.count == 3)
        let sheet = try #require(try await fixture.log.client(DeskFixture.client, .upToToday))
        #expect(sheet.names.reach == .upToToday && sheet.today == PosternCore.Tag(value: 70) && sheet.names.place == 0)
        #expect(sheet.trails.map(\.total) == [3] && sheet.entries.count == 3)
        let unknown = try await fixture.log.client(PosternCore.Tag(value: 8), .upToItsDay)
        #expect(unknown == nil)
        let away = try await Fixture(isVaultAway: true)
        _ = try await away.desk.hold(1)
        let alone = try #require(try await away.log.client(DeskFixture.client, .upToToday))
        #expect(alone.names.reach == nil && alone.today == DeskFixture.client)
    }

    @Test(arguments: [
        ("=1+1", "\"'=1+1\""), ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@x", "\"'@x\""), ("\t=1", "\"'\t=1\""),
        ("a\"b", "\"a\"\"b\""), ("a=b", "\"a=b\""), ("", "\"\""),
    ])
    func `A cell is no formula`(text: String, cell: String) {
        #expect(LogExport.cell(text) == cell)
    }
}
