private import Glibc
private import Synchronization

/// Makes writes durable together: what arrives while a commit is under way shares the next transaction, and its one sync.
///
/// There is no timer. A lone unit is committed at once, and the time that a sync takes is what gathers the next group. Nobody is
/// answered before COMMIT has returned.
final class GroupCommit: Sendable {
    private struct State: Sendable {
        var waiting: [StoreUnit] = []
        var isRunning = false
        var health = StoreHealth.well
        /// Units committed since the last checkpoint.
        var uncheckpointed = 0
        /// Committed, and answered once no file holds what they removed.
        var erasures: [Erasure] = []
    }

    private struct Erasure: Sendable {
        let answer: @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
        let deadline: ContinuousClock.Instant
    }

    enum Limit {
        /// Units in one transaction. It bounds how long a unit waits for its neighbours.
        static let group = 256
        /// The most units that may wait. On a slow disk this is some seconds' worth; more would only time out.
        static let waiting = 16_384
        /// Units after which an idle moment is used for a checkpoint.
        static let checkpoint = 1_000
        /// Units of one group that may fail before the rest are run one by one.
        static let ejections = 3
        /// How often a transaction is run again after a conflict or a lost connection.
        static let repeats = 5
    }

    private let lane: ConnectionLane
    private let onCommit: CommitHook
    private let erasureLimit: Duration
    private let state = Mutex(State())

    init(_ lane: ConnectionLane, erasureLimit: Duration, onCommit: @escaping CommitHook) {
        self.lane = lane
        self.erasureLimit = erasureLimit
        self.onCommit = onCommit
    }

    var health: StoreHealth { state.withLock { $0.health } }

    /// Units that wait for the transaction after the present one.
    var waiting: Int { state.withLock { $0.waiting.count } }

