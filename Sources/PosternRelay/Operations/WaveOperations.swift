package import PosternCore
private import PosternLink
package import PosternStore

/// Letters that are nearly the same and go to many, as one thing to decide about.
package struct WaveOperations: Sendable {
    package enum Fault: OperationFault {
        case unknown(LetterID)
        /// Somebody has decided about it before.
        case decided(LetterID, WaveRow)
        /// The letter is one of that wave.
        case member(LetterID, of: LetterID)

        package var description: String {
            switch self {
            case .unknown(let id): "there is no wave \(id)"
            case .decided(let id, let row):
                "wave \(id) was \(row.verdict?.decision.rawValue ?? "decided") by \(row.verdict?.by ?? "the operator") before; "
                    + "it was left as it is"
            case .member(let id, let wave): "letter \(id) is one of the wave \(wave), which is named by its first letter"
            }
        }

        package var remedy: String? {
            switch self {
            case .unknown: "See postern wave list."
            case .decided(let id, _): "See postern wave show \(id)."
            case .member(_, let wave): "Use that id, as in postern wave show \(wave)."
            }
        }
    }

    /// A wave, and how many of its letters are in each state.
    package struct Summary: Sendable {
        package let row: WaveRow
        package let counts: [DeliveryState: Int]
        /// Nil once it is past its retention.
        package let first: WaveLetter?

        /// How many letters it has.
        package var letters: Int { counts.values.reduce(0, +) }
        /// How many would still go out.
        package var waiting: Int { counts[.held, default: 0] + counts[.ready, default: 0] }
    }

    /// What withdrawing has done.
    package struct Withdrawal: Sendable {
        package fileprivate(set) var withdrawn = 0
        /// Under way at that moment: nobody can say yet whether these arrive.
        package fileprivate(set) var underWay: [WaveLetter] = []
        package fileprivate(set) var reached: [WaveLetter] = []
    }

    let operations: Operations

    /// How many letters one transaction changes, so that others can be accepted in between.
    private static let batch = 500

    /// Those that wait for a decision, oldest first.
    package func list(after: LetterID? = nil, limit: Int) async throws -> [Summary] {
        try await operations.store.read { transaction in
            try transaction.waves.open(after: after ?? .zero, limit: limit).map { try Self.summary($0, in: transaction) }
        }
    }

    /// - Throws: `Fault`, or what the store throws.
    package func show(_ id: LetterID) async throws -> Summary {
        try await operations.store.read { transaction in
            try Self.summary(try Self.find(id, in: transaction), in: transaction)
        }
    }

    /// The letters of a wave, its first among them, in the order in which they came.
    /// - Throws: what the store throws.
    package func letters(of id: LetterID, after: LetterID? = nil, limit: Int) async throws -> [WaveLetter] {
        try await operations.store.read { transaction in
            let first = after == nil ? try transaction.waves.first(of: id).map { [$0] } ?? [] : []
            return first + (try transaction.waves.members(of: id, after: after ?? .zero, limit: limit - first.count))
        }
    }

    /// Decides about a wave. Withdrawn, nothing of it leaves any more; all else happens when the decision is final.
    /// - Parameters:
    ///   - tells: whether those whom it has reached are told by mail.
    ///   - staff: whose decision it is; nil for the operator's.
    ///   - delay: how long it can be undone.
    /// - Throws: `Fault`, or what the store throws.
    package func decide(
        _ id: LetterID, _ decision: WaveRow.Decision, tells: Bool = false, by staff: String? = nil, undoableFor delay: Duration
    ) async throws {
        let record = operations.trace(decision == .released ? .releaseWave : .withdrawWave, "\(id)")
        let verdict = WaveRow.Verdict(decision, at: record.at, by: staff, tells: tells, final: record.at + delay)
        try await operations.write(record) { transaction in
            let row = try Self.find(id, in: transaction)
            guard try transaction.waves.decide(id, verdict) else { throw Fault.decided(id, row) }
        }
        await operations.record(decision == .released ? .waveReleased(id) : .waveWithdrawn(id))
        guard decision == .withdrawn else { return }
        try await eachPage(of: id) { letters, _ in
            let ids = letters.filter { $0.state == .ready }.map(\.id)
            guard !ids.isEmpty else { return }
            try await operations.store.write { transaction in
                for id in ids { _ = try transaction.queue.hold(id, because: Verdict.Rule.wave.rawValue) }
            }
        }
    }

    /// Takes a decision back that is not final. What waits goes on waiting.
    /// - Returns: false when it is too late.
    /// - Throws: `Fault.unknown`, or what the store throws.
    package func undo(_ id: LetterID) async throws -> Bool {
        let record = operations.trace(.undoWave, "\(id)")
        let isUndone = try await operations.store.write { transaction in
            _ = try Self.find(id, in: transaction)
            guard try transaction.waves.undo(id, at: record.at) else { return false }
            try transaction.operationTrace.add(record)
            return true
        }
        if isUndone { await operations.record(.waveUndone(id)) }
        return isUndone
    }

    /// Those whose decision can no longer be undone and is not carried out.
    /// - Throws: what the store throws.
    package func due() async throws -> [LetterID] {
        let now = operations.now()
        return try await operations.store.read { try $0.waves.due(at: now, limit: 100) }
    }

    /// Carries out a decision that can no longer be undone. A relay that ends in between leaves it to the next one.
    /// - Throws: what the store throws.
    package func carryOut(_ id: LetterID) async throws {
        let row = try await operations.store.read { try $0.waves.find(id) }
        guard let row, row.appliedAt == nil, let verdict = row.verdict, verdict.final <= operations.now() else { return }
        switch verdict.decision {
        case .released: _ = try await release(all: id)
        case .withdrawn: _ = try await drop(all: id, tells: verdict.tells)
        }
    }

    /// The operator's decision, which is final at once: drops what has not gone out. Letters of it that come later are held again.
    /// - Throws: `Fault`, or what the store throws.
    package func withdraw(_ id: LetterID, tells: Bool = false) async throws -> (Withdrawal, told: Int) {
        try await decide(id, .withdrawn, tells: tells, undoableFor: .zero)
        return try await drop(all: id, tells: tells)
    }

    /// The operator's decision, which is final at once: lets what is held go, and what comes of it later.
    /// - Returns: how many letters were released.
    /// - Throws: `Fault`, or what the store throws.
    package func release(_ id: LetterID) async throws -> Int {
        try await decide(id, .released, undoableFor: .zero)
        return try await release(all: id)
    }

    // MARK: - Carrying it out

    private func drop(all id: LetterID, tells: Bool) async throws -> (Withdrawal, told: Int) {
        var done = try await drop(all: id)
        let told = tells ? try await tell(done.reached, of: id) : 0
        // Last: a relay that ends before this does all of it again, and finds what is done already.
        try await noteApplied(id)
        // What came while that was under way.
        done.withdrawn += try await drop(all: id).withdrawn
        return (done, told)
    }

    private func drop(all id: LetterID) async throws -> Withdrawal {
        var done = Withdrawal()
        try await eachPage(of: id) { letters, now in
            let ids = letters.filter { $0.state.canBeWithdrawn }.map(\.id)
            let dropped = ids.isEmpty ? [] : try await drop(ids, at: now)
            done.withdrawn += dropped.count
            done.reached += letters.filter { $0.state == .delivered }
            done.underWay += letters.filter { $0.state == .leased || $0.state.canBeWithdrawn && !dropped.contains($0.id) }
        }
        return done
    }

    private func release(all id: LetterID) async throws -> Int {
        var count = try await releaseHeld(of: id)
        try await noteApplied(id)
        // What came while that was under way.
        count += try await releaseHeld(of: id)
        if count > 0 { operations.wake() }
        return count
    }

    private func noteApplied(_ id: LetterID) async throws {
        let now = operations.now()
        try await operations.store.write { try $0.waves.noteApplied(id, at: now) }
    }

    /// Tells those who have a letter of a wave, by mail, that it was one of many. Each is told once a day at most, whatever came.
    /// - Parameter reached: as `withdraw` has named them.
    /// - Returns: how many mails go out.
    /// - Throws: what the store throws.
    private func tell(_ reached: [WaveLetter], of id: LetterID) async throws -> Int {
        var (told, randomness, rest) = (0, operations.randomness, reached[...])
        while !rest.isEmpty {
            let record = operations.trace(.tellOfWave, "\(id)")
            let some = rest.prefix(Self.batch).map { ($0, ServiceMail(at: record.at, using: &randomness)) }
            rest = rest.dropFirst(Self.batch)
            told += try await operations.store.write { transaction in
                let told = try some.filter { letter, mail in
                    let before = try transaction.intake.serviceMails(
                        .waveNotice, to: letter.recipient, since: record.at - .days(1))
                    guard before == 0, try transaction.recipients.find(letter.recipient)?.state != .erased else { return false }
                    try transaction.intake.enqueueWaveNotice(mail, to: letter.recipient, about: letter.id, at: record.at)
                    return true
                }.count
                if told > 0 { try transaction.operationTrace.add(record) }
                return told
            }
        }
        operations.wake()
        return told
    }

    private func releaseHeld(of id: LetterID) async throws -> Int {
        var count = 0
        try await eachPage(of: id) { letters, now in
            let ids = letters.filter { $0.state == .held }.map(\.id)
            guard !ids.isEmpty else { return }
            count += try await operations.store.write { transaction in
                try ids.filter { id in
                    // What waits for its visitor's proof, or for another rule's reason, is not let go with the wave.
                    guard try transaction.queue.line(id)?.reason == Verdict.Rule.wave.rawValue else { return false }
                    if case .moved = try transaction.queue.release(id, at: now) { return true }
                    return false
                }.count
            }
        }
        return count
    }

    private func drop(_ ids: [LetterID], at now: Timestamp) async throws -> Set<LetterID> {
        try await operations.store.write { transaction in
            Set(
                try ids.filter { id in
                    // Only what is held can be dropped; one step, so that none goes out in between.
                    if try transaction.queue.line(id)?.state == .ready {
                        guard case .moved = try transaction.queue.hold(id, because: QueueOperations.dropReason) else {
                            return false
                        }
                    }
                    if case .moved = try transaction.queue.drop(id, because: Self.dropReason, at: now) { return true }
                    return false
                })
        }
    }

    private static let dropReason = "withdrawn with its wave"

    private func eachPage(of id: LetterID, _ act: ([WaveLetter], Timestamp) async throws -> Void) async throws {
        var last: LetterID?
        repeat {
            let page = try await letters(of: id, after: last, limit: Self.batch)
            try await act(page, operations.now())
            last = page.count == Self.batch ? page.last?.id : nil
        } while last != nil
    }

    private static func summary(_ row: WaveRow, in transaction: any Transaction) throws -> Summary {
        let first = try transaction.waves.first(of: row.id)
        var counts = try transaction.waves.counts(of: row.id)
        if let first { counts[first.state, default: 0] += 1 }
        return Summary(row: row, counts: counts, first: first)
    }

    private static func find(_ id: LetterID, in transaction: any Transaction) throws -> WaveRow {
        if let row = try transaction.waves.find(id) { return row }
        throw try transaction.waves.wave(of: id).map { Fault.member(id, of: $0) } ?? .unknown(id)
    }
}

extension DeliveryState {
    fileprivate var canBeWithdrawn: Bool { self == .ready || self == .held }
}
