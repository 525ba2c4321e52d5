import PosternCore
import PosternVault
import Testing

@Suite("How many connections the smarthost gets: fewer at once, more again one by one")
struct LaneLimitTests {
    static let start = Timestamp(seconds: 1_800_000_000)

    /// What happens, at which second after the start.
    enum Step: Sendable {
        /// A connection was turned away while so many others had one.
        case away(Int64, others: Int)
        case worked
        /// A letter waits, and an idle lane asks to make a connection.
        case wish(Int64)
    }

    // Eight lanes. Steps → how many may have a connection.
    @Test(
        arguments: [
            ([], 8), ([.wish(9_999)], 8), ([.worked], 8),
            // A wave: each that is turned away sees fewer others.
            ([.away(0, others: 7), .away(0, others: 6), .away(0, others: 5)], 5), ([.away(0, others: 2)], 2),
            // What was known does not grow by a later refusal.
            ([.away(0, others: 2), .away(1, others: 7)], 2),
            // One more after a minute, not before, and then after a minute again.
            ([.away(0, others: 2), .wish(59)], 2), ([.away(0, others: 2), .wish(60)], 3),
            ([.away(0, others: 2), .wish(60), .wish(61)], 3), ([.away(0, others: 2), .wish(60), .wish(120)], 4),
            // The one more is turned away: two minutes, then four.
            ([.away(0, others: 2), .wish(60), .away(60, others: 2), .wish(179)], 2),
            ([.away(0, others: 2), .wish(60), .away(60, others: 2), .wish(180)], 3),
            ([.away(0, others: 2), .wish(60), .away(60, others: 2), .wish(180), .away(180, others: 2), .wish(419)], 2),
            ([.away(0, others: 2), .wish(60), .away(60, others: 2), .wish(180), .away(180, others: 2), .wish(420)], 3),
            // A wave that follows doubles nothing.
            ([.away(0, others: 4), .away(0, others: 3), .away(0, others: 2), .wish(60)], 3),
            // The last of all was turned away: the smarthost is away, and when it is back it gets all lanes.
            ([.away(0, others: 1), .away(0, others: 0)], 1), ([.away(0, others: 1), .away(0, others: 0), .worked], 8),
            ([.away(0, others: 2), .worked], 2),
            // A clock that was set back keeps nothing waiting for a day.
            ([.away(86_400, others: 2), .wish(0)], 3),
        ] as [([Step], Int)])
    func `S5: the limit follows the table`(steps: [Step], allowed: Int) {
        var limit = LaneLimit(most: 8)
        for step in steps {
            switch step {
            case .away(let second, let others): limit.turnedAway(others: others, at: Self.start + .seconds(second))
            case .worked: limit.worked()
            case .wish(let second): _ = limit.tryOneMore(at: Self.start + .seconds(second))
            }
        }
        #expect(limit.allowed == allowed)
    }

    @Test func `S5: a smarthost that always allows two is tried less and less often, and never with fewer than two`() {
        var limit = LaneLimit(most: 8)
        limit.turnedAway(others: 2, at: Self.start)
        var tried: [Int64] = []
        for second in 1...Int64(7_200) where limit.tryOneMore(at: Self.start + .seconds(second)) {
            #expect(limit.allowed == 3)
            limit.turnedAway(others: 2, at: Self.start + .seconds(second))
            tried.append(second)
        }
        #expect(tried.prefix(5) == [60, 180, 420, 900, 1_860])
        #expect(zip(tried, tried.dropFirst()).allSatisfy { $1 - $0 <= 960 })
    }

    @Test func `S5: a smarthost that allows all again has all within minutes`() {
        var limit = LaneLimit(most: 8)
        limit.turnedAway(others: 2, at: Self.start)
        var second: Int64 = 0
        while limit.allowed < 8, second < 3_600 {
            second += 1
            _ = limit.tryOneMore(at: Self.start + .seconds(second))
        }
        #expect(second == 360)
        let isStill = !limit.tryOneMore(at: Self.start + .days(1))
        #expect(isStill && limit.allowed == 8)
    }
}
