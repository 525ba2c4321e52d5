import PosternCore
import Testing

@Suite("A letter to a member who takes so many a day finds the day that has room")
struct DailyRoomTests {
    // The rule: today while there is room, else the first day after the letters that wait which has room; the last day takes the rest.
    @Test(
        arguments: [
            (limit: 2, booked: [:], day: 0),
            (2, [0: 1], 0),
            (2, [0: 2], 1),
            (2, [0: 3], 1),
            (2, [0: 2, 1: 1], 1),
            (2, [0: 2, 1: 2], 2),
            (1, [0: 1, 1: 1, 2: 1], 3),
            // A place that became free is not taken by who comes later: the order counts.
            (2, [0: 0, 1: 2], 2),
            (2, [0: 1, 2: 1], 2),
            // A limit that was raised since gives today's later letters no place before those that wait.
            (9, [0: 2, 1: 2], 1),
            // What came before today counts for nothing.
            (1, [-1: 5], 0),
            (1, [0: 1, 7: 4], 7),
            (1, [0: 1, 6: 1], 7),
            // Beyond what can be: a clock that was ahead.
            (1, [0: 1, 9: 1], 1),
            // Somebody has changed the store.
            (0, [0: 0], 0),
            (-3, [0: 1], 1),
        ] as [(limit: Int, booked: [Int32: Int], day: Int32)])
    func `The day`(limit: Int, booked: [Int32: Int], day: Int32) {
        let today = Epoch(day: 20_000)
        let booked = Dictionary(uniqueKeysWithValues: booked.map { (Epoch(day: today.day + $0.key), $0.value) })
        #expect(DailyRoom.day(limit: limit, today: today, booked: booked) == Epoch(day: today.day + day))
    }

    // The rule: whatever comes, nobody overtakes, and no day before the last has more than the limit.
    @Test(arguments: 1...5)
    func `A flood keeps its order`(limit: Int) {
        let today = Epoch(day: 20_000)
        var booked: [Epoch: Int] = [:]
        var days: [Epoch] = []
        for _ in 0..<60 {
            let day = DailyRoom.day(limit: limit, today: today, booked: booked)
            booked[day, default: 0] += 1
            days.append(day)
        }
        #expect(days == days.sorted())
        let last = Epoch(day: today.day + DailyRoom.mostDays)
        #expect(booked.filter { $0.key != last }.allSatisfy { $0.value == limit })
        #expect(days.last == last && booked.values.reduce(0, +) == 60)
    }
}
