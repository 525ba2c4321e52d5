internal import PosternCore
internal import PosternStore

/// How much goes into a store, and when it all happened.
struct FillPlan: Sendable {
    let recipients: Int
    let queued: Int
    let log: Int
    let now: Timestamp
    /// How far back the log goes.
    let logSpan: Duration
    /// How far back the letters go that wait: less than a letter waits at most, and less than it is kept.
    let queueSpan: Duration

    /// When the letters are due: as late as a letter ever waits between two tries. Later, and the dispatcher would take it
    /// that the clock was set back, and send them at once.
    var due: Timestamp { now + RetrySchedule.standard.longestWait }
    /// Every accepted letter waits; all other entries of the log are refusals.
    var refused: Int { log - queued }
}

/// One entry of the log, with what hangs on it.
enum FillEntry: Sendable {
    case queued(AcceptedLetter)
    case refused(SubmissionEntry)
}

/// The entries of a plan in the order of time, so that they go to the end of every tree, as in a store that grew.
struct FillEntries {
    private let plan: FillPlan
    private var rows: BenchRows
    private var queued = 0
    private var refused = 0

    init(_ plan: FillPlan, rows: BenchRows) {
        (self.plan, self.rows) = (plan, rows)
    }

    var done: Int { queued + refused }

    /// - Returns: at most `count`; none when all have been made.
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

    /// Evenly spread, the last one just before now. Nil when all have been.
    private func moment(_ number: Int, of total: Int, over span: Duration) -> Timestamp? {
        guard number < total else { return nil }
        return plan.now - span * (Double(total - number) / Double(total))
    }
}
