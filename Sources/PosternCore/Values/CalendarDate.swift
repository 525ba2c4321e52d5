/// A moment as a date and a time of day, in UTC on the proleptic Gregorian calendar.
///
/// The arithmetic is Howard Hinnant's "chrono-compatible low-level date algorithms" (days from civil):
/// eras of 400 years, counted from March, so that the leap day comes last.
package struct CalendarDate: Hashable, Sendable {
    package let year, month, day, hour, minute, second: Int

    package init(_ moment: Timestamp) {
        let seconds = Int((Double(moment.milliseconds) / 1_000).rounded(.down))
        let days = Int((Double(seconds) / 86_400).rounded(.down))
        let rest = seconds - days * 86_400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60)
    }

    /// Midnight of a date; nil when there is no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        (self.year, self.month, self.day, hour, minute, second) = (year, month, day, 0, 0, 0)
        guard CalendarDate(Timestamp(seconds: Int64(daysSince1970) * 86_400)) == self else { return nil }
    }

    package var daysSince1970: Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// 0 is Sunday. 1970-01-01 was a Thursday.
    package var weekday: Int { ((daysSince1970 + 4) % 7 + 7) % 7 }
}

extension Timestamp {
    /// RFC 3339 in UTC with whole seconds, as in `2026-11-24T10:05:09Z`.
    package var rfc3339: String {
        let date = CalendarDate(self)
        return "\(Epoch(containing: self))T\(date.hour.padded(to: 2)):\(date.minute.padded(to: 2)):\(date.second.padded(to: 2))Z"
    }

    /// Reads what `rfc3339` writes, and the shorter forms that people type: `2026-11-24`, `2026-11-24T10:05Z`. Always UTC; nil
    /// for anything else.
    package init?(rfc3339 text: String) {
        let halves = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        let days = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { $0.number }
        guard days.count == 3, let year = days[0], let month = days[1], let day = days[2],
            let date = CalendarDate(year: year, month: month, day: day)
        else { return nil }
        var seconds = 0
        if halves.count == 2 {
            guard halves[1].last == "Z" else { return nil }
            let parts = halves[1].dropLast().split(separator: ":", omittingEmptySubsequences: false).map { $0.number }
            guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1],
                let second = parts.count == 3 ? parts[2] : 0, hour < 24, minute < 60, second < 60
            else { return nil }
            seconds = hour * 3_600 + minute * 60 + second
        }
        self.init(seconds: Int64(date.daysSince1970 * 86_400 + seconds))
    }

    /// RFC 5322 §3.3 date-time, as in `Tue, 24 Nov 2026 10:05:09 +0000`.
    package var rfc5322: String {
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let date = CalendarDate(self)
        let time = "\(date.hour.padded(to: 2)):\(date.minute.padded(to: 2)):\(date.second.padded(to: 2))"
        return "\(weekdays[date.weekday]), \(date.day) \(months[date.month - 1]) \(date.year.padded(to: 4)) \(time) +0000"
    }
}

extension Substring {
    /// At most four digits and nothing else.
    fileprivate var number: Int? {
        (1...4).contains(utf8.count) && utf8.allSatisfy(\.isASCIIDigit) ? Int(self) : nil
    }
}

extension Int {
    /// Decimal digits with leading zeros up to `width`.
    package func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
