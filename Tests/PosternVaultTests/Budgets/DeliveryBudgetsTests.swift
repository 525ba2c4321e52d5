import Crypto
import Foundation
import PosternCore
import PosternLink
import PosternTestSupport
import PosternVault
import Synchronization
import Testing

@Suite("A letter over a budget waits, and the operator is told")
struct DeliveryBudgetsTests {
    private static let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    /// A clock that a test sets.
    private final class ManualClock: Sendable {
        private let moment = Mutex(Timestamp(seconds: 1_795_514_709))
        var now: Timestamp { moment.withLock { $0 } }
        func pass(_ span: Duration) { moment.withLock { $0 = $0 + span } }
    }

    private let clock = ManualClock()
    private let log = KeptLog()
    private let folder: TemporaryFolder
    private var path: String { folder.path("budgets") }

    init() throws { folder = try TemporaryFolder() }

    private func budgets(_ rates: Configuration.Budgets, key: SymmetricKey = key) -> DeliveryBudgets {
        DeliveryBudgets(rates, path: path, key: key, now: { [clock] in clock.now }, logger: log.logger)
    }

    private static func rates(
        recipient: Limit.Rate? = nil, address: Limit.Rate? = nil, confirmation: Limit.Rate? = nil, global: Limit.Rate? = nil
    ) -> Configuration.Budgets {
        .init(recipient: recipient, address: address, confirmation: confirmation, global: global)
    }

    private func job(_ kind: DeliveryKind = .letter, handle: String = "pat") throws -> DeliveryJob {
        DeliveryJob(
            id: LetterID(high: 1, low: 2), attempt: 1, kind: kind, accepted: clock.now,
            tokens: MailTokens(messageID: "m", envelope: "e"),
            site: Site(id: try SiteID("photos"), name: try HeaderText("Photos", limit: 100), origins: []),
            recipient: RecipientID(high: 3, low: 4), handle: try Handle(handle), recipientName: try HeaderText("Pat", limit: 100),
            language: .english, record: SealedRecord(version: 1, seal: [], authorisation: []), letter: [])
    }

    private func isGranted(_ budgets: DeliveryBudgets, _ job: DeliveryJob, to address: String, _ kind: Outcome.Kind) throws
        -> Bool
    {
        switch budgets.charge(job, to: try EmailAddress(address)) {
        case .success(let charge):
            budgets.settle(charge, Outcome(kind, health: .reached, diagnosis: .init(stage: .finalDot, text: "")))
            return true
        case .failure: return false
        }
    }

    /// What became of the first confirmation → whether a second may go to the same address on the same day.
    @Test(arguments: [
        (Outcome.Kind.delivered, false), (.uncertain, false), (.deferred, true), (.failed, true), (.ourFault, true),
    ])
    func `One confirmation a day leaves for an address, whatever its handles and letter case`(
        first: Outcome.Kind, isAnother: Bool
    ) throws {
        let budgets = budgets(Self.rates(confirmation: .init(count: 1, per: .days(1))))
        #expect(try isGranted(budgets, job(.confirmation), to: "pat@example.org", first))
        #expect(try isGranted(budgets, job(.confirmation, handle: "sam"), to: "Pat@Example.org", .delivered) == isAnother)
        #expect(try isGranted(budgets, job(.confirmation), to: "sam@example.org", .delivered))
        // A letter is no confirmation.
        #expect(try isGranted(budgets, job(), to: "pat@example.org", .delivered))
    }

    @Test func `An address gets its budget once, however many handles a relay makes for it`() throws {
        let budgets = budgets(Self.rates(address: .init(count: 10, per: .hours(1))))
        let granted = try (0..<100).count { try isGranted(budgets, job(handle: "pat\($0)"), to: "pat@example.org", .delivered) }
        #expect(granted == 5)
        clock.pass(.hours(1))
        #expect(try isGranted(budgets, job(), to: "pat@example.org", .delivered))
    }

