import PosternWeb
import Testing

struct ConnectionClockTests {
    private let start = ContinuousClock.now
    private let limits = WebLimits()

    @Test func `A new connection has ten seconds for its first head`() {
        var clock = ConnectionClock(limits: limits, openedAt: start)
        clock.bytesArrived(at: start + .seconds(9))
        let seen1 = clock.timeCame(at: start + .seconds(9))
        #expect(seen1 == .nothing)
        let seen2 = clock.timeCame(at: start + .seconds(10))
        #expect(seen2 == .close)
        let seen3 = clock.deadline
        #expect(seen3 == nil)
    }

    @Test func `Bytes of a head do not extend its time`() {
        var clock = ConnectionClock(limits: limits, openedAt: start)
        for second in 1..<10 { clock.bytesArrived(at: start + .seconds(second)) }
        let seen4 = clock.deadline
        #expect(seen4 == start + .seconds(10))
    }

    @Test func `A body has twenty seconds from the end of the head`() {
        var clock = ConnectionClock(limits: limits, openedAt: start)
        clock.headEnded(at: start + .seconds(3))
        for second in 4..<23 { clock.bytesArrived(at: start + .seconds(second)) }
        let seen5 = clock.deadline
        #expect(seen5 == start + .seconds(23))
        let seen6 = clock.timeCame(at: start + .seconds(23))
        #expect(seen6 == .failBody)
        let seen13 = clock.isLingering
        #expect(seen13)
        let seen7 = clock.timeCame(at: start + .seconds(25))
        #expect(seen7 == .close)
    }

    @Test func `An answer that is not fetched has thirty seconds for each part`() {
        var clock = ConnectionClock(limits: limits, openedAt: start)
        clock.headEnded(at: start)
        clock.requestEnded()
        clock.writing(isPossible: false, at: start + .seconds(1))
        clock.writing(isPossible: false, at: start + .seconds(20))
        let stalled = clock.deadline
        #expect(stalled == start + .seconds(31))
        clock.writing(isPossible: true, at: start + .seconds(30))
        let resting = clock.deadline
        #expect(resting == nil)
        clock.writing(isPossible: false, at: start + .seconds(40))
        let early = clock.timeCame(at: start + .seconds(69))
        #expect(early == .nothing)
        let late = clock.timeCame(at: start + .seconds(70))
        #expect(late == .close)
        let over = clock.deadline
        #expect(over == nil)
    }

    @Test func `No time runs between requests, and the next one has its full time`() {
        var clock = ConnectionClock(limits: limits, openedAt: start)
        clock.headEnded(at: start)
        clock.requestEnded()
        let seen8 = clock.deadline
        #expect(seen8 == nil)
        let seen9 = clock.timeCame(at: start + .seconds(3_600))
        #expect(seen9 == .nothing)
        clock.bytesArrived(at: start + .seconds(3_600))
        let seen10 = clock.deadline
        #expect(seen10 == start + .seconds(3_610))
    }

    @Test func `An answer that ends too late does not give a closed connection more time`() {
        var clock = ConnectionClock(limits: limits, openedAt: start)
        let late = clock.timeCame(at: start + .seconds(10))
        #expect(late == .close)
        clock.closingAnswerEnded(at: start + .seconds(11))
        let (lingers, deadline) = (clock.isLingering, clock.deadline)
        #expect(!lingers && deadline == nil)
    }

    @Test func `An answer that closes the connection can be fetched for two seconds`() {
        var clock = ConnectionClock(limits: limits, openedAt: start)
        clock.headEnded(at: start)
        clock.closingAnswerEnded(at: start + .seconds(1))
        let seen14 = clock.isLingering
        #expect(seen14)
        clock.headEnded(at: start + .seconds(1))
        clock.requestEnded()
        let seen11 = clock.timeCame(at: start + .seconds(2))
        #expect(seen11 == .nothing)
        let seen12 = clock.timeCame(at: start + .seconds(3))
        #expect(seen12 == .close)
    }
}
