import PosternStore
private import Synchronization

/// Makes writes durable together: what arrives while a commit is under way shares the next transaction, and its one sync.
///
/// No timer: a lone unit is committed at once, and the time a sync takes is what gathers the next group. Nobody is answered
/// before COMMIT has returned (A1).
final class GroupCommit: Sendable {
    private struct State: Sendable {
        var waiting: [StoreUnit] = []
        var isRunning = false
        var health = StoreHealth.well
        /// Units committed since pages were last carried from the WAL into the file.
        var uncheckpointed = 0
    }

    enum Limit {
        /// Units in one transaction: one unit's wait is bounded by its neighbours' number.
        static let group = 256
        /// Units that may wait. At the rates of a slow disk this is some seconds' worth; more would only time out.
        static let waiting = 16_384
        /// Units before the WAL is emptied in an idle moment.
        static let checkpoint = 1_000
        /// Units of one group that may fail before the rest goes one by one.
        static let ejections = 3
    }

    private let connection: SQLiteConnection
    private let checkpoints: Bool
    private let onCommit: @Sendable (_ batchSize: Int, _ duration: Duration) -> Void
    private let state = Mutex(State())

    init(
        _ connection: SQLiteConnection, checkpoints: Bool,
        onCommit: @escaping @Sendable (_ batchSize: Int, _ duration: Duration) -> Void
    ) {
        (self.connection, self.checkpoints, self.onCommit) = (connection, checkpoints, onCommit)
    }

    var health: StoreHealth { state.withLock { $0.health } }

    /// Units that wait for the transaction after the one that is under way.
    var waiting: Int { state.withLock { $0.waiting.count } }

    func write<Answer: Sendable>(_ unit: @escaping @Sendable (any Transaction) throws -> Answer) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(StoreUnit(unit, answering: continuation))
        }
    }

    /// Takes no more writes; those that wait still go. When `close` of the connection returns, they are answered.
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
        case .begin: connection.async { self.drain($0) }
        case .wait: break
        case .refuse(let error): unit.fail(error)
        }
    }

    /// On the connection's queue, until nobody waits.
    private func drain(_ transaction: SQLiteTransaction) {
        while true {
            let group = nextGroup()
            if !group.isEmpty {
                commit(group, in: transaction)
            } else if isCheckpointDue {
                checkpoint(transaction)
            } else if isDone {
                return
            }
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
            state.isRunning = !state.waiting.isEmpty
            return !state.isRunning
        }
    }

    /// Commits all, except those that throw: a unit that does is taken out and run alone, where its failure is its own, and
    /// the others are run again without it. No savepoints, which would cost every unit for the sake of the one that fails.
    private func commit(_ all: [StoreUnit], in transaction: SQLiteTransaction) {
        var group = all
        var ejected = 0
        while !group.isEmpty {
            switch attempt(group, in: transaction) {
            case .committed(let answers):
                for answer in answers { answer() }
                return
            case .broke(let fault):
                breakDown(fault)
                for unit in group { unit.fail(StoreError.broken(fault)) }
                return
            case .notBegun(let error):
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
        case notBegun(any Error)
        case broke(StoreFault)
    }

    private func attempt(_ group: [StoreUnit], in transaction: SQLiteTransaction) -> Attempt {
        // A neighbour, alone, may have broken the store a moment ago.
        if case .broken(let fault) = health { return .broke(fault) }
        do {
            try transaction.begin()
        } catch {
            return transaction.breakage.map(Attempt.broke) ?? .notBegun(error)
        }
        var answers: [@Sendable () -> Void] = []
        answers.reserveCapacity(group.count)
        for (index, unit) in group.enumerated() {
            do {
                answers.append(try unit.run(transaction))
            } catch {
                transaction.rollBack()
                return transaction.breakage.map(Attempt.broke) ?? .threw(at: index, error)
            }
        }
        if let fault = transaction.breakage {
            transaction.rollBack()
            return .broke(fault)
        }
        return seal(answers, in: transaction)
    }

    private func seal(_ answers: [@Sendable () -> Void], in transaction: SQLiteTransaction) -> Attempt {
        let began = ContinuousClock.now
        do {
            try transaction.commit()
        } catch let error {
            transaction.rollBack()
            return .broke(transaction.breakage ?? StoreFault(failedCommit: error))
        }
        state.withLock { $0.uncheckpointed += answers.count }
        onCommit(answers.count, ContinuousClock.now - began)
        return .committed(answers)
    }

    private var isCheckpointDue: Bool {
        checkpoints && state.withLock { $0.uncheckpointed >= Limit.checkpoint && $0.health == .well }
    }

    private func checkpoint(_ transaction: SQLiteTransaction) {
        state.withLock { $0.uncheckpointed = 0 }
        // Being kept from it by a reader is no failure: the next one goes further. A failed sync is.
        try? transaction.checkpoint()
        if let fault = transaction.breakage { breakDown(fault) }
    }
}

extension StoreFault {
    /// A commit that failed for whatever reason: whether it is on disk, nobody can say.
    fileprivate init(failedCommit error: any Error) {
        switch error {
        case StoreError.busy(let fault), StoreError.constraint(let fault), StoreError.refused(let fault): self = fault
        default: self.init(code: 1, message: "the commit failed", statement: "COMMIT")
        }
    }
}
