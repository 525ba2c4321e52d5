/// What is counted for the charts of staff, an hour at a time. The raw value is what the store says.
package enum ChartSeries: String, Sendable, CaseIterable {
    /// Submissions by verdict.
    case accepted = "accept"
    case held = "hold"
    case refused = "refuse"
    /// Tries to deliver, by outcome.
    case delivered, deferred, failed, uncertain
    case ourFault = "our-fault"
    /// The most deliveries that waited or were held at once, and the greatest age of the oldest of them in seconds.
    case waiting, oldest

    /// Of an hour, what was highest; of the others the sum.
    package var isLevel: Bool { self == .waiting || self == .oldest }
}

/// How much of the past a chart shows. The raw value is what addresses of pages say.
package enum ChartSpan: String, Sendable, CaseIterable {
    case day, week
    case quarter = "90-days"

    /// How many parts it has, and how long each is.
    package var parts: Int {
        switch self {
        case .day: 24
        case .week: 28
        case .quarter: 90
        }
    }

    package var part: Duration {
        switch self {
        case .day: .hours(1)
        case .week: .hours(6)
        case .quarter: .days(1)
        }
    }

    /// When the parts begin, oldest first; the last one is still going on. In UTC, as the days of tags are.
    package func starts(at now: Timestamp) -> [Timestamp] {
        let length = part.milliseconds
        let last = now.milliseconds / length * length
        return (0..<parts).map { Timestamp(milliseconds: last - Int64(parts - 1 - $0) * length) }
    }
}

/// What was counted in one hour.
package struct HourlyFigure: Equatable, Sendable {
    package let hour: Timestamp
    package let series: ChartSeries
    package let value: Int

    package init(hour: Timestamp, series: ChartSeries, value: Int) {
        (self.hour, self.series, self.value) = (hour, series, value)
    }
}

extension Timestamp {
    /// When its hour began, in UTC.
    package var hour: Timestamp { Timestamp(milliseconds: milliseconds / 3_600_000 * 3_600_000) }
}
