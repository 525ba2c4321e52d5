import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A recipient reports a letter", .timeLimit(.minutes(40)))
struct ReportTests {
    private func post(
        _ link: LinkToken, _ reason: ReportReason = .fraud, remark: String? = nil, mutes: Bool = false
    ) throws -> ReportPost {
        ReportPost(
            link: link, reason: reason, remark: try remark.map { try LetterText($0, limit: ReportPost.longestRemark) },
            mutes: mutes)
    }

    @Test func `The vault seals it again with what is said of it, the store keeps the seal, and a second report changes nothing`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            let link = try await fixture.link(.report, at: links.id.moment)
            #expect(try await fixture.service.report(behind: link)?.standing == ReportView.Standing.none)
            let view = try await fixture.service.report(try post(link, remark: "It asks for my bank."))
            #expect(view?.standing == .reported(.fraud, at: fixture.clock.now) && view?.letterAt == links.id.moment)
            fixture.advance(by: .minutes(5))
            let again = try await fixture.service.report(try post(link, .spam))
            #expect(again?.standing == view?.standing)
            let request = try #require(fixture.fake.resealed.first)
            #expect(fixture.fake.resealed.count == 1 && request.remark?.text == "It asks for my bank." && request.reply == nil)
            let report = try #require(try await fixture.store.read { try $0.reports.find(about: links.id) })
            #expect(report.seal == ConversationVault.seal && report.id == request.report)
            #expect(
                try await fixture.trace() == [
                    "recipient:\(fixture.recipient.id) letter.report photos/pat \(links.id)"
                ])
        }
    }

    @Test func `A link reports the letter whose mail it is from`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            _ = try await fixture.answer(links)
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            let moment = fixture.clock.now
            _ = try await fixture.answer(links, by: .visitor, "Now I am rude.")
            let link = try await fixture.link(.report, at: moment)
            let view = try await fixture.service.report(try post(link, .abuse))
            #expect(view?.letterAt == moment)
            let reply = try #require(try await fixture.deliveries(.reply).last)
            #expect(fixture.fake.resealed.first?.reply?.id == reply.id && fixture.fake.resealed.first?.letter == links.id)
            let first = try await fixture.link(.report, at: links.id.moment)
            #expect(try await fixture.service.report(behind: first)?.standing == ReportView.Standing.none)
            let lines = try await fixture.store.read { try $0.reports.latest(limit: 9) }
            #expect(lines.map(\.letter) == [reply.id] && lines.map(\.reason) == [.abuse])
        }
    }

    @Test func `Taken back, it is gone with its seal; decided, it stays`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let link = try await fixture.link(.report, at: links.id.moment)
            _ = try await fixture.service.report(try post(link))
            for _ in 0..<2 {
                #expect(try await fixture.service.withdrawReport(link)?.standing == ReportView.Standing.none)
            }
            #expect(try await fixture.store.read { try $0.reports.open().count } == 0)
            #expect(try await fixture.trace().count == 2)
        }
    }

    @Test(arguments: ReportDecision.allCases)
    func `Its page says later what was decided`(_ decision: ReportDecision) async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let link = try await fixture.link(.report, at: links.id.moment)
            _ = try await fixture.service.report(try post(link))
            let (made, now) = (fixture.clock.now, fixture.clock.now + .hours(1))
            let decided = Report.Decided(at: now, decision: decision)
            #expect(try await fixture.store.write { try $0.reports.decide(about: links.id, decided) })
            #expect(try await fixture.service.withdrawReport(link)?.standing == .decided(.fraud, decision, at: made))
        }
    }

    @Test func `Muted in one step, and the report is kept even if nobody can say whom to mute`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let link = try await fixture.link(.report, at: links.id.moment)
            let view = try await fixture.service.report(try post(link, mutes: true))
            #expect(view?.conversation.isMuted == true)
            #expect(try await fixture.service.setMuted(false, link, for: .report)?.isMuted == false)
        }
    }

    @Test func `While the vault is away nothing is reported`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let link = try await fixture.link(.report, at: links.id.moment)
            fixture.fake.goAway(true)
            await #expect(throws: (any Error).self) { try await fixture.service.report(try post(link)) }
            #expect(try await fixture.store.read { try $0.reports.open().count } == 0)
            fixture.fake.goAway(false)
            #expect(try await fixture.service.report(try post(link)) != nil)
        }
    }

    @Test func `A link for something else reports nothing`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            for other in [links.mute, links.recipient, links.pause] {
                #expect(try await fixture.service.report(behind: other) == nil)
                #expect(try await fixture.service.report(try post(other)) == nil)
            }
            #expect(fixture.fake.resealed.isEmpty)
        }
    }
}
