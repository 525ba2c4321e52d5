package import PosternCore
private import PosternLink
package import PosternStore

extension WaveOperations {
    /// Why somebody decides as they do.
    package struct Grounds: Sendable {
        /// Nil for the usual one.
        let reason: ReviewReason?
        let sentence: HeaderText?
        /// The version of the wave that they have seen; nil for whichever it is in.
        let version: Int?

        package init(_ reason: ReviewReason? = nil, sentence: HeaderText? = nil, version: Int? = nil) {
            (self.reason, self.sentence, self.version) = (reason, sentence, version)
        }
    }

    /// Decides about a wave. Withdrawn, nothing of it leaves any more; all else happens when the decision is final.
    /// - Parameters:
    ///   - tells: whether those whom it has reached are told by mail.
    ///   - staff: whose decision it is; nil for the operator's, which has no grounds.
    ///   - delay: how long it can be undone.
    /// - Returns: the decision of a member of staff.
    /// - Throws: `Fault`, or what the store throws.
    @discardableResult
    package func decide(
        _ id: LetterID, _ outcome: WaveRow.Decision, tells: Bool = false, by staff: String? = nil,
        on grounds: Grounds = Grounds(),
        undoableFor delay: Duration
    ) async throws -> StaffDecision? {
        let act: ReviewAct = outcome == .released ? .releaseWave : .withdrawWave
        let reason = grounds.reason ?? .usual(for: act)
        guard reason.suits(act) else { throw Fault.unsuitable(reason) }
        let why = staff.map { _ in reason.rawValue + (grounds.sentence.map { ": \($0.text)" } ?? "") }
        let record = operations.trace(outcome == .released ? .releaseWave : .withdrawWave, "\(id)", because: why)
        let verdict = WaveRow.Verdict(outcome, at: record.at, by: staff, tells: tells, final: record.at + delay)
        var randomness = operations.randomness
        let decision = staff.map {
            StaffDecision(
                id: StaffDecisionID(at: record.at, using: &randomness), act: act, staff: $0, reason: reason,
                sentence: grounds.sentence?.text, wave: id, final: verdict.final)
        }
        try await operations.write(record) { transaction in
            let row = try Self.find(id, in: transaction)
            guard try transaction.waves.decide(id, verdict, version: grounds.version) else {
                throw row.verdict == nil ? Fault.changed(id) : .decided(id, row)
            }
            if let decision { try transaction.decisions.begin(decision) }
        }
        await operations.record(outcome == .released ? .waveReleased(id) : .waveWithdrawn(id))
        guard outcome == .withdrawn || decision != nil else { return nil }
        try await eachPage(of: id) { letters, _ in
            let waiting = letters.filter { $0.state == .held || outcome == .withdrawn && $0.state == .ready }
            guard !waiting.isEmpty else { return }
            try await operations.store.write { transaction in
                for letter in waiting {
                    if letter.state == .ready { _ = try transaction.queue.hold(letter.id, because: Verdict.Rule.wave.rawValue) }
                    guard let decision, try outcome == .withdrawn || Self.isHeldAsWave(letter.id, transaction) else { continue }
                    try transaction.decisions.note(letter.id, under: decision.id, isApplied: false)
                }
            }
        }
        return decision
    }

    /// Takes a decision back that is not final. What waits goes on waiting.
    /// - Parameter decision: of a member of staff; nil for whichever there is.
    /// - Returns: false when it is too late, or another decision has taken its place.
    /// - Throws: `Fault.unknown`, or what the store throws.
    package func undo(_ id: LetterID, _ decision: StaffDecisionID? = nil) async throws -> Bool {
        let record = operations.trace(.undoWave, "\(id)")
        let isUndone = try await operations.store.write { transaction in
            _ = try Self.find(id, in: transaction)
            let pending = try transaction.decisions.pending(about: id)
            guard decision == nil || decision == pending?.id, try transaction.waves.undo(id, at: record.at) else { return false }
            if let pending {
                let name = if case .staff(let name) = record.actor { name } else { record.actor.description }
                _ = try transaction.decisions.undo(pending.id, by: StaffMark(at: record.at, by: name))
            }
            try transaction.operationTrace.add(record)
            return true
        }
        if isUndone { await operations.record(.waveUndone(id)) }
        return isUndone
    }

    /// - Parameter isForced: takes it from a colleague who has it open.
    /// - Throws: what the store throws.
    package func take(_ id: LetterID, by name: String, isForced: Bool) async throws {
        let record = operations.trace(.takeWave, "\(id)")
        let isFree = try await operations.store.read { transaction in
            try transaction.waves.find(id).map { isForced || $0.taken.needsTaking(by: name, at: record.at) } ?? false
        }
        guard isFree else { return }
        try await operations.store.write { transaction in
            guard try transaction.waves.take(id, by: name, isForced: isForced, at: record.at) else { return }
            // Who has something open leaves no trace; that it was taken from somebody does.
            if isForced { try transaction.operationTrace.add(record) }
        }
    }
}
