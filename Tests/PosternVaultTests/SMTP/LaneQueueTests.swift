import Dispatch
import PosternCore
import PosternMail
import PosternTestSupport
import PosternVault
import Synchronization
import Testing

@Suite("A lane that hangs does not stop the letters of the others")
struct LaneQueueTests {
    /// Passes while a lane waits for a moment, and stands still otherwise.
    private final class Clock: Sendable {
        private let moment = Mutex(Timestamp(seconds: 1_800_000_000))
        private let sleeping = Mutex(0)

        var now: Timestamp { moment.withLock { $0 } }
        /// Lanes that wait for a signal alone.
        var sleepers: Int { sleeping.withLock { $0 } }

        func pass(_ span: Duration) { moment.withLock { $0 = $0 + span } }

        func wait(_ semaphore: DispatchSemaphore, _ longest: Duration?) -> Bool {
            guard let longest else {
                sleeping.withLock { $0 += 1 }
                defer { sleeping.withLock { $0 -= 1 } }
                return semaphore.wait(timeout: .distantFuture) == .success
            }
            if semaphore.wait(timeout: .now()) == .success { return true }
            moment.withLock { $0 = $0 + longest }
            return false
        }
    }

    private let clock = Clock()
    private let queue: LaneQueue

    init() {
        queue = LaneQueue(lanes: 3, now: { [clock] in clock.now }, wait: { [clock] in clock.wait($0, $1) })
    }

    private func send() throws -> Task<Outcome, Never> {
        let message = try MailSamples.composer().compose(MailSamples.mail(MailSamples.letter()))
        return Task { [queue] in await queue.submit(message) }
    }

    /// What a lane without a connection gets next, on a thread of its own.
    private func next(for lane: Int) async -> LaneQueue.Ticket? {
        await withCheckedContinuation { [queue] answer in
            DispatchQueue.global().async { answer.resume(returning: queue.next(for: lane, waitingAtMost: nil)) }
        }
    }

    @Test(.timeLimit(.minutes(40)))
    func `S5: what was turned away beside a lane that hangs is tried again a minute later, and so is what comes after it`()
        async throws
    {
        let letters = [try send(), try send()]
        let hanging = try #require(await next(for: 0))
        let refused = try #require(await next(for: 1))
        let sleeper = Task { await next(for: 2) }
        try await eventually("a lane sleeps") { clock.sleepers == 1 }
        var last = clock.now
        #expect(queue.turnedAway(1, .plain, with: refused))
        let again = try #require(await sleeper.value)
        #expect(clock.now.since(last) == .minutes(1) && queue.allowed == 2)
        // Now both of them hang, and the lane that was turned away is left.
        last = clock.now
        let late = try send()
        let ticket = try #require(await next(for: 1))
        #expect(clock.now.since(last) == .minutes(1) && queue.allowed == 3)
        let outcome = Outcome(.delivered, health: .reached, diagnosis: .init(stage: .finalDot, code: 250, text: "ok"))
        for ticket in [hanging, again, ticket] { ticket.settle(outcome) }
        for letter in letters + [late] { #expect(await letter.value == outcome) }
        queue.close()
    }

    // Otherwise the breaker hears nothing of a smarthost that is away for as long as one lane waits for an answer that never comes.
    @Test(.timeLimit(.minutes(40)))
    func `S5: a lane that hangs is no sign that the smarthost takes connections: what is turned away beside it counts`()
        async throws
    {
        let letters = [try send(), try send()]
        let hanging = try #require(await next(for: 0))
        let refused = try #require(await next(for: 1))
        clock.pass(.seconds(119))
        #expect(queue.turnedAway(1, .plain, with: refused))
        let again = try #require(await next(for: 1))
        #expect(!queue.turnedAway(1, .plain, with: again))
        let outcome = Outcome(.deferred, health: .trouble, diagnosis: .init(stage: .connect, text: "refused"))
        for ticket in [hanging, again] { ticket.settle(outcome) }
        for letter in letters { #expect(await letter.value == outcome) }
        queue.close()
    }
}
