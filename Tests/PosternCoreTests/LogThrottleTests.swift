import PosternCore
import Testing

struct LogThrottleTests {
    @Test func `One line an interval, and each says how many were kept back`() {
        var throttle = LogThrottle(interval: .seconds(1))
        let answers = [0, 1, 500, 999, 1_000, 1_500, 3_000, 3_001].map { throttle.admit(at: .milliseconds($0)) }
        #expect(answers == [0, nil, nil, nil, 3, nil, 1, nil])
    }
}
