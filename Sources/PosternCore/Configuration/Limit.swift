/// How many submissions may come from one client, to one recipient, or in all: `off`, or an optional burst and one or more
/// rates, as in `3,5/1h,20/1d`.
package struct Limit: Hashable, Sendable, CustomStringConvertible {
    package struct Rate: Hashable, Sendable {
        package let count: Int
        package let per: Duration

        package init(count: Int, per: Duration) {
            self.count = count
            self.per = per
        }
    }

    /// How many may come at once; nil means the first rate's count.
    package let burst: Int?
    /// Empty when the limit is off.
    package let rates: [Rate]

    package var isOff: Bool { rates.isEmpty }

    package static let off = Limit(burst: nil, rates: [])

    package init(burst: Int?, rates: [Rate]) {
        (self.burst, self.rates) = (burst, rates)
    }

    /// Nil unless the text is `off` or `[BURST,]COUNT/SPAN[,COUNT/SPAN…]` with counts from 1 to 1,000,000.
    package init?(_ text: String) {
        guard text != "off" else {
            self = .off
            return
        }
        var burst: Int?
        var rates: [Rate] = []
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let halves = part.split(separator: "/", omittingEmptySubsequences: false)
            guard let count = halves.first.flatMap({ Int($0) }), (1...1_000_000).contains(count) else { return nil }
            switch halves.count {
            case 1 where index == 0: burst = count
            case 2:
                guard let per = Duration(span: halves[1]) else { return nil }
                rates.append(Rate(count: count, per: per))
            default: return nil
            }
        }
        guard !rates.isEmpty else { return nil }
        (self.burst, self.rates) = (burst, rates)
    }

    package var description: String {
        guard !isOff else { return "off" }
        let parts = rates.map { "\($0.count)/\($0.per.span)" }
        return ((burst.map { ["\($0)"] } ?? []) + parts).joined(separator: ",")
    }
}
