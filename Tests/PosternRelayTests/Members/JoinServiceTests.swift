import PosternCore
import PosternLink
import PosternRelay
import PosternStore
import PosternTestSupport
import Testing

@Suite("People become members by themselves where their site lets them")
struct JoinServiceTests {
    /// A site's page, and what is behind it.
    private struct Page: Sendable {
        let fixture: ConversationFixture
        let joining: JoinService

        init(_ fixture: ConversationFixture, _ way: Joining = .open, isLimited: Bool = false) async throws {
            self.fixture = fixture
            let vault = fixture.vault
            joining = JoinService(
                store: fixture.store, vault: vault, operations: fixture.operations, blocks: fixture.blocks,
                pseudonyms: Pseudonyms { vault.tagKey(of: $0) }, isLimited: isLimited, logger: RelayFixture.quiet)
            try await set(way)
        }

        func set(_ way: Joining) async throws {
            var change = SiteOperations.Change()
            change.joining = way
            try await fixture.operations.by(.operator).sites.change(try SiteID("photos"), change)
        }

        func join(
            _ handle: String = "robin", _ address: String = "robin@members.example", name: String = "Robin", locale: String = "",
            with invitation: LinkToken? = nil, key: String = "1", from client: String = "192.0.2.7"
        ) async throws -> JoinAnswer {
            var member = RawMember()
            (member.name, member.handle, member.email, member.locale) = (name, handle, address, locale)
            return await joining.join(
                JoinPost(
                    site: "photos", invitation: invitation, member: member, languages: [.english], language: .english,
                    idempotencyKey: key, client: try #require(ClientAddress(text: client)), at: fixture.clock.now))
        }

        func invite(_ handle: String? = nil) async throws -> LinkToken {
            try await fixture.operations.by(.operator).invitations.invite(
                to: try SiteID("photos"), as: try handle.map { try Handle($0) })
        }

        func way(_ invitation: LinkToken? = nil) async throws -> JoinStanding.Way? {
            try await joining.standing(at: "photos", with: invitation)?.way
        }
    }

    private func run(
        _ way: Joining = .open, isLimited: Bool = false, _ body: @escaping @Sendable (Page) async throws -> Void
    ) async throws {
        try await ConversationFixture.run { try await body(try await Page($0, way, isLimited: isLimited)) }
    }

    @Test func `A whole form is sealed by the vault, and the same form twice is one`() async throws {
        try await run { page in
            let handle = try Handle("robin")
            #expect(try await page.join() == .asked(handle))
            #expect(try await page.join() == .asked(handle))
            let asked = page.fixture.fake.members.enrolments
            #expect(asked.count == 1 && asked.first?.token == nil && asked.first?.former == nil)
            #expect(asked.first?.address == (try EmailAddress("robin@members.example")))
            let acts = try await page.fixture.trace()
            #expect(acts.contains { $0.hasPrefix("service recipient.enrol photos/robin") })
        }
    }

    @Test func `Every fault is told at once, and nothing is asked of the vault`() async throws {
        try await run { page in
            guard case .invalid(let faults) = try await page.join("a b", "x", name: "", locale: "xx") else {
                Issue.record("not invalid")
                return
            }
            #expect(Set(faults.all.map(\.field)) == Set(MemberField.allCases))
            for name in ["Example Photos", "Support"] {
                #expect(
                    try await page.join(name: name) == .invalid(MemberFaults(all: [MemberFault(.name, .reserved)])), "\(name)")
            }
            for handle in ["admin", "example-photos", "support.team"] {
                #expect(
                    try await page.join(handle) == .invalid(MemberFaults(all: [MemberFault(.handle, .reserved)])), "\(handle)")
            }
            #expect(page.fixture.fake.members.enrolments.isEmpty)
        }
    }

    @Test func `A handle that is taken is said, also while it is typed`() async throws {
        try await run { page in
            let taken = MemberFault(.handle, .handle(.taken(try Handle("pat"))))
            #expect(try await page.join("PAT") == .invalid(MemberFaults(all: [taken])))
            #expect(try await page.joining.fault(of: "pat", at: "photos") == .failure(taken))
            #expect(try await page.joining.fault(of: "Robin.", at: "photos") == .success(try Handle("robin")))
            #expect(try await page.joining.fault(of: "a b", at: "photos") == .failure(MemberFault(.handle, .handle(.spelling))))
            #expect(try await page.joining.fault(of: "admin", at: "photos") == .failure(MemberFault(.handle, .reserved)))
            #expect(try await page.joining.fault(of: "robin", at: "nowhere") == nil)
            try await page.set(.off)
            #expect(try await page.joining.fault(of: "robin", at: "photos") == nil)
        }
    }

