import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

@Suite(
    "The relay finds what is to be shown, carries it to the vault, and keeps that somebody looked and nothing of what they saw")
struct RevealServiceTests {
    /// A vault that shows one letter to anyone who types `right`.
    private final class FakeVault: Sendable {
        private let state = Mutex<(asked: [RevealRequest], answer: RevealAnswer)>(([], .shown(.letter(FakeVault.letter))))

        static let secret = "Nobody else must read this."
        static let letter = RevealedLetter(
            name: "Vera", subject: nil, about: nil, text: secret, isReply: false, remark: nil)

        var asked: [RevealRequest] { state.withLock { $0.asked } }

        func answer(with answer: RevealAnswer) { state.withLock { $0.answer = answer } }

        func handle(_ verb: VaultVerb, _ payload: [UInt8]) throws -> [UInt8] {
            switch verb {
            case .revealStanding:
                return RevealStanding(left: 3, most: 30, renewed: RelayFixture.now, needsTwo: false).payload
            case .beginReveal:
                let request = try RevealRequest(payload: payload)
                state.withLock { $0.asked.append(request) }
                return RevealBeginning.offer(challenge: [1, 2, 3], .code).payload
            case .reveal:
                let attempt = try RevealAttempt(payload: payload)
                state.withLock { $0.asked.append(attempt.request) }
                guard attempt.proof == .code("right"), attempt.challenge == [1, 2, 3] else {
                    return RevealAnswer.refused(.wrongProof).payload
                }
                return state.withLock { $0.answer }.payload
            default: throw LinkRefusal(.denied, "not here")
            }
        }
    }

    private struct Fixture {
        let relay: RelayFixture
        let store: SQLiteDatabase
        let vault: FakeVault
        let service: RevealService
        let staff: SignedInStaff
        let recipient: Recipient

