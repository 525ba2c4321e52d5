import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A letter waits until its visitor has typed the code", .timeLimit(.minutes(40)))
struct ProofTests {
    private static let client = "192.0.2.7"

    private func setWriters(_ writers: Writers, _ fixture: ConversationFixture) async throws {
        let id = fixture.recipient.site
        try await fixture.store.write { transaction in
            let site = try #require(try transaction.sites.find(id))
            let changed = Site(
                id: site.id, name: site.name, origins: site.origins, look: site.look, authorisation: site.authorisation,
                joining: site.joining, writers: writers)
            #expect(try transaction.sites.change(changed))
        }
    }

    private func type(_ code: String, _ link: LinkToken, _ fixture: ConversationFixture) async throws -> ProofAnswer? {
        try await fixture.service.prove(
            try #require(MailedCode(text: code)), link, from: try #require(ClientAddress(text: Self.client)))
    }

    private func standing(_ link: LinkToken, _ fixture: ConversationFixture) async throws -> ProofView.Standing? {
        try await fixture.service.proof(behind: link)?.standing
    }

    @Test func `Only the right code lets it go, once, and the vault is asked about each`() async throws {
        try await ConversationFixture.run { fixture in
            try await setWriters(.proven, fixture)
            let reply = try await fixture.post(key: "form 1")
            let (id, link) = (try #require(reply.answer.id), try #require(reply.prove))
            #expect(try await standing(link, fixture) == .waiting(until: id.moment + .hours(48)))
            #expect(Set(try await fixture.deliveries().map(\.kind)) == [.letter, .prove])
            try await fixture.deliverAll()
            #expect(fixture.fake.jobs.map(\.kind) == [.prove])
            let page = try #require(reply.page)
            #expect(try await fixture.service.open(page, for: .letter)?.entries.map(\.state) == [.awaitsProof])

            fixture.fake.expect("123456")
            #expect(try await type("654321", link, fixture) == .wrong(left: 9))
            guard case .proven(let own) = try await type("123456", link, fixture) else { throw ConversationFixture.NoSuchLink() }
            #expect(try await standing(link, fixture) == .proven)
            #expect(try await fixture.service.open(own, for: .letter)?.viewer == .visitor)
            try await fixture.deliverAll()
            #expect(fixture.fake.jobs.map(\.kind) == [.prove, .letter])
            // By the mail's link as well, and again.
            let mailed = try await fixture.link(.prove, at: id.moment)
            for again in [mailed, link] {
                guard case .proven = try await type("123456", again, fixture) else { throw ConversationFixture.NoSuchLink() }
            }
            try await fixture.deliverAll()
            #expect(fixture.fake.jobs.count == 2)
            #expect(try await fixture.trace() == ["visitor:\(id) letter.prove \(id)"])
        }
    }

    @Test func `What the rules held stays held, with the same words for its visitor`() async throws {
        try await ConversationFixture.run { fixture in
            try await setWriters(.proven, fixture)
            try await fixture.block("harbour", .hold)
            let link = try #require(try await fixture.post().prove)
            fixture.fake.expect("123456")
            guard case .proven = try await type("123456", link, fixture) else { throw ConversationFixture.NoSuchLink() }
            #expect(try await standing(link, fixture) == .proven)
            let letter = try #require(try await fixture.deliveries(.letter).first)
            #expect(letter.state == .held && letter.reason == "block")
        }
    }

    @Test func `Who types the code is judged again: a network that was blocked meanwhile has its letter held`() async throws {
        try await ConversationFixture.run { fixture in
            try await setWriters(.proven, fixture)
            let link = try #require(try await fixture.post().prove)
            try await fixture.block(range: "192.0.2.0/24")
            fixture.fake.expect("123456")
            guard case .proven = try await type("123456", link, fixture) else { throw ConversationFixture.NoSuchLink() }
            #expect(try await fixture.deliveries(.letter).map(\.state) == [.held])
        }
    }

    @Test func `A repeated post leads to the same page, and without a key the mail's link does`() async throws {
        try await ConversationFixture.run { fixture in
            try await setWriters(.proven, fixture)
            let first = try await fixture.post(key: "form 1")
            let second = try await fixture.post(key: "form 1")
            #expect(first.answer == second.answer && second.page == nil)
            #expect(first.prove != nil && first.prove == second.prove)
            let other = try await fixture.post { $0.message = "Another letter, without a key." }
            let id = try #require(other.answer.id)
            let mailed = try await fixture.link(.prove, at: id.moment)
            #expect(other.prove == mailed)
        }
    }

    @Test func `A site or a recipient that asks from now on is heard at once, although the relay remembers another answer`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            #expect(try await fixture.post().prove == nil)
            try await setWriters(.proven, fixture)
            #expect(try await fixture.post { $0.message = "Second letter." }.prove != nil)
            // What the recipient wants counts for more than what the site wants.
            let id = fixture.recipient.id
            try await fixture.store.write {
                _ = try $0.recipients.change(MemberSettings(writers: .anyone), of: id, at: ConversationFixture.now)
            }
            fixture.advance(by: .minutes(2))
            let third = try await fixture.post { $0.message = "Third letter." }
            #expect(third.answer.id != nil)
        }
    }

    @Test func `After 48 hours it is gone, and the right code comes too late`() async throws {
        try await ConversationFixture.run { fixture in
            try await setWriters(.proven, fixture)
            let link = try #require(try await fixture.post().prove)
            fixture.advance(by: .hours(48))
            let (before, now) = (fixture.clock.now - AwaitedProofs.lifetime + .milliseconds(1), fixture.clock.now)
            _ = try await fixture.store.write { try $0.awaitedProofs.dropOverdue(before: before, at: now, limit: 10) }
            #expect(try await standing(link, fixture) == .dropped)
            fixture.fake.expect("123456")
            #expect(try await type("123456", link, fixture) == .late)
        }
    }

    @Test func `A link for something else proves nothing`() async throws {
        try await ConversationFixture.run { fixture in
            try await setWriters(.proven, fixture)
            let page = try #require(try await fixture.post().page)
            #expect(try await type("123456", page, fixture) == nil)
            #expect(try await fixture.service.proof(behind: page) == nil)
        }
    }
}
