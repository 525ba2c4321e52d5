internal import PosternCore
internal import PosternStore

/// What the dispatcher has between two transactions: outcomes to settle, letters under way, the breaker. Pure; who
/// owns it guards it.
struct DispatchState: Sendable {
    struct Ended: Sendable {
        let delivery: DeliveryJob
        let lease: LeaseID
        let reply: VaultLink.Reply
    }

    /// What one transaction is to do.
    struct Plan: Sendable {
        let ended: [Ended]
        /// How many letters to claim.
        let claim: Int
        /// The claim is one letter, to see whether the smarthost is well again.
        let isProbe: Bool
        /// It is time to look at what only the clock can bring about.
        let isLook: Bool
        /// Whether there is anything to write.
        let isNeeded: Bool
    }

    /// Letters with the vault, and letters whose outcome is not durable yet: each of them holds a lane.
    private(set) var underWay = 0
    private(set) var breaker = Breaker()
    private var waiting: [Ended] = []
    /// When the queue is due next, as the last transaction found it; nil when nothing waits.
    private var soonest: Timestamp? = .distantPast
    private var isWoken = false
    private var lastLook = Timestamp.distantPast

    /// How often leases are looked at.
    private static let lookInterval = Duration.seconds(5)

    var isIdle: Bool { underWay == 0 }

    /// Something may be due that the last transaction did not see.
    mutating func woken() {
        isWoken = true
    }

    /// Takes what has ended out.
    /// - Parameter lanes: how many letters may be under way; 0 when none may be claimed.
    mutating func plan(lanes: Int, at now: Timestamp) -> Plan {
        if isWoken { (soonest, isWoken) = (.distantPast, false) }
        let ended = waiting
        waiting = []
        var claim = 0
        var isProbe = false
        if let soonest, soonest <= now {
            // What is settled in this transaction frees its lane in this transaction.
            let free = max(0, lanes - underWay + ended.count)
            switch breaker.allowance(at: now) {
            case .everything: claim = free
            case .probe: (claim, isProbe) = (min(1, free), true)
            case .nothing: break
            }
        }
        let isTimeToLook = now.since(lastLook) >= Self.lookInterval || now < lastLook
        return Plan(
            ended: ended, claim: claim, isProbe: isProbe, isLook: isTimeToLook,
            isNeeded: claim > 0 || !ended.isEmpty || isTimeToLook)
    }

    /// The transaction is durable.
    mutating func done(_ plan: Plan, soonest: Timestamp?, claimed: Int, at now: Timestamp) {
        underWay += claimed - plan.ended.count
        if plan.isLook { lastLook = now }
        self.soonest = soonest
        if plan.isProbe, claimed > 0 { breaker.probeBegan(at: now) }
    }

    /// The transaction was not written: everything stays to be done.
    mutating func failed(_ plan: Plan) {
        waiting = plan.ended + waiting
        isWoken = true
    }

    mutating func ended(_ ended: Ended, at now: Timestamp) {
        waiting.append(ended)
        switch ended.reply {
        case .outcome(let outcome): breaker.record(outcome.health, at: now)
        case .notTaken: breaker.record(.unknown, at: now)
        }
    }

    /// When a transaction could claim something; nil when only a wakeSignal can tell.
    func nextChance(lanes: Int, at now: Timestamp) -> Timestamp? {
        if isWoken || !waiting.isEmpty { return now }
        guard let soonest, underWay < lanes else { return nil }
        switch breaker.allowance(at: now) {
        case .everything, .probe: return soonest
        case .nothing(let until): return max(soonest, until)
        }
    }
}

extension Timestamp {
    /// Before anything that can be due.
    static let distantPast = Timestamp(milliseconds: 0)
}
