import PosternCore

/// The same limit counted in another way, with exact fractions: a bucket of `burst` that fills by `count` every `per`. Slow and
/// simple, so that it can be trusted.
struct ExactLimit {
    private struct Bucket {
        let rate: Limit.Rate
        let burst: Int
        /// Letters missing from a full bucket, in units of 1/per, which are whole numbers.
        var missing: Int64 = 0
        var at: Timestamp?

        mutating func run(to now: Timestamp) {
            guard let last = at else {
                at = now
                return
            }
            let elapsed = max(0, now.milliseconds - last.milliseconds)
            missing = max(0, missing - elapsed * Int64(rate.count))
            at = max(last, now)
        }

        /// Whether a whole letter is left in the bucket.
        var admits: Bool { missing <= Int64(burst - 1) * rate.per.milliseconds }
    }

    private var buckets: [Bucket]

    init(_ limit: Limit) {
        buckets = limit.rates.enumerated().map { index, rate in
            Bucket(rate: rate, burst: index == 0 ? limit.burst ?? rate.count : rate.count)
        }
    }

    mutating func admits(at now: Timestamp) -> Bool {
        for index in buckets.indices { buckets[index].run(to: now) }
        guard buckets.allSatisfy(\.admits) else { return false }
        for index in buckets.indices { buckets[index].missing += buckets[index].rate.per.milliseconds }
        return true
    }
}
