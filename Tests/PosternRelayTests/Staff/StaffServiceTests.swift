import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

@Suite("Staff are signed in when the vault says so, for a while, and anyone who guesses waits")
struct StaffServiceTests {
    /// A vault that admits anyone who types `right`.
    private struct Fixture {
        let store: SQLiteDatabase
        let operations: Operations
        let service: StaffService
        let clock: MovableClock
        let asked: Asked

        final class Asked: Sendable {
            private let state = Mutex<[StaffAttempt]>([])
            var all: [StaffAttempt] { state.withLock { $0 } }
            func add(_ attempt: StaffAttempt) { state.withLock { $0.append(attempt) } }
        }

        static func run(_ body: @escaping @Sendable (Fixture) async throws -> Void) async throws {
            let folder = try TemporaryFolder()
            let (asked, clock) = (Asked(), MovableClock(RelayFixture.now))
            let server = FrameServer<VaultVerb>(
                .init(path: folder.path("vault.sock"), mode: 0o600, peers: [.own]), logger: RelayFixture.quiet
            ) { verb, payload in
                switch verb {
                case .staffCheck:
                    let attempt = try StaffAttempt(payload: payload)
                    asked.add(attempt)
                    guard case .password("right", _) = attempt.proof, attempt.record != nil else {
                        return StaffAnswer.refused.payload
                    }
                    return StaffAnswer.admitted.payload
                case .staffBegin: return StaffOffer(secret: [1], challenge: [2]).payload
                case .staffEnrol:
                    let enrolment = try StaffEnrolment(payload: payload)
                    guard case .password("right", _) = enrolment.proof else { return StaffEnrolled.wrong(.wrongCode).payload }
                    return StaffEnrolled.record(StaffRecord(version: 1, seal: [1]), recoveryCodes: ["a"]).payload
                default: throw LinkRefusal(.denied, "not here")
                }
            }
            let store = try await SQLiteDatabase.inMemory(at: RelayFixture.now)
            let operations = Operations(
                by: .operator, store: store, blockCache: nil, randomness: .seeded(1), now: { clock.now }, wake: {}, retryNow: {}
            ) { path in BackupView(path: path, bytes: 0) }
            let service = StaffService(
                store: store, vault: VaultLink(socket: folder.path("vault.sock"), logger: RelayFixture.quiet),
                operations: operations, pseudonyms: Pseudonyms { _ in [1, 2, 3] }, logger: RelayFixture.quiet)
            let fixture = Fixture(store: store, operations: operations, service: service, clock: clock, asked: asked)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try? await server.run() }
                try await eventually("the vault listens") { try await fixture.isUp() }
                try await body(fixture)
                tasks.cancelAll()
            }
        }

        private func isUp() async throws -> Bool {
            let answer = await service.signIn("nobody", .password("x", code: ""), from: nil)
            if case .unavailable = answer { return false }
            return true
        }

        func enrol(_ name: String, _ role: StaffRole = .reviewer) async throws -> SessionSecret {
            try await operations.staff.add(try StaffName(name), role)
            let token = try #require(MailedToken(StaffAccountID(high: 1, low: 1), code: Array(repeating: 1, count: 16)))
            let answer = await service.choose(name, token, .password("right", code: ""), from: nil)
            guard case .session(let secret, ["a"]) = answer else { throw LinkRefusal(.denied, "not enrolled") }
            return secret
        }

        func signIn(_ name: String, _ password: String = "right", from client: String = "192.0.2.1") async -> StaffSignInAnswer {
            await service.signIn(name, .password(password, code: ""), from: ClientAddress(text: client))
        }
    }

    @Test func `A session knows who it is, ends idle after half an hour and in any case after twelve`() async throws {
        try await Fixture.run { fixture in
            #expect(try await fixture.service.hasAccounts() == false)
            let secret = try await fixture.enrol("anna")
            #expect(try await fixture.service.hasAccounts())
            let anna = try #require(try await fixture.service.signedIn(secret))
            #expect(anna.name.text == "anna" && anna.role == .reviewer)
            for _ in 0..<25 {
                fixture.clock.advance(by: .minutes(28))
                #expect(try await fixture.service.signedIn(secret) != nil)
            }
            fixture.clock.advance(by: .minutes(21))
            #expect(try await fixture.service.signedIn(secret) == nil)
            let next = try #require(await fixture.signIn("Anna ").secret)
            fixture.clock.advance(by: .minutes(29))
            // A page that is open asks by itself, and nobody may sit before it.
            #expect(try await fixture.service.signedIn(next, isUse: false) != nil)
            fixture.clock.advance(by: .minutes(1))
            #expect(try await fixture.service.signedIn(next) == nil)
        }
    }

    @Test func `The vault hears where somebody is known, so that a stranger's guesses do not keep them waiting`() async throws {
        try await Fixture.run { fixture in
            _ = try await fixture.enrol("anna")
            let known = { fixture.asked.all.last?.isFromKnownNetwork }
            _ = await fixture.signIn("anna", "wrong")
            #expect(known() == false)
            #expect(await fixture.signIn("anna").secret != nil)
            _ = await fixture.signIn("anna", "wrong")
            #expect(known() == true)
            for (name, client) in [("anna", "198.51.100.2"), ("berta", "192.0.2.1")] {
                _ = await fixture.signIn(name, from: client)
                #expect(known() == false, "\(name)")
            }
            fixture.clock.advance(by: .days(30))
            _ = await fixture.signIn("anna", "wrong")
            #expect(known() == false)
        }
    }

    @Test(arguments: [("198.51.100.", 60), ("2001:db8:0:", 60)])
    func `A network with many addresses is one guesser`(prefix: String, free: Int) async throws {
        try await Fixture.run { fixture in
            _ = try await fixture.enrol("anna")
            var admitted = 0
            for number in 1...100 {
                let client = prefix.contains(":") ? "\(prefix)\(String(number, radix: 16))::1" : "\(prefix)\(number)"
                if case .limited = await fixture.signIn("name\(number)", "wrong", from: client) { break }
                admitted += 1
            }
            #expect(admitted == free)
        }
    }

    @Test func `An administrator sees and ends everybody's sessions, the others their own`() async throws {
        try await Fixture.run { fixture in
            let (secret, boss) = (try await fixture.enrol("anna"), try await fixture.enrol("berta", .administrator))
            let anna = try #require(try await fixture.service.signedIn(secret))
            let berta = try #require(try await fixture.service.signedIn(boss))
            #expect(try await fixture.service.sessions(of: anna).map(\.name.text) == ["anna"])
            #expect(Set(try await fixture.service.sessions(of: berta).map(\.name.text)) == ["anna", "berta"])
            #expect(try await fixture.service.end(berta.session, by: anna) == false)
            fixture.clock.advance(by: .seconds(1))
            #expect(try await fixture.service.end(anna.session, by: berta))
            #expect(try await fixture.service.signedIn(secret) == nil)
            // What happens within one millisecond is traced in no order.
            fixture.clock.advance(by: .seconds(1))
            try await fixture.service.signOut(boss)
            #expect(try await fixture.service.signedIn(boss) == nil)
            let trace = try await fixture.store.read { try $0.operationTrace.latest(limit: 9) }
            #expect(trace.map(\.verb).prefix(2) == [.staffSignOut, .endStaffSession])
            #expect(trace.first?.actor == .staff("berta"))
        }
    }

    @Test func `A reset and a removal end sessions, and nobody is anybody else's successor`() async throws {
        try await Fixture.run { fixture in
            let first = try await fixture.enrol("anna")
            try await fixture.operations.staff.reset(try StaffName("anna"))
            #expect(try await fixture.service.signedIn(first) == nil)
            #expect(try await fixture.service.hasAccounts())
            try await fixture.operations.staff.remove(try StaffName("anna"))
            let second = try await fixture.enrol("anna", .auditor)
            #expect(try await fixture.service.signedIn(second)?.role == .auditor)
            #expect(try await fixture.service.signedIn(first) == nil)
            await #expect(throws: StaffOperations.Fault.self) {
                try await fixture.operations.staff.add(try StaffName("anna"), .reviewer)
            }
            await #expect(throws: StaffOperations.Fault.self) {
                try await fixture.operations.staff.remove(try StaffName("berta"))
            }
        }
    }

    @Test func `Who guesses waits, at each connection by itself, and for an unknown name as for a known one`() async throws {
        try await Fixture.run { fixture in
            _ = try await fixture.enrol("anna")
            for name in ["anna", "nobody", "not a name!"] {
                var limited: Duration?
                for _ in 0..<8 where limited == nil {
                    limited = await fixture.signIn(name, "wrong").wait
                }
                #expect(limited == .seconds(1), "\(name)")
                // The vault was asked as often for each.
                let count = fixture.asked.all.filter { $0.name.text == (name == "anna" ? "anna" : "nobody") }.count
                #expect(count >= 5, "\(name)")
            }
            // Somebody else's guesses lock nobody out.
            #expect(await fixture.signIn("anna", from: "192.0.2.99").secret != nil)
            fixture.clock.advance(by: .seconds(2))
            #expect(await fixture.signIn("anna").secret != nil)
        }
    }

    @Test func `One connection that tries many names waits too`() async throws {
        try await Fixture.run { fixture in
            var limited = false
            for number in 0..<40 where !limited {
                limited = await fixture.signIn("name\(number)", "wrong", from: "2001:db8::\(number)").wait != nil
            }
            #expect(limited)
            #expect(await fixture.signIn("anna", "wrong", from: "2001:db8:1::1").wait == nil)
        }
    }
}

extension StaffSignInAnswer {
    fileprivate var secret: SessionSecret? {
        if case .session(let secret) = self { secret } else { nil }
    }

    fileprivate var wait: Duration? {
        if case .limited(let wait) = self { wait } else { nil }
    }
}
