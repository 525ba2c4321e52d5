package import PosternCore
private import PosternLink
package import PosternStore

/// Letters that are nearly the same and go to many, as one thing to decide about.
package struct WaveOperations: Sendable {
    package enum Fault: OperationFault {
        case unknown(LetterID)
        /// Somebody has decided about it before.
        case decided(LetterID, WaveRow)
        /// Somebody has decided and undone it, or letters came after it had been withdrawn.
        case changed(LetterID)
        /// The reason does not go with what was decided.
        case unsuitable(ReviewReason)
        /// The letter is one of that wave.
        case member(LetterID, of: LetterID)

        package var description: String {
            switch self {
            case .unknown(let id): "there is no wave \(id)"
            case .decided(let id, let row):
                "wave \(id) was \(row.verdict?.decision.rawValue ?? "decided") by \(row.verdict?.by ?? "the operator") before; "
                    + "it was left as it is"
            case .changed(let id): "wave \(id) has changed since it was looked at; it was left as it is"
            case .unsuitable(let reason): "the reason \(reason.rawValue) does not go with that decision"
            case .member(let id, let wave): "letter \(id) is one of the wave \(wave), which is named by its first letter"
            }
        }

        package var remedy: String? {
            switch self {
            case .unknown: "See postern wave list."
            case .decided(let id, _), .changed(let id): "See postern wave show \(id)."
            case .unsuitable: nil
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
        /// The decision that holds; nil where there is none, or it is an operator's.
        package let decision: StaffDecision?

        /// How many letters it has.
        package var letters: Int { counts.values.reduce(0, +) }
        /// How many would still go out.
        package var waiting: Int { counts[.held, default: 0] + counts[.ready, default: 0] }
    }

    /// What withdrawing has done.
    package struct Withdrawal: Sendable {
        package var withdrawn = 0
        /// Under way at that moment: nobody can say yet whether these arrive.
        package var underWay: [WaveLetter] = []
        package var reached: [WaveLetter] = []
    }

    let operations: Operations

    /// How many letters one transaction changes, so that others can be accepted in between.
    static let batch = 500

    /// Those that wait for a decision, oldest first.
    package func list(after: LetterID? = nil, limit: Int) async throws -> [Summary] {
        try await operations.store.read { transaction in
            try transaction.waves.open(after: after ?? .zero, limit: limit).map { try Self.summary($0, in: transaction) }
        }
    }

    /// The same without their letters.
    package func open(limit: Int) async throws -> [WaveRow] {
        try await operations.store.read { try $0.waves.open(limit: limit) }
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

    /// What was decided about a wave, the latest first.
    /// - Throws: what the store throws.
    package func decisions(about id: LetterID) async throws -> [StaffDecision] {
        try await operations.store.read { try $0.decisions.about(wave: id, limit: 10) }
    }

    /// Goes through its letters in batches.
    func eachPage(of id: LetterID, _ act: ([WaveLetter], Timestamp) async throws -> Void) async throws {
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
        let decision = try row.verdict.flatMap { verdict in
            try transaction.decisions.about(wave: row.id, limit: 1).first { $0.undone == nil && $0.made == verdict.at }
        }
        return Summary(row: row, counts: counts, first: first, decision: decision)
    }

    static func find(_ id: LetterID, in transaction: any Transaction) throws -> WaveRow {
        if let row = try transaction.waves.find(id) { return row }
        throw try transaction.waves.wave(of: id).map { Fault.member(id, of: $0) } ?? .unknown(id)
    }
}
