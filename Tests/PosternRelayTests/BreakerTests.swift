import PosternCore
import PosternRelay
import Testing

@Suite("The breaker spares a smarthost that refuses us, and finds out when it works again")
struct BreakerTests {
    static let start = Timestamp(seconds: 1_800_000_000)

    private func opened() -> Breaker {
        var breaker = Breaker()
        for _ in 0..<5 { breaker.record(.trouble, at: Self.start) }
        return breaker
    }

    @Test func `Four troubles leave it closed, the fifth opens it for 30 s`() {
        var breaker = Breaker()
        for _ in 0..<4 {
            breaker.record(.trouble, at: Self.start)
            #expect(breaker.allowance(at: Self.start) == .everything)
        }
        breaker.record(.trouble, at: Self.start)
        #expect(breaker.allowance(at: Self.start) == .nothing(until: Self.start + .seconds(30)))
        #expect(breaker.allowance(at: Self.start + .seconds(30)) == .probe)
    }

    @Test func `M10: a person who says that the smarthost is back gets a probe at once, and the waits begin again`() {
        var breaker = opened()
        let moment = Self.start + .seconds(1)
        breaker.probeSoon(at: moment)
        #expect(breaker.allowance(at: moment) == .probe)
        breaker.probeBegan(at: moment)
        // One probe at a time.
        breaker.probeSoon(at: moment)
        if case .nothing = breaker.allowance(at: moment) {} else { Issue.record("a second probe was allowed") }
        breaker.record(.trouble, at: moment)
        #expect(breaker.allowance(at: moment) == .nothing(until: moment + .minutes(1)))
        // One that hangs keeps nobody who asks.
        breaker.probeBegan(at: moment + .minutes(1))
        breaker.probeSoon(at: moment + .minutes(3))
        #expect(breaker.allowance(at: moment + .minutes(3)) == .probe)
        var closed = Breaker()
        closed.probeSoon(at: moment)
        #expect(closed.allowance(at: moment) == .everything)
    }

    @Test func `A refusal of single letters never opens it`() {
        var breaker = Breaker()
        for _ in 0..<1_000 { breaker.record(.reached, at: Self.start) }
        #expect(!breaker.isOpen)
    }

    @Test func `One success in between starts the count again`() {
        var breaker = Breaker()
        for _ in 0..<10 {
            for _ in 0..<4 { breaker.record(.trouble, at: Self.start) }
            breaker.record(.reached, at: Self.start)
        }
        #expect(!breaker.isOpen)
    }

    @Test func `Failed probes wait 30 s, 1 m, 2 m, 4 m, 8 m and then 10 m each`() {
        var breaker = opened()
        var now = Self.start
        for seconds in [30, 60, 120, 240, 480, 600, 600, 600] as [Int64] {
            #expect(breaker.allowance(at: now + .seconds(seconds) - .milliseconds(1)) != .probe)
            now = now + .seconds(seconds)
            #expect(breaker.allowance(at: now) == .probe)
            breaker.probeBegan(at: now)
            #expect(breaker.allowance(at: now) != .probe, "only one letter is the probe")
            breaker.record(.trouble, at: now)
        }
    }

    @Test func `A probe that reaches the smarthost closes it`() {
        var breaker = opened()
        breaker.probeBegan(at: Self.start + .seconds(30))
        breaker.record(.reached, at: Self.start + .seconds(31))
        #expect(breaker.allowance(at: Self.start + .seconds(31)) == .everything)
    }

    @Test func `A probe that never dialled lets the next letter be one`() {
        var breaker = opened()
        let now = Self.start + .seconds(30)
        breaker.probeBegan(at: now)
        breaker.record(.unknown, at: now)
        #expect(breaker.allowance(at: now) == .probe)
    }

    @Test func `A probe whose outcome never comes does not keep the queue shut`() {
        var breaker = opened()
        let now = Self.start + .seconds(30)
        breaker.probeBegan(at: now)
        #expect(breaker.allowance(at: now + Breaker.probeTimeout) == .probe)
    }

    @Test func `A clock that is set back a day does not keep it open for a day`() {
        let breaker = opened()
        #expect(breaker.allowance(at: Self.start - .days(1)) == .probe)
    }

    @Test func `Trouble from attempts that were under way when it opened changes nothing`() {
        var breaker = opened()
        breaker.record(.trouble, at: Self.start + .seconds(5))
        #expect(breaker.allowance(at: Self.start + .seconds(30)) == .probe)
    }
}
