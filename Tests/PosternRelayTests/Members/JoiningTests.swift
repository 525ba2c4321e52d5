import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternSealing
import PosternStore
import PosternTestSupport
import Testing

@Suite("Somebody joins: the vault seals, the store keeps, the address is asked once")
struct JoiningTests {
    private static func member(
        _ handle: String = "robin", name: String = "Robin", invitation: LinkToken? = nil, token: SiteToken? = nil
    ) throws -> NewMember {
        NewMember(
            site: try SiteID("photos"), handle: try Handle(handle), name: try HeaderText(name, limit: 100), language: .english,
            address: try EmailAddress("robin@members.example"), invitation: invitation, token: token)
    }

    private static func find(_ fixture: ConversationFixture, _ handle: String = "robin") async throws -> Recipient? {
        let (site, handle) = (try SiteID("photos"), try Handle(handle))
        return try await fixture.store.read { try $0.recipients.find(handle, at: site) }
    }

    @Test func `A free name is stored unconfirmed, asked by one mail, and confirmed by its code with a welcome`() async throws {
        try await ConversationFixture.run { fixture in
            let members = fixture.operations.by(.service).members(fixture.vault)
            let handle = try Handle("robin")
            #expect(try await members.isFree(handle, at: try SiteID("photos")))
            guard case .asked(let recipient) = try await members.join(Self.member()) else {
                Issue.record("not asked")
                return
            }
            #expect(try await Self.find(fixture) == recipient && recipient.state == .unconfirmed)
            // Free for the same person to correct a slip.
            #expect(try await members.isFree(handle, at: try SiteID("photos")))
            #expect(try await members.isFree(try Handle("pat"), at: try SiteID("photos")) == false)
            #expect(try await fixture.deliveries(.confirmation).count == 1)
            #expect(await fixture.confirmations.confirm(site: "photos", handle: "robin", token: FakeMembers.digits) == .confirmed)
            #expect(try await Self.find(fixture)?.state == .active)
            #expect(try await fixture.deliveries(.welcome).map(\.recipient) == [recipient.id])
            #expect(try await members.join(Self.member()) == .taken)
            #expect(fixture.fake.members.enrolments.count == 1)
        }
    }

