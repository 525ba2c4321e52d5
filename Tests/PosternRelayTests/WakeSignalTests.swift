import PosternRelay
import PosternTestSupport
import Testing

@Suite("A wake signal loses nobody who waits for it", .timeLimit(.minutes(40)))
struct WakeSignalTests {
    /// Longer than the suite may take: only a signal or a cancellation ends such a wait.
    private static let longest = Duration.seconds(3_600)

    @Test func `All who wait are woken, not only the last`() async throws {
        let signal = WakeSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await signal.wait(for: Self.longest) } }
            try await eventually("all wait") { signal.waiting == 20 }
            signal.signal()
            try await group.waitForAll()
        }
        #expect(signal.waiting == 0)
    }

    @Test func `A signal that came before the wait ends it at once, and only one`() async throws {
        let signal = WakeSignal()
        signal.signal()
        signal.signal()
        await signal.wait(for: Self.longest)
        await signal.wait(for: .milliseconds(1))
        #expect(signal.waiting == 0)
    }

    @Test func `A cancellation wakes its own waiter alone, at whatever moment it comes`() async throws {
        let signal = WakeSignal()
        let other = Task { await signal.wait(for: Self.longest) }
        try await eventually("the other waits") { signal.waiting == 1 }
        for _ in 0..<2_000 {
            let waiter = Task { await signal.wait(for: Self.longest) }
            waiter.cancel()
            await waiter.value
        }
        #expect(signal.waiting == 1)
        signal.signal()
        await other.value
    }

    @Test func `Signals, cancellations and alarms at once end every wait`() async throws {
        let signal = WakeSignal()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2_000 {
                group.addTask { await signal.wait(for: .microseconds(number % 50 * 20)) }
                if number % 3 == 0 { group.addTask { signal.signal() } }
                if number % 7 == 0 {
                    group.addTask {
                        let waiter = Task { await signal.wait(for: .milliseconds(1)) }
                        waiter.cancel()
                        await waiter.value
                    }
                }
            }
        }
        #expect(signal.waiting == 0)
    }
}
