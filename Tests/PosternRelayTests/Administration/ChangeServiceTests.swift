import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

@Suite("What an administrator wants changed goes to the vault first, and the store keeps what the vault has done, with a trace")
struct ChangeServiceTests {
    /// A vault that makes one change for anyone who types `right`.
    private final class FakeVault: Sendable {
        private let state = Mutex<(asked: [ChangeRequest], answer: ChangeAnswer?)>(([], nil))

        var asked: [ChangeRequest] { state.withLock { $0.asked } }

        /// Instead of what was asked for.
        func answer(with answer: ChangeAnswer) { state.withLock { $0.answer = answer } }

        func handle(_ verb: VaultVerb, _ payload: [UInt8]) throws -> [UInt8] {
            switch verb {
            case .beginStaffChange:
                let request = try ChangeRequest(payload: payload)
                state.withLock { $0.asked.append(request) }
                return ChangeBeginning.offer(challenge: [1, 2, 3], .code).payload
            case .staffChange:
                let attempt = try ChangeAttempt(payload: payload)
                state.withLock { $0.asked.append(attempt.request) }
                guard attempt.proof == .code("right"), attempt.challenge == [1, 2, 3] else {
                    return ChangeAnswer.refused(.wrongProof).payload
                }
                return (try state.withLock { $0.answer } ?? Self.answer(to: attempt.request.change)).payload
            default: throw LinkRefusal(.denied, "not here")
            }
        }

        private static func answer(to change: AdministratorChange) throws -> ChangeAnswer {
            switch change {
            case .account(let name, let change):
                guard let role = change.role else { return .removed }
                return .link(StaffLink(name: name, role: role, token: try token()))
            case .site(let request):
                guard let name = request.name, let origins = request.origins else {
                    throw LinkRefusal(.denied, "both are asked for")
                }
                return .site(
                    Site(id: request.id, name: name, origins: origins, authorisation: SiteAuthorisation(version: 9, code: [9])))
            }
        }

        static func token() throws -> MailedToken {
            guard let token = MailedToken(Identifier<MailedToken.IDKind>(high: 1, low: 2), code: Array(repeating: 7, count: 16))
            else {
                throw LinkRefusal(.unavailable, "no token")
            }
            return token
        }
    }

    private struct Fixture {
        let store: SQLiteDatabase
        let vault: FakeVault
        let service: ChangeService
        let operations: Operations
        let anna: SignedInStaff
        let site: SiteID

        static func run(_ body: @escaping @Sendable (Fixture) async throws -> Void) async throws {
            let (relay, folder, vault) = (try await RelayFixture(), try TemporaryFolder(), FakeVault())
            let server = FrameServer<VaultVerb>(
                .init(path: folder.path("vault.sock"), mode: 0o600, peers: [.own]), logger: RelayFixture.quiet
            ) { try vault.handle($0, $1) }
            let operations = Operations(
                by: .operator, store: relay.store, blockCache: nil, randomness: .seeded(1), now: { RelayFixture.now }, wake: {},
                retryNow: {}
            ) { path in BackupView(path: path, bytes: 0) }
            let ids = [("anna", StaffRole.administrator), ("berta", .reviewer)].enumerated().map { number, who in
                (StaffAccountID(high: 1, low: UInt64(number) + 1), who.0, who.1)
            }
            try await relay.store.write { transaction in
                for (id, name, role) in ids {
                    _ = try transaction.staffAccounts.add(id, StaffName(name), role, at: RelayFixture.now)
                    _ = try transaction.staffAccounts.keep(StaffRecord(version: 4, seal: [4, 4]), of: id, at: RelayFixture.now)
                    try transaction.staffSessions.begin(
                        StaffSession(
                            digest: Array(repeating: UInt8(name.utf8.count), count: 16), account: id, network: nil,
                            made: RelayFixture.now, seen: RelayFixture.now,
                            ends: RelayFixture.now + .hours(12)))
                }
            }
            let fixture = Fixture(
                store: relay.store, vault: vault,
                service: ChangeService(
                    vault: VaultLink(socket: folder.path("vault.sock"), logger: RelayFixture.quiet), operations: operations,
                    staffURL: try #require(WebOrigin("https://desk.example.org")), logger: RelayFixture.quiet),
                operations: operations,
                anna: SignedInStaff(
                    account: ids[0].0, name: try StaffName("anna"), role: .administrator, formToken: "t", session: "s"),
                site: relay.recipient.site)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try? await server.run() }
                let wish = try fixture.wish("zoe", .add(.auditor))
                try await eventually("the vault listens") {
                    (try? await fixture.service.begin(wish, by: fixture.anna)) != nil
                }
                try await body(fixture)
                tasks.cancelAll()
            }
        }