    @Test func `Where joining is off nobody gets in, not with an invitation either`() async throws {
        try await run(.off) { page in
            let link = try await page.invite()
            #expect(try await page.way() == .off)
            #expect(try await page.way(link) == .off)
            guard case .closed(let standing) = try await page.join(with: link) else {
                Issue.record("not closed")
                return
            }
            #expect(standing.way == .off && page.fixture.fake.members.enrolments.isEmpty)
            #expect(try await page.joining.standing(at: "nowhere", with: nil) == nil)
        }
    }

    @Test func `An invitation lets one person in, who may correct the address until it is confirmed`() async throws {
        try await run(.invitation) { page in
            #expect(try await page.way() == .byInvitation)
            let (link, named) = (try await page.invite(), try await page.invite("kim"))
            #expect(try await page.way(link) == .invited(nil))
            #expect(try await page.way(named) == .invited(try Handle("kim")))
            #expect(try await page.join(with: link) == .asked(try Handle("robin")))
            #expect(try await page.way(link) == .invited(try Handle("robin")))
            #expect(try await page.join("lee", "other@members.example", with: link, key: "2") == .asked(try Handle("robin")))
            // The handle that the invitation names, whatever was typed.
            #expect(try await page.join("lee", "kim@members.example", with: named, key: "3") == .asked(try Handle("kim")))
            let confirmed = await page.fixture.confirmations.confirm(site: "photos", handle: "robin", token: FakeMembers.digits)
            #expect(confirmed == .confirmed)
            #expect(try await page.way(link) == .byInvitation)
            page.fixture.advance(by: Invitations.lifetime)
            #expect(try await page.way(named) == .byInvitation)
        }
    }

    @Test func `A connection joins three times a day; faults cost nothing, others are not in the way`() async throws {
        try await run(isLimited: true) { page in
            #expect(try await page.join("pat", key: "0") != .asked(try Handle("pat")))
            for number in 0..<3 {
                #expect(
                    try await page.join("m\(number)", "m\(number)@members.example", key: "\(number)")
                        == .asked(try Handle("m\(number)")))
            }
            guard case .limited(let wait) = try await page.join("m3", "m3@members.example", key: "9") else {
                Issue.record("not limited")
                return
            }
            #expect(wait > .zero && wait <= .hours(8))
            #expect(
                try await page.join("m0", "m0@members.example", key: "0") == .asked(try Handle("m0")),
                "a repeated post counts once")
            #expect(try await page.join("m4", "m4@members.example", key: "4", from: "198.51.100.7") == .asked(try Handle("m4")))
        }
    }

    @Test func `An owner of many networks joins thirty times a day; people from elsewhere are not in the way`() async throws {
        try await run(isLimited: true) { page in
            var joined = 0
            for number in 0..<40 {
                let client = "2001:db8:\(String(number, radix: 16))::1"
                let answer = try await page.join("m\(number)", "m\(number)@members.example", key: "\(number)", from: client)
                if case .asked = answer { joined += 1 }
            }
            #expect(joined == 30)
            #expect(
                try await page.join("eve", "eve@members.example", key: "e", from: "2001:db9::1") == .asked(try Handle("eve")))
        }
    }

    @Test func `Whom staff have blocked, or the vault has no room for, is told what a person can do`() async throws {
        try await run { page in
            page.fixture.fake.members.answer(.limited(retryAfter: .seconds(90)))
            #expect(try await page.join() == .busy(retryAfter: .seconds(90)))
            page.fixture.fake.members.answer(.taken)
            guard case .invalid = try await page.join(key: "2") else {
                Issue.record("not taken")
                return
            }
            page.fixture.fake.members.goAway(true)
            #expect(try await page.join(key: "3") == .unavailable(retryAfter: .seconds(30)))
            try await page.fixture.add(.domain("members.example"), .refuse)
            guard case .closed = try await page.join(key: "4") else {
                Issue.record("not closed")
                return
            }
        }
    }
}
