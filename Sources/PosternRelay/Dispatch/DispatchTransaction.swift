internal import PosternCore
internal import PosternStore

/// One transaction of the dispatcher: settle what has come in, give back what was not taken, end leases that are over when it
/// is time to look for them, claim what lanes are free for. Every decision is made before, so that it may be run twice.
struct DispatchTransaction: Sendable {
    struct Settling: Sendable {
        let id: LetterID
        let lease: LeaseID
        let settlement: Settlement
    }

    struct Returning: Sendable {
        let id: LetterID
        let lease: LeaseID
    }

    struct Result: Sendable {
        let claimed: [DeliveryJob]
        /// Outcomes whose lease was over.
        let late: [LetterID]
        let expiredLeases: Int
        /// Deliveries that a clock set back would have kept waiting.
        let recovered: Int
        let soonest: Timestamp?
    }

    let settlements: [Settling]
    let returns: [Returning]
    let claim: Int
    let lease: LeaseID
    let leaseUntil: Timestamp
    let lifetime: Duration
    /// It is time to look for leases that are over, and for what waits longer than `longestWait`.
    let isLook: Bool
    /// How long the schedule has anything wait at most.
    let longestWait: Duration
    let now: Timestamp

    /// Bites of old letters that one transaction gives up; the others can wait for the next.
    private static let mostBites = 100

    func run(_ transaction: any Transaction) throws -> Result {
        let queue = transaction.queue
        var late: [LetterID] = []
        for settling in settlements {
            let isOurs = try queue.settle(settling.id, under: settling.lease, as: settling.settlement)
            if !isOurs { late.append(settling.id) }
        }
        for returning in returns {
            try queue.unclaim(returning.id, under: returning.lease)
        }
        var (expiredLeases, recovered) = (0, 0)
        if isLook {
            expiredLeases = try queue.expireLeases(at: now)
            recovered = try queue.recoverFromClockSetBack(at: now, longestWait: longestWait)
        }
        var claimed: [DeliveryJob] = []
        if claim > 0 {
            // As long as there are such among those that come next: or else those behind them would be tried once more.
            var bites = 0
            while bites < Self.mostBites, try queue.expireOld(at: now, lifetime: lifetime, limit: claim) > 0 { bites += 1 }
            claimed = try queue.claim(upTo: claim, under: lease, until: leaseUntil, at: now)
        }
        return Result(
            claimed: claimed, late: late, expiredLeases: expiredLeases, recovered: recovered, soonest: try queue.soonestDue())
    }
}
