private import Synchronization

/// Hands reads to whichever connection is free.
final class ReadLanes: Sendable {
    private struct State: Sendable {
        var waiting: [StoreUnit] = []
        var idle: [Int]
        var isClosed = false
    }

    private let lanes: [ConnectionLane]
    private let onBreakage: @Sendable (StoreFault) -> Void
    private let state: Mutex<State>

    init(_ lanes: [ConnectionLane], onBreakage: @escaping @Sendable (StoreFault) -> Void) {
        self.lanes = lanes
        self.onBreakage = onBreakage
        state = Mutex(State(idle: Array(lanes.indices)))
    }

    func read<Answer: Sendable>(_ unit: @escaping @Sendable (any Transaction) throws -> Answer) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(StoreUnit(unit, answering: continuation))
        }
    }

    /// Takes no more reads; those that wait are still served.
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

    /// On the lane's thread: one read after the other, until nobody waits.
    private func drain(_ transaction: WatchedTransaction, lane: Int) {
        while let unit = next(for: lane) {
            do {
                try look(unit, transaction)()
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

    private func look(_ unit: StoreUnit, _ transaction: WatchedTransaction) throws -> @Sendable () -> Void {
        var repeats = 0
        while true {
            do {
                try transaction.begin(.reading)
                defer { transaction.rollBack() }
                return try unit.run(transaction)
            } catch {
                // A read changes nothing: after a conflict, or a connection that was lost, it may simply look again.
                guard transaction.failure?.permanence == .temporary, repeats < GroupCommit.Limit.repeats else { throw error }
                repeats += 1
            }
        }
    }
}