        static func run(_ body: @escaping @Sendable (Fixture) async throws -> Void) async throws {
            let (relay, folder, vault) = (try await RelayFixture(), try TemporaryFolder(), FakeVault())
            let server = FrameServer<VaultVerb>(
                .init(path: folder.path("vault.sock"), mode: 0o600, peers: [.own]), logger: RelayFixture.quiet
            ) { try vault.handle($0, $1) }
            let operations = Operations(
                by: .operator, store: relay.store, blockCache: nil, randomness: .seeded(1), now: { RelayFixture.now }, wake: {},
                retryNow: {}
            ) { path in BackupView(path: path, bytes: 0) }
            let id = StaffAccountID(high: 1, low: 1)
            try await relay.store.write { transaction in
                _ = try transaction.staffAccounts.add(id, StaffName("anna"), .reviewer, at: RelayFixture.now)
                _ = try transaction.staffAccounts.keep(
                    StaffRecord(version: 4, seal: [4, 4]), of: id, at: RelayFixture.now)
            }
            let fixture = Fixture(
                relay: relay, store: relay.store, vault: vault,
                service: RevealService(
                    store: relay.store,
                    vault: VaultLink(socket: folder.path("vault.sock"), logger: RelayFixture.quiet), operations: operations),
                staff: SignedInStaff(
                    account: id, name: try StaffName("anna"), role: .reviewer, formToken: "t", session: "s"),
                recipient: relay.recipient)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try? await server.run() }
                let letter = try await fixture.held()
                try await eventually("the vault listens") {
                    (try? await fixture.service.view(of: letter, for: fixture.staff)) != nil
                }
                try await body(fixture)
                tasks.cancelAll()
            }
        }

        func held() async throws -> LetterID {
            let id = try await relay.accept(1)[0]
            _ = try await store.write { try $0.queue.hold(id, because: "to look") }
            return id
        }

        func wish(_ letter: LetterID, _ kind: RevealKind = .letter) throws -> RevealWish {
            RevealWish(letter: letter, kind: kind, reason: try RevealReason(typed: "It was reported to us by mail."))
        }

        func reveal(_ wish: RevealWish, _ code: String = "right") async throws -> RevealOutcome? {
            try await service.reveal(wish, challenge: [1, 2, 3], .code(code), by: staff)
        }

        func trace() async throws -> [OperationRecord] {
            try await store.read { try $0.operationTrace.latest(limit: 9) }
        }

        func look(at letter: LetterID) async throws -> Timestamp? {
            let id = recipient.id
            return try await store.read { transaction in
                try transaction.memberLedger.latest(of: id, limit: 99).first { $0.id == letter }?.seenByStaff
            }
        }
    }

    @Test func `A held letter goes to the vault as what it is, and the trace says who looked and why`() async throws {
        try await Fixture.run { fixture in
            let letter = try await fixture.held()
            let view = try #require(try await fixture.service.view(of: letter, for: fixture.staff))
            #expect(view.kinds == [.letter, .client] && view.handle == fixture.recipient.handle && view.standing.left == 3)
            let wish = try fixture.wish(letter)
            #expect(try await fixture.service.begin(wish, by: fixture.staff) == .offer(challenge: [1, 2, 3], .code))
            #expect(try await fixture.trace().isEmpty)
            #expect(try await fixture.reveal(wish) == .shown(.letter(FakeVault.letter)))
            let request = try #require(fixture.vault.asked.last)
            #expect(
                request.item
                    == RevealItem(letter, at: fixture.recipient.site, .letter(to: fixture.recipient.id, fixture.recipient.handle))
            )
            #expect(request.seal == [3] && request.claim.record == StaffRecord(version: 4, seal: [4, 4]))
            let record = try #require(try await fixture.trace().first)
            #expect(record.verb == .revealLetter && record.actor == .staff("anna") && record.subject == "photos/pat \(letter)")
            #expect(record.reason == wish.reason.text)
            #expect(try await fixture.look(at: letter) == RelayFixture.now)
        }
    }

    @Test func `A client address is shown, and that is nothing for the recipient's page`() async throws {
        try await Fixture.run { fixture in
            let letter = try await fixture.held()
            let address = Revealed.client(try #require(ClientAddress(text: "192.0.2.7")))
            fixture.vault.answer(with: .shown(address))
            #expect(try await fixture.reveal(fixture.wish(letter, .client)) == .shown(address))
            let request = try #require(fixture.vault.asked.last)
            #expect(request.item.content == .client && request.seal == [4])
            #expect(try await fixture.trace().first?.verb == .revealClient)
            #expect(try await fixture.look(at: letter) == nil)
        }
    }

    @Test func `What is refused leaves no trace and no look; what waits for a second leaves the trace alone`() async throws {
        try await Fixture.run { fixture in
            let letter = try await fixture.held()
            #expect(try await fixture.reveal(fixture.wish(letter), "wrong") == .refused(.wrongProof))
            fixture.vault.answer(with: .refused(.unwritten))
            #expect(try await fixture.reveal(fixture.wish(letter)) == .refused(.unwritten))
            #expect(try await fixture.trace().isEmpty)
            fixture.vault.answer(with: .waits(until: RelayFixture.now))
            #expect(try await fixture.reveal(fixture.wish(letter)) == .waits(until: RelayFixture.now))
            #expect(try await fixture.trace().map(\.verb) == [.askReveal])
            #expect(try await fixture.look(at: letter) == nil)
        }
    }

    @Test func `Of a letter on its way there is nothing to see, and nothing for whose account is gone`() async throws {
        try await Fixture.run { fixture in
            let sent = try await fixture.relay.accept(1)[0]
            let before = fixture.vault.asked.count
            #expect(try await fixture.service.view(of: sent, for: fixture.staff) == nil)
            for kind in RevealKind.allCases {
                #expect(try await fixture.service.begin(fixture.wish(sent, kind), by: fixture.staff) == nil)
                #expect(try await fixture.reveal(fixture.wish(sent, kind)) == nil)
            }
            let held = try await fixture.held()
            try await fixture.store.write { try $0.staffAccounts.remove(fixture.staff.account) }
            #expect(try await fixture.reveal(fixture.wish(held)) == nil)
            #expect(fixture.vault.asked.count == before)
        }
    }

    @Test func `A reported letter is shown as it was sealed with the report`() async throws {
        try await Fixture.run { fixture in
            let letter = try await fixture.relay.accept(1)[0]
            let report = Report(
                id: ReportID(high: 5, low: 5), letter: letter, recipient: fixture.recipient.id, reason: .abuse, seal: [9, 9])
            _ = try await fixture.store.write { try $0.reports.add(report) }
            let view = try #require(try await fixture.service.view(of: letter, for: fixture.staff))
            #expect(view.isReported && view.kinds == [.letter, .client])
            _ = try await fixture.reveal(fixture.wish(letter))
            let request = try #require(fixture.vault.asked.last)
            #expect(request.seal == [9, 9])
            #expect(
                request.item.content
                    == .report(report.id, of: letter, to: fixture.recipient.id, fixture.recipient.handle))
            #expect(try await fixture.look(at: letter) == RelayFixture.now)
        }
    }

    @Test func `Nothing of what was shown is in the store`() async throws {
        try await Fixture.run { fixture in
            let letter = try await fixture.held()
            _ = try await fixture.reveal(fixture.wish(letter))
            let tables = try await fixture.store.read { transaction in
                try transaction.rows("SELECT subject, reason FROM operation").map { row -> String in
                    let (subject, reason): (String, String?) = (try row["subject"], try row.optional("reason"))
                    return subject + (reason ?? "")
                }
            }
            #expect(!tables.isEmpty && !tables.joined().contains(FakeVault.secret))
        }
    }

    @Test func `While the vault is away nothing is shown, and the caller hears so`() async throws {
        try await Fixture.run { fixture in
            let letter = try await fixture.held()
            let wish = try fixture.wish(letter)
            let away = RevealService(
                store: fixture.store, vault: VaultLink(socket: "/nonexistent/vault.sock", logger: RelayFixture.quiet),
                operations: Operations(
                    by: .operator, store: fixture.store, blockCache: nil, randomness: .seeded(1), now: { RelayFixture.now },
                    wake: {}, retryNow: {}
                ) { path in BackupView(path: path, bytes: 0) })
            await #expect(throws: (any Error).self) {
                try await away.reveal(wish, challenge: [1, 2, 3], .code("right"), by: fixture.staff)
            }
            #expect(try await fixture.trace().isEmpty)
        }
    }
}
