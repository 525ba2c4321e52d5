internal import PosternCore
internal import PosternStore

/// One transaction of the dispatcher: settle what has come in, give back what was not taken, end leases that are over when it
/// is time to look for them, claim as much as lanes are free for. Every decision is made before, so that it may be run twice.
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
        var claimed: [DeliveryJob] = []
        /// What became of each settlement, in their order.
        var settled: [SettlementResult] = []
        var recalled = 0
        var expiredLeases = 0
        /// Deliveries that a clock set back would have kept waiting.
        var recovered = 0
        var soonest: Timestamp?
    }

    let settlements: [Settling]
    let returns: [Returning]
    /// Failed letters, some of them by `settlements`, to hold after all.
    let recalled: [LetterID]
    let claim: Int
    let lease: LeaseID
    let leaseUntil: Timestamp
    let lifetime: Duration
    /// It is time to look for leases that are over, and for what waits longer than `longestWait`.
    let checksLeases: Bool
    /// The longest that the schedule ever lets a letter wait.
    let longestWait: Duration
    let now: Timestamp

    /// How many batches of old letters one transaction gives up; the rest can wait for the next.
    private static let mostBatches = 100

    private static let recallReason = Outcome.Cause.likeRefusals.advice ?? ""

    func run(_ transaction: any Transaction) throws -> Result {
        let queue = transaction.queue
        var result = Result()
        result.settled = try settlements.map { try queue.settle($0.id, under: $0.lease, as: $0.settlement) }
        for returning in returns {
            try queue.unclaim(returning.id, under: returning.lease)
        }
        for id in recalled {
            if case .moved = try queue.recall(id, because: Self.recallReason) { result.recalled += 1 }
        }
        if checksLeases {
            result.expiredLeases = try queue.expireLeases(at: now)
            result.recovered = try queue.recoverFromClockSetBack(at: now, longestWait: longestWait)
        }
        if claim > 0 {
            // Until none of those that come next is too old; otherwise these would be tried once more.
            var batches = 0
            while batches < Self.mostBatches, try queue.expireOld(at: now, lifetime: lifetime, limit: claim) > 0 { batches += 1 }
            result.claimed = try queue.claim(upTo: claim, under: lease, until: leaseUntil, at: now)
        }
        result.soonest = try queue.soonestDue()
        return result
    }
}
