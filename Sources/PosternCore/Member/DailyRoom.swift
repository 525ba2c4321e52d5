/// When a letter goes out to a member who takes so many a day: today while there is room, else on the next day that has room. No letter
/// overtakes one that waits already.
package enum DailyRoom {
    /// No letter waits longer than this: the last day takes all that is left.
    package static let mostDays: Int32 = 7

    /// - Parameters:
    ///   - limit: how many letters a day takes; at least 1.
    ///   - today: the day on which the letter is accepted.
    ///   - booked: how many letters have a place on a day already.
    /// - Returns: the day on which it is due.
    package static func day(limit: Int, today: Epoch, booked: [Epoch: Int]) -> Epoch {
        let last = Epoch(day: today.day + mostDays)
        // A day before it, from which a letter was dropped, stays free: the order counts for more than the place.
        let latest = booked.filter { $0.value > 0 && $0.key > today && $0.key <= last }.keys.max() ?? today
        return latest < last && booked[latest, default: 0] >= max(1, limit) ? latest.next : latest
    }
}
