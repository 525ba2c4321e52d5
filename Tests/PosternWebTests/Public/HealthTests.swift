import Hummingbird
import HummingbirdTesting
import PosternTestSupport
import PosternWeb
import Synchronization
import Testing

struct HealthTests {
    @Test func `Live says that the process runs, and ready says which part fails`() async throws {
        let readiness = FakeReadiness([ReadinessFault(part: "vault", summary: "It does not answer.")])
        try await withPublicListener(.validating, readiness: readiness) { client in
            let live = try await client.execute(uri: "/live", method: .get) { $0 }
            #expect(live.status == .ok)
            #expect(try live.object()["status"] as? String == "live")
            let ready = try await client.execute(uri: "/ready", method: .get) { $0 }
            #expect(ready.status == .serviceUnavailable)
            let object = try ready.object()
            #expect(object["status"] as? String == "not ready")
            #expect(object["faults"] as? [[String: String]] == [["part": "vault", "summary": "It does not answer."]])
        }
    }

    @Test func `Ready without a fault is 200`() async throws {
        let ready = try await withPublicListener(.validating) { try await $0.execute(uri: "/ready", method: .get) { $0 } }
        #expect(ready.status == .ok)
        #expect(try ready.object()["status"] as? String == "ready")
    }

    @Test func `A check is remembered for a second`() async throws {
        let clock = Mutex(ContinuousClock.now)
        let readiness = FakeReadiness()
        let memory = ReadinessMemory(readiness, now: { clock.withLock { $0 } })
        #expect(await memory.faults().isEmpty)
        readiness.set([ReadinessFault(part: "store", summary: "Full.")])
        clock.withLock { $0 += .milliseconds(999) }
        #expect(await memory.faults().isEmpty)
        #expect(readiness.asked == 1)
        clock.withLock { $0 += .milliseconds(1) }
        #expect(await memory.faults().map(\.part) == ["store"])
        #expect(readiness.asked == 2)
    }

    @Test func `A failed check is repeated after a tenth of a second`() async throws {
        let clock = Mutex(ContinuousClock.now)
        let readiness = FakeReadiness([ReadinessFault(part: "vault", summary: "Not yet.")])
        let memory = ReadinessMemory(readiness, now: { clock.withLock { $0 } })
        #expect(await memory.faults().map(\.part) == ["vault"])
        readiness.set([])
        clock.withLock { $0 += .milliseconds(99) }
        #expect(await memory.faults().map(\.part) == ["vault"])
        clock.withLock { $0 += .milliseconds(1) }
        #expect(await memory.faults().isEmpty)
    }

    @Test func `A check that hangs is reported as a fault`() async throws {
        let clock = Mutex(ContinuousClock.now)
        let readiness = HangingReadiness()
        let memory = ReadinessMemory(readiness, now: { clock.withLock { $0 } })
        #expect(await memory.faults().isEmpty)
        clock.withLock { $0 += .seconds(2) }
        async let hanging = memory.faults()
        await readiness.hasBegunToHang()
        #expect(await memory.faults().isEmpty)
        clock.withLock { $0 += .seconds(5) }
        #expect(await memory.faults().map(\.part) == ["check"])
        readiness.letGo()
        #expect(await hanging.isEmpty)
        #expect(await memory.faults().isEmpty)
    }

    @Test func `Whoever asks while the first check runs waits for that one`() async throws {
        let readiness = SlowReadiness()
        let memory = ReadinessMemory(readiness, now: { .now })
        await withTaskGroup(of: [ReadinessFault].self) { group in
            for _ in 0..<50 { group.addTask { await memory.faults() } }
            await readiness.hasBegun()
            readiness.letGo()
            for await faults in group { #expect(faults.isEmpty) }
        }
        #expect(readiness.asked == 1)
    }

    @Test func `A first check that hangs keeps nobody longer than its time, and is not made twice`() async throws {
        let readiness = SlowReadiness()
        let memory = ReadinessMemory(readiness, timeout: .milliseconds(50), now: { .now })
        await withTaskGroup(of: [ReadinessFault].self) { group in
            for _ in 0..<50 { group.addTask { await memory.faults() } }
            for await faults in group { #expect(faults.map(\.part) == ["check"]) }
        }
        #expect(readiness.asked == 1)
        readiness.letGo()
        try await eventually("the check has come back") { await memory.faults().isEmpty }
    }
}

/// Hangs until let go.
private final class SlowReadiness: Readiness {
    private let count = Mutex(0)
    private let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    private let (released, release) = AsyncStream.makeStream(of: Void.self)

    var asked: Int { count.withLock { $0 } }

    func check() async -> [ReadinessFault] {
        count.withLock { $0 += 1 }
        begin.yield()
        for await _ in released {}
        return []
    }

    func hasBegun() async { _ = await begun.first { _ in true } }
    func letGo() { release.finish() }
}

/// Answers once, then hangs until let go.
private final class HangingReadiness: Readiness {
    private let asked = Mutex(0)
    private let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    private let (released, release) = AsyncStream.makeStream(of: Void.self)

    func check() async -> [ReadinessFault] {
        let count = asked.withLock { asked in
            asked += 1
            return asked
        }
        if count == 2 {
            begin.yield()
            _ = await released.first { _ in true }
        }
        return []
    }

    func hasBegunToHang() async { _ = await begun.first { _ in true } }
    func letGo() { release.yield() }
}
