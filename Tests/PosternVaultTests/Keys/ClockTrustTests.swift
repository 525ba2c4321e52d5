import Foundation
import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Synchronization
import Testing

@Suite("A clock that jumps destroys no key until an operator says that it is right")
struct ClockTrustTests {
    private static let start = Timestamp(seconds: 1_795_514_709)

    /// After a start with this time recorded, seconds of the wall clock beside seconds that passed, in turn → believed.
    @Test(
        arguments: [
            // It goes as time does; a little drift is believed.
            ([(0, 0), (60, 60), (3_700, 120)], true),
            // It jumps ahead by two hours, by a month.
            ([(0, 0), (7_260, 60)], false), ([(0, 0), (30 * 86_400, 60)], false),
            // Two small jumps are a large one.
            ([(0, 0), (3_000, 60), (6_000, 120), (9_000, 180)], false),
            // It was switched off for six days, for eight.
            ([(6 * 86_400, 0)], true), ([(8 * 86_400, 0)], false),
            // It ran for a month.
            ([(0, 0), (30 * 86_400, 30 * 86_400)], true),
            // A machine without a clock of its own starts in the past, and is set right; or far beyond.
            ([(-50 * 86_400, 0), (86_400, 60)], true), ([(-50 * 86_400, 0), (20 * 86_400, 60)], false),
            // It jumps and comes back.
            ([(0, 0), (30 * 86_400, 60), (120, 120)], true),
            // It is set back, and then right again.
            ([(0, 0), (-86_400, 60), (120, 120)], true),
        ] as [([(Int64, Int64)], Bool)])
    func `It is believed as far as the time that has passed explains`(looks: [(Int64, Int64)], isBelieved: Bool) {
        var trust = ClockTrust(
            recorded: Self.start, wall: Self.start + .seconds(looks[0].0), monotonic: .seconds(looks[0].1))
        var isTrusted = false
        for (wall, passed) in looks { isTrusted = trust.look(wall: Self.start + .seconds(wall), monotonic: .seconds(passed)) }
        #expect(isTrusted == isBelieved)
    }

    @Test func `A new installation believes its clock, and an operator's word is believed`() {
        var trust = ClockTrust(recorded: nil, wall: Self.start, monotonic: .seconds(5))
        let isFirstBelieved = trust.look(wall: Self.start, monotonic: .seconds(5))
        #expect(isFirstBelieved)
        let far = Self.start + .days(400)
        let isBelieved = trust.look(wall: far, monotonic: .seconds(6))
        #expect(!isBelieved && trust.believed == Self.start)
        trust.trust(wall: far, monotonic: .seconds(7))
        let (next, jump) = (
            trust.look(wall: far + .seconds(1), monotonic: .seconds(8)), trust.look(wall: far + .days(40), monotonic: .seconds(9))
        )
        #expect(next && !jump)
    }

    /// A clock that a test sets, and the time that passes.
    private final class Clocks: Sendable {
        private let state = Mutex((wall: start, passed: Duration.zero))
        var wall: Timestamp { state.withLock { $0.wall } }
        var passed: Duration { state.withLock { $0.passed } }
        func jump(_ span: Duration) { state.withLock { $0.wall = $0.wall + span } }
        func pass(_ span: Duration) { state.withLock { ($0.wall, $0.passed) = ($0.wall + span, $0.passed + span) } }
    }

    private func keeper(_ fixture: VaultFixture, _ clocks: Clocks, _ log: KeptLog) throws -> EpochKeeper {
        let ring = try KeyRing(folder: KeyFolder(path: fixture.keysPath))
        return EpochKeeper(
            ring: ring, opener: SealOpener(ring: ring, secrets: TransientRecordMemory()), retention: VaultFixture.retention,
            record: ClockRecord(path: fixture.folder.path("clock"), in: fixture.folder.path), now: { clocks.wall },
            monotonic: { clocks.passed }, logger: log.logger)
    }

    private func days(_ fixture: VaultFixture) throws -> Set<Int32> {
        Set(try KeyFolder(path: fixture.keysPath).load().keys.compactMap { $0.key.epoch?.day })
    }

