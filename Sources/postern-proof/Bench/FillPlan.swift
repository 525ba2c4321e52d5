internal import PosternCore
internal import PosternStore

/// How much goes into a store, and over which time it is spread.
struct FillPlan: Sendable {
    let recipients: Int
    let queued: Int
    let log: Int
    let now: Timestamp
    /// How far back the log goes.
    let logSpan: Duration
    /// How far back the waiting letters go: less than a letter may wait, and less than it is kept.
    let queueSpan: Duration

    /// When the letters are due: after the longest wait between two tries. If they were due later than that, the dispatcher
    /// would conclude that the clock was set back, and send them at once.
    var due: Timestamp { now + RetrySchedule.standard.longestWait }
    /// Every accepted letter waits; every other log entry is a refusal.
    var refused: Int { log - queued }
}

/// One log entry, with what belongs to it.
enum FillEntry: Sendable {
    case queued(AcceptedLetter)
    case refused(SubmissionEntry)
}

/// The entries of a plan, oldest first: each goes to the end of its B-tree, as in a store that grew over time.
struct FillEntries {
    private let plan: FillPlan
    private var rows: BenchRows
    private var queued = 0
    private var refused = 0

    init(_ plan: FillPlan, rows: BenchRows) {
        self.plan = plan
        self.rows = rows
    }

    var done: Int { queued + refused }

    /// - Returns: at most `count`; an empty array once all have been made.
    mutating func next(_ count: Int) throws -> [FillEntry] {
        var entries: [FillEntry] = []
        entries.reserveCapacity(count)
        while entries.count < count, let entry = try next() { entries.append(entry) }
        return entries
    }

    private mutating func next() throws -> FillEntry? {
        let letter = moment(queued, of: plan.queued, over: plan.queueSpan)
        let refusal = moment(refused, of: plan.refused, over: plan.logSpan)
        if let letter, refusal.map({ letter <= $0 }) ?? true {
            queued += 1
            return .queued(try rows.letter(at: letter))
        }
        guard let refusal else { return nil }
        refused += 1
        return .refused(try rows.refusal(at: refusal))
    }

    /// Moments are evenly spread, the last one just before now. Nil once all have been used.
    private func moment(_ number: Int, of total: Int, over span: Duration) -> Timestamp? {
        guard number < total else { return nil }
        return plan.now - span * (Double(total - number) / Double(total))
    }
}
