/// One rate, by the generic cell rate algorithm (ITU-T I.371, "virtual scheduling"): each admission moves a theoretical arrival
/// time ahead by one interval, and that time may run at most `burst` intervals ahead of the clock.
///
/// So `burst` may come at once, and then one every `per / count`. There is no window, and no edge of a window to burst at. Time
/// is kept in units of 1/count ms: an interval of `per / count` ms is the whole number `per`, and nothing is ever rounded.
package struct RateGate: Hashable, Sendable {
    package let count: Int64
    /// Milliseconds until `count` more may come.
    package let per: Int64
    package let burst: Int64

    /// - Parameter scale: multiplies count and burst, for a prefix wider than a single client.
    package init(_ rate: Limit.Rate, burst: Int?, scale: Int = 1) {
        // In lowest terms: a million a day for each client would overflow the units of a /48.
        let common = Self.commonDivisor(Int64(scale), rate.per.milliseconds)
        count = Int64(rate.count) * (Int64(scale) / common)
        per = rate.per.milliseconds / common
        self.burst = Int64(burst ?? rate.count) * Int64(scale)
    }

    private static func commonDivisor(_ left: Int64, _ right: Int64) -> Int64 {
        right == 0 ? left : commonDivisor(right, left % right)
    }

    /// How far the arrival time is ahead of the clock, in units. Never more than the whole burst, even when the clock was set
    /// back.
    private func debt(_ arrival: Int64, at now: Timestamp) -> Int64 {
        min(max(arrival - now.milliseconds * count, 0), burst * per)
    }

    /// - Parameter cost: as how many it counts.
    package func admits(_ arrival: Int64, at now: Timestamp, cost: Int64 = 1) -> Bool {
        debt(arrival, at: now) <= (burst - min(cost, burst)) * per
    }

    /// The arrival time after one admission.
    package func admitted(_ arrival: Int64, at now: Timestamp, cost: Int64 = 1) -> Int64 {
        now.milliseconds * count + debt(arrival, at: now) + cost * per
    }

    /// The arrival time with one admission taken back. What has come back by itself in the meantime is not given twice.
    package func givenBack(_ arrival: Int64) -> Int64 {
        arrival - per
    }

    /// How long until one is admitted; zero when it would be now.
    package func wait(_ arrival: Int64, at now: Timestamp, cost: Int64 = 1) -> Duration {
        duration(max(debt(arrival, at: now) - (burst - min(cost, burst)) * per, 0))
    }

    /// How many more would be admitted at once.
    package func remaining(_ arrival: Int64, at now: Timestamp) -> Int {
        Int((burst * per - debt(arrival, at: now)) / per)
    }

    /// How long until one more than now would be admitted at once; zero when nothing is owed.
    package func untilNext(_ arrival: Int64, at now: Timestamp) -> Duration {
        let debt = debt(arrival, at: now)
        return duration(debt == 0 ? 0 : debt - (debt - 1) / per * per)
    }

    /// The arrival time by a clock that was set back: what was owed is still owed, and comes back at the same pace.
    package func setBack(_ arrival: Int64, by milliseconds: Int64) -> Int64 {
        arrival - milliseconds * count
    }

    /// Whether nothing is owed any more, so that the arrival time need not be kept.
    package func isSettled(_ arrival: Int64, at now: Timestamp) -> Bool {
        debt(arrival, at: now) == 0
    }

    /// How long until nothing is owed.
    package func untilSettled(_ arrival: Int64, at now: Timestamp) -> Duration {
        duration(debt(arrival, at: now))
    }

    /// The arrival time of which nothing is owed any more in that long.
    package func arrival(settledIn wait: Duration, at now: Timestamp) -> Int64 {
        (now.milliseconds + min(wait.milliseconds, burst * per)) * count
    }

    /// Rounded up: a client that waits this long is admitted.
    private func duration(_ units: Int64) -> Duration {
        .milliseconds((units + count - 1) / count)
    }
}

/// All rates of one limit. A letter passes when every rate admits it.
package struct RateGates: Hashable, Sendable {
    /// Empty: the limit is off, and admits everything.
    package let gates: [RateGate]

    /// The burst belongs to the first rate; every other rate's burst is its count.
    package init(_ limit: Limit, scale: Int = 1) {
        gates = limit.rates.enumerated().map { RateGate($0.element, burst: $0.offset == 0 ? limit.burst : nil, scale: scale) }
    }

    package var isOff: Bool { gates.isEmpty }

    /// The arrival times of a key that was never seen.
    package var fresh: [Int64] { Array(repeating: .min / 4, count: gates.count) }

    package func admits(_ arrivals: [Int64], at now: Timestamp, cost: Int64 = 1) -> Bool {
        zip(gates, arrivals).allSatisfy { $0.admits($1, at: now, cost: cost) }
    }

    package func admitted(_ arrivals: [Int64], at now: Timestamp, cost: Int64 = 1) -> [Int64] {
        zip(gates, arrivals).map { $0.admitted($1, at: now, cost: cost) }
    }

    package func givenBack(_ arrivals: [Int64]) -> [Int64] {
        zip(gates, arrivals).map { $0.givenBack($1) }
    }

    package func setBack(_ arrivals: [Int64], by milliseconds: Int64) -> [Int64] {
        zip(gates, arrivals).map { $0.setBack($1, by: milliseconds) }
    }

    package func wait(_ arrivals: [Int64], at now: Timestamp, cost: Int64 = 1) -> Duration {
        zip(gates, arrivals).map { $0.wait($1, at: now, cost: cost) }.max() ?? .zero
    }

    package func isSettled(_ arrivals: [Int64], at now: Timestamp) -> Bool {
        zip(gates, arrivals).allSatisfy { $0.isSettled($1, at: now) }
    }

    package func untilSettled(_ arrivals: [Int64], at now: Timestamp) -> Duration {
        zip(gates, arrivals).map { $0.untilSettled($1, at: now) }.max() ?? .zero
    }

    /// By the rate that leaves fewest; among equals, by the one that takes longest.
    package func remaining(_ arrivals: [Int64], at now: Timestamp) -> (count: Int, reset: Duration) {
        zip(gates, arrivals).map { ($0.remaining($1, at: now), $0.untilNext($1, at: now)) }
            .min { ($0.0, $1.1) < ($1.0, $0.1) } ?? (.max, .zero)
    }
}