    func write<Answer: Sendable>(
        isErasing: Bool, _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(StoreUnit(isErasing: isErasing, unit, answering: continuation))
        }
    }

    /// Takes no more writes; those that wait are still made. They are answered by the time the lane is closed.
    func end() {
        state.withLock { state in
            if case .well = state.health { state.health = .closed }
        }
    }

    /// Takes no more writes, ever.
    func breakDown(_ fault: StoreFault) {
        let stranded = state.withLock { state in
            if case .broken = state.health { return [StoreUnit]() }
            state.health = .broken(fault)
            defer { state.waiting = [] }
            return state.waiting
        }
        for unit in stranded { unit.fail(StoreError.broken(fault)) }
    }

    private func enqueue(_ unit: StoreUnit) {
        enum Admission {
            case begin, wait
            case refuse(StoreError)
        }
        let admission = state.withLock { state -> Admission in
            switch state.health {
            case .broken(let fault): return .refuse(.broken(fault))
            case .closed: return .refuse(.closed)
            case .well: break
            }
            guard state.waiting.count < Limit.waiting else { return .refuse(.overloaded(waiting: state.waiting.count)) }
            state.waiting.append(unit)
            guard !state.isRunning else { return .wait }
            state.isRunning = true
            return .begin
        }
        switch admission {
        case .begin: lane.async { self.drain($0) }
        case .wait: break
        case .refuse(let error): unit.fail(error)
        }
    }

    /// On the lane's thread, until nobody waits.
    private func drain(_ transaction: WatchedTransaction) {
        while true {
            let group = nextGroup()
            if !group.isEmpty {
                commit(group, in: transaction)
            } else if isCheckpointDue {
                checkpoint(transaction)
            } else if isDone {
                return
            }
            wipe(transaction)
        }
    }

    private func nextGroup() -> [StoreUnit] {
        state.withLock { state in
            let group = Array(state.waiting.prefix(Limit.group))
            state.waiting.removeFirst(group.count)
            return group
        }
    }

    private var isDone: Bool {
        state.withLock { state in
            state.isRunning = !(state.waiting.isEmpty && state.erasures.isEmpty)
            return !state.isRunning
        }
    }

    /// Commits all units but those that throw. A unit that throws is taken out and run alone, where its failure is its own; the
    /// others are run again without it. Savepoints would cost every unit something for the sake of the one that fails.
    private func commit(_ all: [StoreUnit], in transaction: WatchedTransaction) {
        var group = all
        var (ejected, repeats) = (0, 0)
        while !group.isEmpty {
            switch attempt(group, in: transaction) {
            case .committed(let answers):
                let deadline = ContinuousClock.now + erasureLimit
                for (unit, answer) in zip(group, answers) {
                    guard unit.isErasing else {
                        answer()
                        continue
                    }
                    state.withLock { $0.erasures.append(Erasure(answer: answer, fail: unit.fail, deadline: deadline)) }
                }
                return
            case .failed(let error):
                for unit in group { unit.fail(error) }
                return
            case .undone(let error):
                repeats += 1
                guard repeats > Limit.repeats else { continue }
                for unit in group { unit.fail(error) }
                return
            case .threw(let index, let error):
                let guilty = group.remove(at: index)
                if all.count == 1 {
                    guilty.fail(error)
                    return
                }
                commit([guilty], in: transaction)
                ejected += 1
                if ejected == Limit.ejections {
                    for unit in group { commit([unit], in: transaction) }
                    return
                }
            }
        }
    }

    private enum Attempt {
        case committed([@Sendable () -> Void])
        case threw(at: Int, any Error)
        /// Nobody's fault, and nothing was kept: the same may be run again.
        case undone(StoreError)
        /// The same for all of them.
        case failed(any Error)
    }

    private func attempt(_ group: [StoreUnit], in transaction: WatchedTransaction) -> Attempt {
        // A neighbour, alone, may have broken the store a moment ago.
        if case .broken(let fault) = health { return .failed(StoreError.broken(fault)) }
        do {
            try transaction.begin(.writing)
        } catch {
            return lost(transaction) ?? .failed(error)
        }
        var answers: [@Sendable () -> Void] = []
        answers.reserveCapacity(group.count)
        for (index, unit) in group.enumerated() {
            do {
                answers.append(try unit.run(transaction))
            } catch {
                transaction.rollBack()
                return lost(transaction) ?? .threw(at: index, error)
            }
        }
        if transaction.failure == nil, group.contains(where: \.isErasing) { try? transaction.noteErasure() }
        if transaction.failure != nil {
            transaction.rollBack()
            if let lost = lost(transaction) { return lost }
        }
        return finish(answers, in: transaction)
    }

    /// What a failure before COMMIT means for the group; nil when it is one unit's own.
    private func lost(_ transaction: WatchedTransaction) -> Attempt? {
        switch transaction.failure {
        case .broken(let fault)?:
            breakDown(fault)
            return .failed(StoreError.broken(fault))
        case let failure?: return .undone(failure)
        case nil: return nil
        }
    }

    private func finish(_ answers: [@Sendable () -> Void], in transaction: WatchedTransaction) -> Attempt {
        let began = ContinuousClock.now
        do {
            try transaction.commit()
        } catch let error {
            transaction.rollBack()
            // COMMIT was sent, and no answer came: only the store knows whether it was kept. Run again, it might be there twice.
            if case .unreachable(let fault)? = transaction.failure { return .failed(StoreError.unknown(fault)) }
            return lost(transaction) ?? .failed(error)
        }
        state.withLock { $0.uncheckpointed += answers.count }
        onCommit(answers.count, ContinuousClock.now - began)
        return .committed(answers)
    }

    private var isCheckpointDue: Bool {
        state.withLock { $0.uncheckpointed >= Limit.checkpoint && $0.health == .well }
    }

    private func checkpoint(_ transaction: WatchedTransaction) {
        state.withLock { $0.uncheckpointed = 0 }
        // A reader in the way is no failure: the next checkpoint gets further. A failed sync is one.
        try? transaction.checkpoint()
        if let fault = transaction.breakage { breakDown(fault) }
    }

    /// Answers erasures once no file holds what they removed. Waits for readers of an older state, but not for ever; letters are
    /// committed in between.
    private func wipe(_ transaction: WatchedTransaction) {
        let waiting = state.withLock { $0.erasures }
        guard !waiting.isEmpty else { return }
        let result = Result {
            if case .broken(let fault) = health { throw StoreError.broken(fault) }
            return try transaction.wipe()
        }
        if let fault = transaction.breakage { breakDown(fault) }
        // A reader, or another process, is in the way: asking again at once would only keep the processor busy.
        if case .success(.obstructed) = result { usleep(20_000) }
        var left: [Erasure] = []
        for erasure in waiting {
            switch result {
            case .success(.complete): erasure.answer()
            case .success(.obstructed) where ContinuousClock.now >= erasure.deadline:
                erasure.fail(StoreError.notErased(waited: erasureLimit))
            case .success: left.append(erasure)
            case .failure(let error): erasure.fail(error)
            }
        }
        state.withLock { $0.erasures = left }
    }
}