    @Test func `Asked again with another address, the record is a new one and asked again; with the same, nothing is sent twice`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let members = fixture.operations.by(.service).members(fixture.vault)
            guard case .asked(let first) = try await members.join(Self.member()) else { return }
            guard case .asked(let second) = try await members.join(Self.member(name: "Robin R.")) else { return }
            #expect(second.id == first.id && second.record != first.record)
            #expect(try await Self.find(fixture)?.name.text == "Robin R.")
            #expect(fixture.fake.members.enrolments.last?.former?.id == first.id)
            #expect(try await fixture.deliveries(.confirmation).count == 2)
            fixture.fake.members.answer(.record(second))
            guard case .asked = try await members.join(Self.member(name: "Robin R.")) else { return }
            #expect(try await fixture.deliveries(.confirmation).count == 2)
        }
    }

    @Test func `A name is not given away: a handle, an alias, one that the vault remembers`() async throws {
        try await ConversationFixture.run { fixture in
            let members = fixture.operations.by(.service).members(fixture.vault)
            _ = try await fixture.store.write { transaction in
                let pat = try #require(try transaction.recipients.find(fixture.recipient.id))
                return try transaction.aliases.add(try HandleAlias("patricia"), for: pat, at: ConversationFixture.now)
            }
            for name in ["pat", "patricia"] { #expect(try await members.join(Self.member(name)) == .taken) }
            #expect(fixture.fake.members.enrolments.isEmpty)
            fixture.fake.members.answer(.taken)
            #expect(try await members.join(Self.member()) == .taken)
            fixture.fake.members.answer(.limited(retryAfter: .seconds(5)))
            #expect(try await members.join(Self.member()) == .limited(retryAfter: .seconds(5)))
            fixture.fake.members.answer(.askedOften(retryAfter: .seconds(6)))
            #expect(try await members.join(Self.member()) == .askedOften(retryAfter: .seconds(6)))
            #expect(try await Self.find(fixture) == nil)
        }
    }

    @Test func `A name whose address nobody confirms lapses with all that was mailed, and a trace stays`() async throws {
        try await ConversationFixture.run { fixture in
            let members = fixture.operations.by(.service).members(fixture.vault)
            let recipients = fixture.operations.by(.service).recipients
            let invitation = try await fixture.operations.by(.operator).invitations.invite(to: try SiteID("photos"))
            guard case .asked(let first) = try await members.join(Self.member(invitation: invitation)),
                case .asked = try await members.join(Self.member("kim"))
            else {
                Issue.record("not asked")
                return
            }
            #expect(await fixture.confirmations.confirm(site: "photos", handle: "kim", token: FakeMembers.digits) == .confirmed)
            fixture.advance(by: UnconfirmedJoins.lifetime - .seconds(1))
            #expect(try await recipients.lapse() == 0)
            fixture.advance(by: .seconds(1))
            while try await recipients.lapse() > 0 {}
            #expect(try await Self.find(fixture) == nil)
            #expect(try await Self.find(fixture, "kim")?.state == .active)
            #expect(try await fixture.deliveries().allSatisfy { $0.recipient != first.id })
            let lapses = try await fixture.trace().filter { $0.contains("recipient.lapse") }
            #expect(lapses == ["service recipient.lapse photos/robin"])
            // The invited person can begin again.
            guard case .asked(let second) = try await members.join(Self.member(invitation: invitation)) else {
                Issue.record("not invited again")
                return
            }
            #expect(second.id != first.id)
        }
    }

    @Test func `Whom an operator or a site has taken in hand does not lapse, nor a person who gave another address lately`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let members = fixture.operations.by(.service).members(fixture.vault)
            let recipients = fixture.operations.by(.service).recipients
            for handle in ["robin", "kim", "lee"] { _ = try await members.join(Self.member(handle)) }
            fixture.advance(by: .days(2))
            var randomness = SeededRandomness(seed: 8)
            let token = try #require(
                SiteToken(SiteTokenID(at: fixture.clock.now, using: &randomness), code: Array(repeating: 5, count: 16)))
            _ = try await members.join(Self.member("robin", token: token))
            let kim = try #require(try await Self.find(fixture, "kim"))
            let record = SealedRecord(version: 90, seal: [9], authorisation: [9])
            let taken = RecipientOperations.NewRecord(
                Recipient(
                    id: kim.id, site: kim.site, handle: kim.handle, name: kim.name, language: kim.language, state: .unconfirmed,
                    record: record), former: kim.record?.version)
            #expect(try await recipients.enrol([taken], at: kim.site) == [true])
            _ = try await members.join(Self.member("lee", name: "Lee"))
            fixture.advance(by: .days(1))
            while try await recipients.lapse() > 0 {}
            for handle in ["robin", "kim", "lee"] { #expect(try await Self.find(fixture, handle) != nil, "\(handle)") }
            fixture.advance(by: .days(2))
            while try await recipients.lapse() > 0 {}
            for handle in ["robin", "kim"] { #expect(try await Self.find(fixture, handle) != nil, "\(handle)") }
            #expect(try await Self.find(fixture, "lee") == nil)
        }
    }

    @Test func `Who was erased before the address was confirmed leaves the name free, if the vault says so`() async throws {
        try await ConversationFixture.run { fixture in
            let members = fixture.operations.by(.service).members(fixture.vault)
            guard case .asked(let first) = try await members.join(Self.member()) else { return }
            try await fixture.operations.by(.operator).recipients.apply(.erase, to: first.handle, at: first.site)
            guard case .asked(let second) = try await members.join(Self.member()) else {
                Issue.record("not asked")
                return
            }
            #expect(second.id != first.id)
            #expect(try await Self.find(fixture)?.id == second.id)
        }
    }

    @Test func `An invitation is used up by one person, for the name that it is for`() async throws {
        try await ConversationFixture.run { fixture in
            let (members, site) = (fixture.operations.by(.service).members(fixture.vault), try SiteID("photos"))
            let invitations = fixture.operations.by(.operator).invitations
            let open = try await invitations.invite(to: site)
            let named = try await invitations.invite(to: site, as: try Handle("kim"))
            #expect(try await invitations.list(at: site).count == 2)
            guard case .asked = try await members.join(Self.member(invitation: open)),
                case .asked = try await members.join(Self.member(name: "R.", invitation: open))
            else {
                Issue.record("not invited")
                return
            }
            #expect(try await members.join(Self.member("lee", invitation: open)) == .notInvited)
            #expect(try await members.join(Self.member("lee", invitation: named)) == .notInvited)
            #expect(try await Self.find(fixture, "lee") == nil)
            #expect(try await invitations.find(open)?.recipient != nil)
            #expect(try await invitations.list(at: site).map(\.handle?.text) == ["kim"])
            fixture.advance(by: Invitations.lifetime)
            #expect(try await invitations.find(named) == nil)
            #expect(try await members.join(Self.member("kim", invitation: named)) == .notInvited)
        }
    }

    @Test func `A token is good for its site and scope until it is revoked`() async throws {
        try await ConversationFixture.run { fixture in
            let (tokens, site) = (fixture.operations.by(.operator).siteTokens, try SiteID("photos"))
            var randomness = SeededRandomness(seed: 8)
            let id = SiteTokenID(at: fixture.clock.now, using: &randomness)
            let token = try #require(SiteToken(id, code: Array(repeating: 5, count: 16)))
            let forged = try #require(SiteToken(id, code: Array(repeating: 6, count: 16)))
            try await tokens.add(token, of: site, scope: .recipients)
            #expect(try await tokens.isGood(token, for: .recipients, at: site))
            #expect(try await tokens.isGood(forged, for: .recipients, at: site) == false)
            #expect(try await tokens.isGood(token, for: .recipients, at: try SiteID("other")) == false)
            #expect(try await tokens.list(at: site).map(\.used) == [fixture.clock.now])
            try await tokens.revoke(id)
            #expect(try await tokens.isGood(token, for: .recipients, at: site) == false)
            await #expect(throws: SiteTokenOperations.Fault.self) { try await tokens.revoke(id) }
            await #expect(throws: SiteOperations.Fault.self) { try await tokens.list(at: try SiteID("other")) }
            let acts = try await fixture.trace()
            #expect(
                acts.contains { $0.hasPrefix("operator token.add photos") }
                    && acts.contains { $0.hasPrefix("operator token.revoke") })
        }
    }
}
