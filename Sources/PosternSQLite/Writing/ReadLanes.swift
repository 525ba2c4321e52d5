import PosternStore
private import Synchronization

/// Hands reads to whichever connection is free.
final class ReadLanes: Sendable {
    private struct State: Sendable {
        var waiting: [StoreUnit] = []
        var idle: [Int]
        var isClosed = false
    }

    private let lanes: [SQLiteConnection]
    /// Whether the connections could write if they were let.
    private let mustGuard: Bool
    private let onBreakage: @Sendable (StoreFault) -> Void
    private let state: Mutex<State>

    init(_ lanes: [SQLiteConnection], mustGuard: Bool, onBreakage: @escaping @Sendable (StoreFault) -> Void) {
        (self.lanes, self.mustGuard, self.onBreakage) = (lanes, mustGuard, onBreakage)
        state = Mutex(State(idle: Array(lanes.indices)))
    }

    func read<Answer: Sendable>(_ unit: @escaping @Sendable (any Transaction) throws -> Answer) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(StoreUnit(unit, answering: continuation))
        }
    }

    /// Takes no more reads; those that wait still go.
    func end() {
        state.withLock { $0.isClosed = true }
    }

    private func enqueue(_ unit: StoreUnit) {
        let (isClosed, lane) = state.withLock { state -> (Bool, Int?) in
            guard !state.isClosed else { return (true, nil) }
            state.waiting.append(unit)
            return (false, state.idle.popLast())
        }
        if isClosed {
            unit.fail(StoreError.closed)
        } else if let lane {
            lanes[lane].async { self.drain($0, lane: lane) }
        }
    }

    /// On the lane's queue, one read after the other, until nobody waits.
    private func drain(_ transaction: SQLiteTransaction, lane: Int) {
        while let unit = next(for: lane) {
            do {
                let answer = try mustGuard ? transaction.withoutWriting { try look(unit, transaction) } : look(unit, transaction)
                answer()
            } catch {
                if let fault = transaction.breakage { onBreakage(fault) }
                unit.fail(error)
            }
        }
    }

    private func next(for lane: Int) -> StoreUnit? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.idle.append(lane)
                return nil
            }
            return state.waiting.removeFirst()
        }
    }

    private func look(_ unit: StoreUnit, _ transaction: SQLiteTransaction) throws -> @Sendable () -> Void {
        try transaction.beginReading()
        defer { transaction.rollBack() }
        return try unit.run(transaction)
    }
}
