/// One UTC day. Each epoch has its own letter, evidence and tag keys; destroying them deletes the day.
package struct Epoch: Hashable, Comparable, Sendable {
    /// Whole days since 1970-01-01.
    package let day: Int32

    package init(day: Int32) {
        self.day = day
    }

    package init(containing moment: Timestamp) {
        let length: Int64 = 86_400_000
        // Rounded down, so that a moment before 1970 belongs to its own day.
        let (day, rest) = moment.milliseconds.quotientAndRemainder(dividingBy: length)
        self.init(day: Int32(clamping: rest < 0 ? day - 1 : day))
    }

    package var start: Timestamp { Timestamp(milliseconds: Int64(day) * 86_400_000) }
    package var end: Timestamp { Timestamp(milliseconds: (Int64(day) + 1) * 86_400_000) }
    package var next: Epoch { Epoch(day: day + 1) }

    package static func < (left: Epoch, right: Epoch) -> Bool { left.day < right.day }

    /// Whether the time of this epoch's keys is over: its last moment is `retention` or longer ago.
    package func isOver(after retention: Duration, now: Timestamp) -> Bool {
        end + retention <= now
    }
}

extension Epoch: CustomStringConvertible {
    /// The calendar date, as in `2026-11-24`.
    package var description: String {
        let date = CalendarDate(start)
        return "\(date.year.padded(to: 4))-\(date.month.padded(to: 2))-\(date.day.padded(to: 2))"
    }

    /// Reads what `description` writes; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy(\.isASCIIDigit) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            let date = CalendarDate(year: year, month: month, day: day)
        else { return nil }
        self.init(day: Int32(clamping: date.daysSince1970))
    }
}