    @Test func `A flood is one line an hour, a count for the doctor, and an outcome that blames nobody`() throws {
        let budgets = budgets(Self.rates(global: .init(count: 2, per: .hours(1))))
        #expect(try isGranted(budgets, job(), to: "pat@example.org", .delivered))
        for _ in 0..<1_000 { #expect(try !isGranted(budgets, job(), to: "pat@example.org", .delivered)) }
        #expect(log.errors.count == 1)
        #expect(log.errors[0].contains("POSTERN_BUDGET_GLOBAL") && log.errors[0].contains("2/1h"))
        #expect(!log.errors[0].contains("example.org"))
        let use = try #require(budgets.report.first { $0.setting == "POSTERN_BUDGET_GLOBAL" })
        #expect(use.deferred == 1_000 && use.last == clock.now)
        guard case .failure(let overdrawn) = budgets.charge(try job(), to: try EmailAddress("pat@example.org")) else {
            Issue.record("it was granted")
            return
        }
        let outcome = overdrawn.outcome
        #expect(outcome.kind == .deferred && outcome.health == .unknown && outcome.diagnosis.stage == .budget)
        #expect(outcome.diagnosis.text.contains("POSTERN_BUDGET_GLOBAL"))
        clock.pass(.hours(3))
        _ = try isGranted(budgets, job(), to: "pat@example.org", .delivered)
        #expect(try !isGranted(budgets, job(), to: "pat@example.org", .delivered))
        #expect(log.errors.count == 2 && log.errors[1].contains("since-last-line=1000"))
    }

    @Test func `What was used counts after a restart; a file that was changed does not, and that is said`() throws {
        let rates = Self.rates(confirmation: .init(count: 1, per: .days(1)))
        let first = budgets(rates)
        #expect(try isGranted(first, job(.confirmation), to: "pat@example.org", .delivered))
        try first.save()
        #expect(try !isGranted(budgets(rates), job(.confirmation), to: "pat@example.org", .delivered))
        #expect(log.warnings.isEmpty)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(bytes.firstRange(of: Data("example".utf8)) == nil)
        bytes[40] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(try isGranted(budgets(rates), job(.confirmation), to: "pat@example.org", .delivered))
        #expect(log.warnings.count == 1)
    }

    @Test func `What was given back is given back after a restart too`() throws {
        let rates = Self.rates(confirmation: .init(count: 1, per: .days(1)))
        let first = budgets(rates)
        guard case .success(let charge) = first.charge(try job(.confirmation), to: try EmailAddress("pat@example.org")) else {
            Issue.record("it was not granted")
            return
        }
        try first.save()
        first.settle(charge, Outcome(.deferred, health: .reached, diagnosis: .init(stage: .finalDot, text: "")))
        try first.save()
        #expect(try isGranted(budgets(rates), job(.confirmation), to: "pat@example.org", .delivered))
    }

    @Test func `A file that cannot be written is one line an hour`() async throws {
        let budgets = DeliveryBudgets(
            Self.rates(global: .init(count: 2, per: .hours(1))), path: folder.path("missing/budgets"), key: Self.key,
            now: { [clock] in clock.now }, logger: log.logger)
        #expect(try isGranted(budgets, job(), to: "pat@example.org", .delivered))
        for _ in 0..<5 { await budgets.saveOrSay() }
        #expect(log.errors.count == 1)
        clock.pass(.hours(1))
        await budgets.saveOrSay()
        #expect(log.errors.count == 2 && log.errors[1].contains("since-last-line=4"))
    }

    /// A letter that waits is tried again in about an hour, and its own waits are no longer for it.
    @Test(arguments: [1, 5, 50])
    func `A budget makes no wait longer`(attempt: Int) throws {
        var randomness = SeededRandomness(seed: 1)
        let outcome = Outcome(.deferred, health: .unknown, diagnosis: .init(stage: .budget, text: "over"))
        let settlement = try Settlement(
            of: outcome, attempt: attempt, since: clock.now, at: clock.now, schedule: .standard, using: &randomness)
        #expect(settlement.state == .ready)
        let wait = try #require(settlement.due).since(clock.now)
        #expect(wait >= .minutes(48) && wait <= .minutes(72))
    }
}