        func wish(_ name: String, _ change: AccountChange) throws -> ChangeWish {
            ChangeWish(.account(try StaffName(name), change), because: try RevealReason(typed: "They begin on Monday."))
        }

        func make(_ wish: ChangeWish, _ code: String = "right") async throws -> ChangeOutcome {
            try await service.make(wish, challenge: [1, 2, 3], .code(code), by: anna)
        }

        func account(_ name: String) async throws -> StaffAccount? {
            let name = try StaffName(name)
            return try await store.read { try $0.staffAccounts.find(name) }
        }

        func sessions() async throws -> Int {
            try await store.read { try $0.staffSessions.list(of: nil, at: RelayFixture.now).count }
        }

        func trace() async throws -> [OperationRecord] {
            try await store.read { try $0.operationTrace.latest(limit: 9) }
        }
    }

    @Test func `A new account is kept when the vault has made its link, with who did it and why`() async throws {
        try await Fixture.run { fixture in
            let wish = try fixture.wish("carl", .add(.reviewer))
            #expect(try await fixture.service.begin(wish, by: fixture.anna) == .offer(challenge: [1, 2, 3], .code))
            #expect(try await fixture.account("carl") == nil)
            let token = try FakeVault.token().text
            // The vault counts from the moment that its link bears.
            let waits = try FakeVault.token().id.moment + .hours(24)
            #expect(
                try await fixture.make(wish) == .link("https://desk.example.org/enrol/carl/\(token)", waits: waits))
            let carl = try #require(try await fixture.account("carl"))
            #expect(carl.role == .reviewer && carl.record == nil)
            let record = try #require(try await fixture.trace().first)
            #expect(record.verb == .addStaff && record.actor == .staff("anna") && record.subject == "carl: reviewer")
            #expect(record.reason == wish.reason.text)
            let request = try #require(fixture.vault.asked.last)
            #expect(request.claim.name == fixture.anna.name && request.claim.record == StaffRecord(version: 4, seal: [4, 4]))
            #expect(request.change == .account(try StaffName("carl"), .add(.reviewer)) && request.reason == wish.reason)
        }
    }

    @Test func `A new link and another role sign somebody out and forget how they sign in; a removal takes the account`()
        async throws
    {
        try await Fixture.run { fixture in
            guard case .link = try await fixture.make(fixture.wish("berta", .reset(.reviewer))) else {
                Issue.record("no link")
                return
            }
            let berta = try #require(try await fixture.account("berta"))
            #expect(berta.record == nil && berta.enrolled == nil && berta.role == .reviewer)
            #expect(try await fixture.sessions() == 1)
            guard case .link = try await fixture.make(fixture.wish("berta", .move(to: .auditor))) else {
                Issue.record("no link")
                return
            }
            let moved = try #require(try await fixture.account("berta"))
            #expect(moved.role == .auditor && moved.record == nil && moved.id == berta.id)
            #expect(try await fixture.make(fixture.wish("berta", .remove)) == .done)
            #expect(try await fixture.account("berta") == nil)
            let trace = try await fixture.trace()
            #expect(trace.count == 3 && Set(trace.map(\.verb)) == [.removeStaff, .moveStaff, .resetStaff])
            #expect(trace.allSatisfy { $0.actor == .staff("anna") && $0.reason == "They begin on Monday." })
        }
    }

    @Test func `What the vault refuses changes nothing and leaves no trace`() async throws {
        try await Fixture.run { fixture in
            let wishes = [
                try fixture.wish("carl", .add(.reviewer)), try fixture.wish("berta", .remove),
                try fixture.wish("berta", .move(to: .administrator)),
            ]
            for wish in wishes { #expect(try await fixture.make(wish, "wrong") == .refused(.wrongProof)) }
            fixture.vault.answer(with: .refused(.unwritten))
            for wish in wishes { #expect(try await fixture.make(wish) == .refused(.unwritten)) }
            let berta = try await fixture.account("berta")
            #expect(berta?.role == .reviewer && berta?.record != nil)
            #expect(try await fixture.account("carl") == nil)
            #expect(try await fixture.trace().isEmpty)
            #expect(try await fixture.sessions() == 2)
        }
    }

    @Test func `What cannot be is refused before the vault hears of it`() async throws {
        try await Fixture.run { fixture in
            let before = fixture.vault.asked.count
            let rows: [(String, AccountChange)] = [
                ("berta", .add(.auditor)), ("carl", .reset(.reviewer)), ("carl", .move(to: .auditor)), ("carl", .remove),
                ("berta", .reset(.auditor)), ("berta", .move(to: .reviewer)),
            ]
            for (name, change) in rows {
                let wish = try fixture.wish(name, change)
                await #expect(throws: StaffOperations.Fault.self, "\(name) \(change)") {
                    try await fixture.service.begin(wish, by: fixture.anna)
                }
                await #expect(throws: StaffOperations.Fault.self, "\(name) \(change)") { try await fixture.make(wish) }
            }
            #expect(fixture.vault.asked.count == before)
            // Nor is anything asked for somebody who cannot sign in any more.
            try await fixture.operations.staff.reset(fixture.anna.name)
            let wish = try fixture.wish("carl", .add(.auditor))
            #expect(try await fixture.service.begin(wish, by: fixture.anna) == .refused(.account))
            #expect(try await fixture.make(wish) == .refused(.account))
            #expect(fixture.vault.asked.count == before)
        }
    }

    @Test func `A vault that does something else than it was asked has nothing kept for it`() async throws {
        try await Fixture.run { fixture in
            let other = StaffLink(name: try StaffName("carl"), role: .administrator, token: try FakeVault.token())
            fixture.vault.answer(with: .link(other))
            await #expect(throws: StaffOperations.Fault.self) { try await fixture.make(fixture.wish("carl", .add(.reviewer))) }
            await #expect(throws: StaffOperations.Fault.self) { try await fixture.make(fixture.wish("berta", .remove)) }
            #expect(try await fixture.account("carl") == nil)
            #expect(try await fixture.account("berta") != nil)
            #expect(try await fixture.trace().isEmpty)
        }
    }

    @Test func `A site's name and origins are kept as the vault has authorised them, and the rest of the site stays`()
        async throws
    {
        try await Fixture.run { fixture in
            var look = SiteOperations.Change()
            look.joining = .open
            try await fixture.operations.sites.change(fixture.site, look)
            let former = try await fixture.operations.sites.find(fixture.site)
            let origin = try #require(WebOrigin("https://new.example"))
            let name = try HeaderText("New name", limit: 100)
            let wish = ChangeWish(
                .site(fixture.site, name: name, origins: [origin]), because: try RevealReason(typed: "They have moved."))
            #expect(try await fixture.make(wish) == .done)
            let site = try await fixture.operations.sites.find(fixture.site)
            #expect(site.name == name && site.origins == [origin] && site.joining == .open)
            #expect(site.authorisation == SiteAuthorisation(version: 9, code: [9]))
            // The vault hears of the row what it has authorised, and no more.
            let asked = AdministratorChange.site(
                SiteRequest(id: fixture.site, name: name, origins: [origin], former: former))
            #expect(fixture.vault.asked.last?.change.payload == asked.payload)
            let record = try #require(try await fixture.trace().first { $0.actor == .staff("anna") })
            #expect(record.verb == .changeSite && record.reason == "They have moved.")
        }
    }
}
