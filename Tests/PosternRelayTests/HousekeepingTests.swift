import PosternCore
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("What has served its time is gone after the purge, and when that was is noted")
struct HousekeepingTests {
    @Test func `Letters, marks and entries go with their time, and nothing before it`() async throws {
        let limits = try LimitTable.of(client: "9/1h")
        let fixture = try await IntakeFixture.open(limits: limits)
        for number in 0..<3 { _ = try await fixture.post(from: "192.0.2.\(number)") }
        _ = try await fixture.post(to: "nobody")

        func purge(after span: Duration) async throws {
            let moment = IntakeFixture.now + span
            let link = VaultLink(socket: "/nonexistent", logger: RelayFixture.quiet)
            let housekeeping = Housekeeping(
                store: fixture.store, sealing: LetterSealer(vault: link),
                settings: .init(letters: .days(28), outcomes: .days(180)), logger: RelayFixture.quiet, now: { moment })
            await housekeeping.purge()
            #expect(try await fixture.store.read { try $0.maintenance.last(.purge) } == moment)
        }
        func marks() async throws -> Int {
            try await fixture.store.read { try $0.limitRecords.list(after: .zero, limit: 99).count }
        }

        try await purge(after: .hours(1))
        #expect(try await marks() == 3)
        #expect(try await fixture.deliveries(.ready) == 3)
        try await purge(after: .days(3))
        #expect(try await marks() == 0)
        #expect(try await fixture.deliveries(.ready) == 3)
        try await purge(after: .days(30))
        #expect(try await fixture.deliveries(.dropped) == 3)
        #expect(try await fixture.store.read { try $0.intake.oldestLetter() } == nil)
        #expect(try await fixture.entries().count == 4)
        try await purge(after: .days(181))
        #expect(try await fixture.entries().isEmpty)
        #expect(try await fixture.deliveries() == 0)
    }

    // What the last purge is said to be, the privacy statement is held against.
    @Test func `A purge that could not do its work is not noted as done`() async throws {
        let fixture = try await IntakeFixture.open(limits: try LimitTable.of(client: "9/1h"))
        _ = try await fixture.store.write { try $0.run("ALTER TABLE idempotency_record RENAME TO elsewhere") }
        let link = VaultLink(socket: "/nonexistent", logger: RelayFixture.quiet)
        let housekeeping = Housekeeping(
            store: fixture.store, sealing: LetterSealer(vault: link), settings: .init(letters: .days(28), outcomes: .days(180)),
            logger: RelayFixture.quiet, now: { IntakeFixture.now })
        await housekeeping.purge()
        #expect(try await fixture.store.read { try $0.maintenance.last(.purge) } == nil)
        _ = try await fixture.store.write { try $0.run("ALTER TABLE elsewhere RENAME TO idempotency_record") }
        await housekeeping.purge()
        #expect(try await fixture.store.read { try $0.maintenance.last(.purge) } == IntakeFixture.now)
    }
}
