import PosternCore
import PosternLink
import PosternRelay
import PosternStore
import Testing

@Suite("What administrators look after leaves their name, and shows no address")
struct AdministrationServiceTests {
    private typealias Fixture = AdministrationFixture

    @Test func `What is done is traced under the administrator's name`() async throws {
        let fixture = try await Fixture()
        let (berta, photos, pat) = (try DeskFixture.staff("berta", .administrator), try SiteID("photos"), try Handle("pat"))
        let service = fixture.administration
        try await service.apply(.pause, to: pat, at: photos, by: berta)
        try await service.apply(.resume, to: pat, at: photos, by: berta)
        var change = SiteOperations.Change()
        change.joining = .open
        try await service.change(photos, change, by: berta)
        let invitation = try await service.invite(to: photos, as: nil, by: berta)
        #expect(invitation.link.hasPrefix("https://contact.example.org/join/photos/"))
        try await fixture.operations.staff.add(try StaffName("carl"), .reviewer)
        try await service.lockOut(try StaffName("carl"), by: berta)
        let token = SiteTokenID(high: 1, low: 2)
        try await fixture.operations.siteTokens.add(token, digest: Array(repeating: 1, count: 16), of: photos, scope: .recipients)
        try await service.revoke(token, by: berta)
        try await service.apply(.erase, to: pat, at: photos, by: berta)
        let trace = try await fixture.operations.log.operations(limit: 50).filter { $0.actor == .staff("berta") }
        #expect(
            Set(trace.map(\.verb)) == [
                .pauseRecipient, .resumeRecipient, .changeSite, .invite, .resetStaff, .revokeSiteToken, .eraseRecipient,
            ])
        #expect(
            fixture.deeds == [
                RelayDeed(.staffLockedOut(try StaffName("carl")), by: .staff("berta")),
                RelayDeed(.tokenRevoked(token), by: .staff("berta")),
            ])
        let lines = try await service.tokens()
        #expect(lines.count == 1 && lines.first?.revoked != nil)
        let sites = try await service.sites()
        #expect(sites.first?.joining == .open)
        let sheet = try await service.recipient(pat, at: photos)
        #expect(sheet.recipient.state == .erased && sheet.page == nil)
    }

    @Test func `Who is locked out while the vault is away is signed out here, and it is said that the vault has not heard`()
        async throws
    {
        let fixture = try await Fixture(isVaultAway: true)
        let (berta, carl) = (try DeskFixture.staff("berta", .administrator), try StaffName("carl"))
        try await fixture.operations.staff.add(carl, .reviewer)
        let fault = await #expect(throws: StaffOperations.Fault.self) {
            try await fixture.administration.lockOut(carl, by: berta)
        }
        guard case .unheard(carl) = fault else {
            Issue.record("\(fault.map { "\($0)" } ?? "")")
            return
        }
        #expect(fault?.text.contains("postern staff reset carl") == true)
        #expect(try await fixture.operations.log.operations(limit: 5).contains { $0.verb == .resetStaff })
    }

    @Test func `Recipients come by handle, with how many there are, and what was posted to each`() async throws {
        let fixture = try await Fixture()
        let (photos, pat) = (try SiteID("photos"), try Handle("pat"))
        _ = try await fixture.desk.hold(3)
        _ = try await fixture.desk.hold(2, verdict: .accept)
        let list = try await fixture.administration.recipients(at: photos, after: nil)
        #expect(list.recipients.map(\.handle) == [pat] && list.total == 1 && !list.hasMore)
        let rest = try await fixture.administration.recipients(at: photos, after: pat)
        #expect(rest.recipients.isEmpty && rest.total == 1)
        let sheet = try await fixture.administration.recipient(pat, at: photos)
        #expect(sheet.posts == [.hold: 3, .accept: 2] && sheet.page == "https://contact.example.org/c/photos/pat")
    }

    @Test func `An account says since when, and when it was used`() async throws {
        let fixture = try await Fixture()
        let anna = try StaffName("anna")
        try await fixture.operations.staff.add(anna, .auditor)
        let line = try #require(try await fixture.administration.accounts().first)
        #expect(line.name == anna && line.enrolled == nil && line.lastSignIn == nil && line.sessions == 0)
        let account = try await fixture.operations.staff.find(anna)
        let now = DeskFixture.now
        try await fixture.desk.store.write { transaction in
            try transaction.staffSessions.begin(
                StaffSession(
                    digest: Array(repeating: 1, count: 16), account: account.id, network: nil, made: now, seen: now,
                    ends: now + .hours(1)))
        }
        let used = try #require(try await fixture.administration.accounts().first)
        #expect(used.lastSignIn == now && used.sessions == 1)
    }
}
