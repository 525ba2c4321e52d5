import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Synchronization
import Testing

@Suite("Readiness is one value, checked by one at a time")
struct ReadinessTests {
    /// Longer than a busy machine makes anybody wait.
    private let patient = Duration.seconds(600)

    @Test func `The worst fault comes first, and each has a reason and a remedy`() {
        #expect(Readiness([.keys, .vault, .disk, .store, .check]).faults == [.check, .store, .disk, .vault, .keys])
        #expect(Readiness().isReady && !Readiness([.disk]).isReady)
        for fault in Readiness.Fault.allCases { #expect(!fault.reason.isEmpty && !fault.remedy.isEmpty) }
    }

    @Test func `A check is remembered for a second`() async throws {
        let clock = Mutex(ContinuousClock.now)
        let probe = Probe()
        let monitor = ReadinessMonitor(timeout: patient, now: { clock.withLock { $0 } }) { await probe.check() }
        #expect(await monitor.readiness().isReady)
        probe.set([.store])
        clock.withLock { $0 += .milliseconds(999) }
        #expect(await monitor.readiness().isReady)
        #expect(probe.asked == 1)
        clock.withLock { $0 += .milliseconds(1) }
        #expect(await monitor.readiness() == Readiness([.store]))
        #expect(probe.asked == 2)
    }

    @Test func `A store that took a write takes the next one five seconds later; one that did not is asked each time`()
        async throws
    {
        let clock = Mutex(ContinuousClock.now)
        let store = FaultyStore(try await SQLiteDatabase.inMemory(at: RelayFixture.now))
        let probe = StoreProbe(store: store, now: { RelayFixture.now }, clock: { clock.withLock { $0 } })
        for _ in 0..<50 {
            #expect(await probe.takesWrites())
            clock.withLock { $0 += .milliseconds(99) }
        }
        #expect(store.writes == 1)
        clock.withLock { $0 += .milliseconds(50) }
        #expect(await probe.takesWrites())
        #expect(store.writes == 2)
        store.fail(true)
        clock.withLock { $0 += .seconds(5) }
        for _ in 0..<3 { #expect(await !probe.takesWrites()) }
        #expect(store.writes == 5)
        store.fail(false)
        #expect(await probe.takesWrites())
        await store.close()
        // What failed for others is known at once.
        #expect(await !probe.takesWrites())
    }

    @Test func `A fault is looked at again after a tenth of a second`() async throws {
        let clock = Mutex(ContinuousClock.now)
        let probe = Probe()
        let monitor = ReadinessMonitor(timeout: patient, now: { clock.withLock { $0 } }) { await probe.check() }
        probe.set([.vault])
        #expect(await monitor.readiness() == Readiness([.vault]))
        probe.set([])
        clock.withLock { $0 += .milliseconds(99) }
        #expect(await monitor.readiness() == Readiness([.vault]))
        clock.withLock { $0 += .milliseconds(1) }
        #expect(await monitor.readiness().isReady)
    }

    @Test func `A check that hangs becomes the fault itself`() async throws {
        let clock = Mutex(ContinuousClock.now)
        let probe = Probe()
        let monitor = ReadinessMonitor(timeout: .seconds(30), now: { clock.withLock { $0 } }) { await probe.check() }
        #expect(await monitor.readiness().isReady)
        clock.withLock { $0 += .seconds(2) }
        probe.hang()
        async let hanging = monitor.readiness()
        await probe.hasBegunToHang()
        #expect(await monitor.readiness().isReady)
        clock.withLock { $0 += patient }
        #expect(await monitor.readiness() == Readiness([.check]))
        probe.letGo()
        #expect(await hanging.isReady)
        #expect(await monitor.readiness().isReady)
    }

    @Test func `While a check is slow, the earlier result answers at once`() async throws {
        let clock = Mutex(ContinuousClock.now)
        let probe = Probe()
        let monitor = ReadinessMonitor(timeout: patient, now: { clock.withLock { $0 } }) { await probe.check() }
        #expect(await monitor.readiness().isReady)
        clock.withLock { $0 += .seconds(2) }
        probe.hang()
        // Nobody lets the check go before this has answered.
        #expect(await monitor.readiness().isReady)
        probe.set([.vault])
        probe.letGo()
        try await eventually("the next check") {
            clock.withLock { $0 += .seconds(2) }
            return await monitor.readiness() == Readiness([.vault])
        }
    }

    @Test func `All who ask during the first check wait for that one`() async throws {
        let probe = Probe()
        probe.hang()
        let monitor = ReadinessMonitor(timeout: patient, now: { .now }) { await probe.check() }
        await withTaskGroup(of: Readiness.self) { group in
            for _ in 0..<50 { group.addTask { await monitor.readiness() } }
            await probe.hasBegunToHang()
            probe.letGo()
            for await readiness in group { #expect(readiness.isReady) }
        }
        #expect(probe.asked == 1)
    }

    @Test func `A first check that hangs keeps nobody longer than its time, and is not made twice`() async throws {
        let probe = Probe()
        probe.hang()
        let monitor = ReadinessMonitor(timeout: .milliseconds(50), now: { .now }) { await probe.check() }
        await withTaskGroup(of: Readiness.self) { group in
            for _ in 0..<50 { group.addTask { await monitor.readiness() } }
            for await readiness in group { #expect(readiness == Readiness([.check])) }
        }
        #expect(probe.asked == 1)
        probe.letGo()
        try await eventually("the check has come back") { await monitor.readiness().isReady }
    }
}

/// Says what it is told and counts how often it is asked; hangs when it is told to, until let go.
private final class Probe: Sendable {
    private let state = Mutex((faults: Set<Readiness.Fault>(), asked: 0, hangs: false))
    private let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    private let (released, release) = AsyncStream.makeStream(of: Void.self)

    var asked: Int { state.withLock { $0.asked } }

    func set(_ faults: Set<Readiness.Fault>) { state.withLock { $0.faults = faults } }
    func hang() { state.withLock { $0.hangs = true } }
    func hasBegunToHang() async { _ = await begun.first { _ in true } }
    func letGo() {
        state.withLock { $0.hangs = false }
        release.finish()
    }

    func check() async -> Readiness {
        let (faults, hangs) = state.withLock { state in
            state.asked += 1
            return (state.faults, state.hangs)
        }
        if hangs {
            begin.yield()
            for await _ in released {}
        }
        return Readiness(faults)
    }
}
