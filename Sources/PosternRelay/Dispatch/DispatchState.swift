internal import PosternCore
internal import PosternStore

/// What the dispatcher remembers between two transactions: outcomes to settle, letters under way, the breaker, refusals. It is pure;
/// its owner guards it.
struct DispatchState: Sendable {
    struct Ended: Sendable {
        let delivery: DeliveryJob
        let lease: LeaseID
        let reply: VaultLink.Reply
    }

    /// What one transaction is to do.
    struct Plan: Sendable {
        var ended: [Ended] = []
        /// Failed letters to hold instead, since others were refused in the same way.
        var recalled: [LetterID] = []
        /// How many letters to claim.
        var claim = 0
        /// The claim is one letter, to see whether the smarthost has recovered.
        var isProbe = false
        /// It is time to look at what only the clock can bring about.
        var checksLeases = false

        /// Whether there is anything to write.
        var isNeeded: Bool { claim > 0 || !ended.isEmpty || !recalled.isEmpty || checksLeases }

        /// The same work in the smallest steps there are, so that one delivery that cannot be written keeps no other waiting.
        var steps: [Plan] {
            ended.map { Plan(ended: [$0]) } + recalled.map { Plan(recalled: [$0]) }
                + (checksLeases ? [Plan(checksLeases: true)] : [])
                + Array(repeating: Plan(claim: 1, isProbe: isProbe), count: claim)
        }
    }

    /// Letters with the vault, and letters whose outcome is not durable yet: each of them holds a lane.
    private(set) var underWay = 0
    private(set) var breaker = Breaker()
    private(set) var smarthost = SmarthostRecord()
    private var refusals = RefusalRuns()
    private var recalled: [LetterID] = []
    private var waiting: [Ended] = []
    /// When the queue is due next, as the last transaction found it; nil when nothing waits.
    private var soonest: Timestamp? = .distantPast
    private var isWoken = false
    /// When a person last wanted letters to be tried.
    private var lastRequest = Timestamp.distantPast
    private var lastLeaseCheck = Timestamp.distantPast
    /// Why the last transaction was not written, if the store was to blame.
    private var trouble: StoreError?

    /// For so long after a person's request, waits are short.
    private static let requestMemory = Duration.minutes(15)
    /// How often leases are looked at.
    private static let leaseCheckInterval = Duration.seconds(5)

    var isIdle: Bool { underWay == 0 }

    /// The run of like refusals that goes on, if there is one.
    var run: RefusalRuns.Run? { refusals.run }

    /// Something may be due that the last transaction did not see.
    mutating func woken() {
        isWoken = true
    }

    /// A person wants everything that waits to be tried now, the smarthost too.
    mutating func retryNow(at now: Timestamp) {
        breaker.probeSoon(at: now)
        lastRequest = now
        woken()
    }

    /// Whether a person has wanted letters to be tried a moment ago.
    func isRequestFresh(at now: Timestamp) -> Bool {
        now >= lastRequest && now.since(lastRequest) < Self.requestMemory
    }

    /// Takes the ended deliveries out.
    /// - Parameter lanes: how many letters may be under way; 0 when none may be claimed.
    mutating func plan(lanes: Int, at now: Timestamp) -> Plan {
        if isWoken {
            soonest = .distantPast
            isWoken = false
        }
        var plan = Plan(ended: waiting, recalled: recalled)
        (waiting, recalled) = ([], [])
        if let soonest, soonest <= now {
            // What is settled in this transaction frees its lane in this transaction.
            let free = max(0, lanes - underWay + plan.ended.count)
            switch breaker.allowance(at: now) {
            case .everything: plan.claim = free
            case .probe:
                plan.claim = min(1, free)
                plan.isProbe = true
            case .nothing: break
            }
        }
        plan.checksLeases = now.since(lastLeaseCheck) >= Self.leaseCheckInterval || now < lastLeaseCheck
        return plan
    }

    /// The transaction is durable.
    mutating func done(_ plan: Plan, soonest: Timestamp?, claimed: Int, at now: Timestamp) {
        underWay += claimed - plan.ended.count
        if plan.checksLeases { lastLeaseCheck = now }
        self.soonest = soonest
        trouble = nil
        if plan.isProbe, claimed > 0 { breaker.probeBegan(at: now) }
    }

    /// A single step cannot be written, by a fault that is ours, and has been put aside.
    mutating func gaveUp(_ step: Plan, at now: Timestamp) {
        underWay -= step.ended.count
        if step.checksLeases { lastLeaseCheck = now }
        isWoken = true
    }

    /// The store took nothing: everything stays to be done.
    /// - Returns: whether this is news, since it is tried every second.
    mutating func failed(_ plan: Plan, by error: StoreError) -> Bool {
        waiting = plan.ended + waiting
        recalled = plan.recalled + recalled
        isWoken = true
        defer { trouble = error }
        return trouble != error
    }

    /// Decides at once what the outcome means, since the transaction that writes it may be tried more than once.
    mutating func ended(_ ended: Ended, at now: Timestamp) {
        switch ended.reply {
        case .outcome(let outcome):
            guard !outcome.isOfMute else {
                waiting.append(ended)
                breaker.record(.unknown, at: now)
                return
            }
            let wasRun = refusals.run != nil
            let judged = refusals.judge(outcome, of: ended.delivery, at: now)
            recalled += refusals.takeRecalled()
            waiting.append(Ended(delivery: ended.delivery, lease: ended.lease, reply: .outcome(judged)))
            smarthost.record(judged, at: now)
            if refusals.run != nil, !wasRun { breaker.trip(at: now) } else { breaker.record(judged.health, at: now) }
        case .notTaken:
            waiting.append(ended)
            breaker.record(.unknown, at: now)
        }
    }

    /// Whether outcomes have come in, and most letters are still under way: others will come in a moment, and a transaction for
    /// several costs hardly more than for one.
    var isGathering: Bool { !waiting.isEmpty && waiting.count * 2 < underWay && recalled.isEmpty }

    /// When a transaction could claim something; nil when only a wake-up can tell.
    func nextChance(lanes: Int, at now: Timestamp) -> Timestamp? {
        if isWoken || !waiting.isEmpty || !recalled.isEmpty { return now }
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
