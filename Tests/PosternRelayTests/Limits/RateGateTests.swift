import PosternCore
import PosternRelay
import PosternTestSupport
import Testing

@Suite("A rate admits a burst and then one every interval, to the millisecond")
struct RateGateTests {
    private let start = Timestamp(seconds: 1_795_514_709)

    private func admitted(_ limit: String, at offsets: [Int64]) throws -> [Bool] {
        let gates = RateGates(try #require(Limit(limit)))
        var arrivals = gates.fresh
        return offsets.map { offset in
            let now = start + .milliseconds(offset)
            guard gates.admits(arrivals, at: now) else { return false }
            arrivals = gates.admitted(arrivals, at: now)
            return true
        }
    }

    // 5 an hour are one every 12 minutes: 720,000 ms.
    @Test(
        arguments: [
            ("3,5/1h", [0, 0, 0, 0, 719_999, 720_000, 720_001], [true, true, true, false, false, true, false]),
            // There is no window and no edge of one: an hour later there are three again, and not five more.
            ("3,5/1h", [0, 0, 0, 3_600_000, 3_600_000, 3_600_000, 3_600_000], [true, true, true, true, true, true, false]),
            // Without a burst the count is the burst.
            ("2/1m", [0, 0, 0, 30_000, 30_000], [true, true, false, true, false]),
            // Seven a minute is one every 8,571.43 ms: the fraction is kept, and coming late gains nothing.
            ("1,7/1m", [0, 8_571, 8_572, 17_143, 17_144], [true, false, true, false, true]),
            // Both rates must admit.
            ("2,60/1h,3/1d", [0, 0, 60_000, 120_000, 180_000], [true, true, true, false, false]),
            ("off", [0, 0, 0], [true, true, true]),
        ] as [(String, [Int64], [Bool])])
    func `Letters at these moments are admitted or not`(limit: String, offsets: [Int64], expected: [Bool]) throws {
        #expect(try admitted(limit, at: offsets) == expected)
    }

    @Test(arguments: ["3,5/1h,20/1d", "1,7/1m", "10/1h,50/1d", "1/1s", "250,1000/1h", "2,3/7s,11/61s"])
    func `Over a hundred thousand random moments it admits exactly what an exact count does`(text: String) throws {
        let limit = try #require(Limit(text))
        let gates = RateGates(limit)
        var (exact, arrivals, now) = (ExactLimit(limit), gates.fresh, start)
        var randomness = SeededRandomness(seed: UInt64(text.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) }))
        let longest = try #require(limit.rates.map { $0.per.milliseconds / Int64($0.count) }.max())
        var count = 0
        for _ in 0..<100_000 {
            // Now and then a pause; mostly a crowd.
            let isPause = Int.random(in: 0...9, using: &randomness) == 0
            let step = Int64.random(in: 0...(isPause ? longest * 2 : longest / 4 + 1), using: &randomness)
            now = now + .milliseconds(step)
            let isAdmitted = gates.admits(arrivals, at: now)
            if isAdmitted {
                arrivals = gates.admitted(arrivals, at: now)
                count += 1
            }
            guard isAdmitted == exact.admits(at: now) else {
                Issue.record("\(text) differs at \(now.milliseconds)")
                return
            }
        }
        #expect(count > 1_000)
    }

    @Test func `A client that waits as long as it was told is admitted, and not a millisecond earlier`() throws {
        let gates = RateGates(try #require(Limit("3,7/1h,20/1d")))
        var arrivals = gates.fresh
        for _ in 0..<3 { arrivals = gates.admitted(arrivals, at: start) }
        let wait = gates.wait(arrivals, at: start)
        #expect(wait > .zero)
        #expect(gates.admits(arrivals, at: start + wait))
        #expect(!gates.admits(arrivals, at: start + wait - .milliseconds(1)))
    }

    @Test func `What remains is what is admitted at once`() throws {
        let gates = RateGates(try #require(Limit("3,5/1h,20/1d")))
        var arrivals = gates.fresh
        #expect(gates.remaining(arrivals, at: start) == (3, .zero))
        arrivals = gates.admitted(arrivals, at: start)
        let standing = gates.remaining(arrivals, at: start)
        #expect(standing.count == 2)
        #expect(standing.reset == .minutes(12))
        #expect(gates.remaining(arrivals, at: start + standing.reset).count == 3)
    }

    @Test func `A clock set back by a day owes no more than the whole burst`() throws {
        let gates = RateGates(try #require(Limit("3,5/1h")))
        let arrivals = gates.admitted(gates.fresh, at: start)
        let before = start - .days(1)
        #expect(!gates.admits(arrivals, at: before))
        #expect(gates.wait(arrivals, at: before) == .minutes(12))
    }

    // The largest setting there may be, for the widest network: no number overflows, and the rate is the one that was set.
    @Test func `A million a day is sixteen million for a wide network`() throws {
        let limit = try #require(Limit("1000000/1d"))
        let gates = RateGates(limit, scale: LimitTable.widestScale)
        var arrivals = gates.fresh
        #expect(gates.remaining(arrivals, at: start) == (16_000_000, .zero))
        arrivals = gates.admitted(arrivals, at: start)
        #expect(gates.remaining(arrivals, at: start).count == 15_999_999)
        #expect(gates.remaining(arrivals, at: start + .milliseconds(6)).count == 16_000_000)
    }

    @Test func `What is given back may be used again, once`() throws {
        let gates = RateGates(try #require(Limit("1/1h")))
        let arrivals = gates.admitted(gates.fresh, at: start)
        let back = gates.givenBack(arrivals)
        #expect(gates.admits(back, at: start))
        #expect(!gates.admits(gates.admitted(back, at: start), at: start))
    }
}