    @Test func `A jump of a year while it runs destroys nothing, over a restart neither, and the operator's word does`()
        async throws
    {
        let (fixture, clocks, log) = (try VaultFixture(now: Self.start), Clocks(), KeptLog())
        let today = Epoch(containing: Self.start).day
        let running = try keeper(fixture, clocks, log)
        try await running.keep()
        clocks.jump(.days(365))
        for _ in 0..<5 {
            try await running.keep()
            clocks.pass(.minutes(1))
        }
        #expect(try days(fixture) == [today, today + 1, today + 365, today + 366])
        #expect(!running.clockReport.isTrusted)
        #expect(log.criticals.count == 1 && log.criticals[0].contains("postern keys trust-clock"))
        let restarted = try keeper(fixture, clocks, log)
        try await restarted.keep()
        #expect(try days(fixture).contains(today))
        #expect(!restarted.clockReport.isTrusted && log.criticals.count == 2)
        try await restarted.trustClock()
        #expect(try days(fixture) == [today + 365, today + 366])
        #expect(restarted.clockReport.isTrusted)
        // The word is kept.
        let third = try keeper(fixture, clocks, log)
        try await third.keep()
        #expect(third.clockReport.isTrusted)
    }

    @Test func `A vault of before, which kept no time, is asked as well`() async throws {
        let (fixture, clocks, log) = (try VaultFixture(now: Self.start), Clocks(), KeptLog())
        clocks.jump(.days(40))
        let keeper = try keeper(fixture, clocks, log)
        try await keeper.keep()
        #expect(!keeper.clockReport.isTrusted)
        #expect(try days(fixture).contains(Epoch(containing: Self.start).day))
    }

    @Test(arguments: [true, false])
    func `Ahead by forty days for a moment, and right again: no key is destroyed, and that is known without anybody's word (M11)`(
        isRestarted: Bool
    ) async throws {
        let (fixture, clocks, log) = (try VaultFixture(now: Self.start), Clocks(), KeptLog())
        let today = Epoch(containing: Self.start).day
        let record = ClockRecord(path: fixture.folder.path("clock"), in: fixture.folder.path)
        try await keeper(fixture, clocks, log).keep()
        clocks.jump(.days(40))
        var running = try keeper(fixture, clocks, log)
        try await running.keep()
        #expect(!running.clockReport.isTrusted && record.read()?.falseDays == nil)
        clocks.jump(.days(-40))
        // What the relay asks is answered by the clock of now.
        #expect(running.clockReport.isTrusted)
        if isRestarted { running = try keeper(fixture, clocks, log) }
        clocks.pass(.seconds(8))
        try await running.keep()
        #expect(record.read()?.falseDays?.last.day == today + 41)
        #expect(try days(fixture) == [today, today + 1, today + 40, today + 41])
        // The keys of those two days are kept as long as any, from now on.
        for _ in 0..<30 {
            clocks.pass(.days(1))
            try await running.keep()
        }
        let letterDays = try KeyFolder(path: fixture.keysPath).load().keys.filter { $0.key.kind == .opening(.letter) }
            .compactMap { $0.key.epoch?.day }
        #expect(letterDays.max() == today + 31)
    }

    @Test func `A clock that is behind is not taken for one that was ahead`() async throws {
        let (fixture, clocks, log) = (try VaultFixture(now: Self.start), Clocks(), KeptLog())
        let record = ClockRecord(path: fixture.folder.path("clock"), in: fixture.folder.path)
        let running = try keeper(fixture, clocks, log)
        try await running.keep()
        clocks.jump(.days(-3))
        for _ in 0..<3 {
            try await running.keep()
            clocks.pass(.minutes(1))
        }
        #expect(record.read()?.falseDays == nil)
        // Until somebody says that it is right.
        try await running.trustClock()
        #expect(record.read()?.falseDays?.last.day == Epoch(containing: Self.start).day + 1)
    }

    @Test func `Time that passes destroys keys as it should`() async throws {
        let (fixture, clocks, log) = (try VaultFixture(now: Self.start), Clocks(), KeptLog())
        let keeper = try keeper(fixture, clocks, log)
        for _ in 0..<100 {
            try await keeper.keep()
            clocks.pass(.days(1))
        }
        let today = Epoch(containing: clocks.wall).day
        #expect(try days(fixture).min() == today - 91)
        #expect(log.criticals.isEmpty)
    }
}
