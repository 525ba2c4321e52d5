import PosternCore
import Testing

struct AttemptThrottleTests {
    private let start = Timestamp(seconds: 1_795_514_709)

    @Test func `A few attempts are free, then each wait is twice the one before, up to the longest`() {
        var throttle = AttemptThrottle<String>(freeAttempts: 3, longest: .seconds(10))
        var (now, waits) = (start, [Duration]())
        for _ in 0..<9 {
            #expect(throttle.wait(for: "anna", at: now) == nil)
            throttle.begin("anna", at: now)
            let wait = throttle.wait(for: "anna", at: now) ?? .zero
            waits.append(wait)
            now = now + wait
        }
        #expect(waits == [0, 0, 1, 2, 4, 8, 10, 10, 10].map { .seconds($0) })
        #expect(throttle.wait(for: "berta", at: now) == nil)
    }

    @Test func `Many at once count as many`() {
        var throttle = AttemptThrottle<Int>(freeAttempts: 3, longest: .hours(1))
        for _ in 0..<5 where throttle.wait(for: 1, at: start) == nil { throttle.begin(1, at: start) }
        #expect(throttle.wait(for: 1, at: start) == .seconds(1))
    }

    @Test func `What succeeds is forgotten, and so is what was an hour ago`() {
        var throttle = AttemptThrottle<Int>(freeAttempts: 1, longest: .minutes(1))
        throttle.begin(1, at: start)
        #expect(throttle.wait(for: 1, at: start) != nil)
        throttle.succeeded(1)
        #expect(throttle.wait(for: 1, at: start) == nil)
        for second in 0..<200 where throttle.wait(for: 1, at: start + .seconds(second)) == nil {
            throttle.begin(1, at: start + .seconds(second))
        }
        throttle.begin(1, at: start + .hours(3))
        #expect(throttle.wait(for: 1, at: start + .hours(3)) == .seconds(1))
    }

    @Test func `A clock that was set back keeps nobody waiting for longer`() {
        var throttle = AttemptThrottle<Int>(freeAttempts: 1, longest: .seconds(30))
        for _ in 0..<20 { throttle.begin(1, at: start) }
        #expect(throttle.wait(for: 1, at: start - .days(300)) == .seconds(30))
    }

    @Test func `No crowd of names takes more memory than is set aside`() {
        var throttle = AttemptThrottle<Int>(freeAttempts: 1, longest: .seconds(30), most: 100)
        for key in 0..<10_000 { throttle.begin(key, at: start) }
        #expect((0..<10_000).filter { throttle.wait(for: $0, at: start) != nil }.count <= 100)
    }
}
