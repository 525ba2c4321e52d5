import Dispatch
import PosternCore
import PosternMail
import Synchronization

/// Where letters wait for a free lane, and idle lanes for a letter, as far as the smarthost allows connections.
///
/// The lane that became idle last gets the next letter: at low traffic one connection stays open, instead of all of them timing
/// out in turn. Locks are held for a few instructions, so a caller on the cooperative pool never waits for a lane.
final class LaneQueue: Sendable {
    struct Ticket: Sendable {
        let message: OutgoingMessage
        fileprivate let answer: CheckedContinuation<Outcome, Never>

        /// Call it exactly once.
        func settle(_ outcome: Outcome) { answer.resume(returning: outcome) }
    }

    fileprivate struct State {
        var waiting: ArraySlice<Ticket> = []
        /// Numbers of idle lanes; the one idle for the shortest time is last.
        var idle: [Int] = []
        /// Lanes that have a connection, or are about to make one.
        var connected: Set<Int> = []
        /// Those of them whose connection has carried a letter.
        var proven: Set<Int> = []
        var limit: LaneLimit
        /// Letters given to idle lanes that have not woken yet.
        var handed: [Int: Ticket] = [:]
        var isClosed = false
        var runningLanes: Int
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let abortFlag = AbortFlag()
    private let state: Mutex<State>
    private let wakeUps: [DispatchSemaphore]
    private let now: @Sendable () -> Timestamp

    init(lanes: Int, now: @escaping @Sendable () -> Timestamp) {
        self.now = now
        state = Mutex(State(limit: LaneLimit(most: lanes), runningLanes: lanes))
        wakeUps = (0..<lanes).map { _ in DispatchSemaphore(value: 0) }
    }

    func submit(_ message: OutgoingMessage) async -> Outcome {
        await withCheckedContinuation { answer in
            let ticket = Ticket(message: message, answer: answer)
            let (woken, isClosed) = state.withLock { state -> ([Int], Bool) in
                guard !state.isClosed else { return ([], true) }
                state.waiting.append(ticket)
                return (state.handOut(at: now()), false)
            }
            wake(woken)
            if isClosed { ticket.settle(Self.closing) }
        }
    }

    /// The next letter for a lane. Blocks its thread.
    /// - Parameters:
    ///   - idleTime: how long its connection is kept; nil when it has none.
    ///   - hasWorked: the connection, or the last one, has carried a letter.
    ///   - settle: reports the last letter's outcome. Called when this lane is already free again: otherwise a caller that sends
    ///   letter after letter would find it busy each time, and wake a second one.
    /// - Returns: nil when none came in time, none will come, or the lane must close its connection.
    func next(
        for lane: Int, waitingAtMost idleTime: Duration?, hasWorked: Bool = false, settle: () -> Void = {}
    ) -> Ticket? {
        let (ticket, woken, mayWait) = state.withLock { state -> (Ticket?, [Int], Bool) in
            if hasWorked { state.limit.worked() }
            state.proven.remove(lane)
            if idleTime == nil {
                state.connected.remove(lane)
            } else if hasWorked {
                state.proven.insert(lane)
            }
            guard !state.isClosed else { return (nil, [], false) }
            // The limit has fallen below what is open. Without its connection the lane comes back and waits.
            if idleTime != nil, state.connected.count > state.limit.allowed { return (nil, [], false) }
            // A lane without a connection, such as a thread that has just started, comes after all that have one.
            state.idle.insert(lane, at: idleTime == nil ? 0 : state.idle.endIndex)
            let woken = state.handOut(at: now())
            let ticket = state.handed.removeValue(forKey: lane)
            return (ticket, woken.filter { $0 != lane }, ticket == nil)
        }
        settle()
        wake(woken)
        guard mayWait else { return ticket }
        let limit = idleTime.map { DispatchTime.now() + .milliseconds(Int($0.milliseconds)) } ?? .distantFuture
        let isWoken = wakeUps[lane].wait(timeout: limit) == .success
        let late = state.withLock { state -> Ticket? in
            state.idle.removeAll { $0 == lane }
            return state.handed.removeValue(forKey: lane)
        }
        // The letter was handed over just as the wait ended. Its signal is still to come, and must not wake this lane later.
        if !isWoken && late != nil { wakeUps[lane].wait() }
        return late
    }

    /// The smarthost turned away the connection that this lane wanted. While others have theirs, the letter goes to one of them:
    /// it was no attempt.
    /// - Returns: false when no other has one. Then it is not about how many there are.
    func turnedAway(_ lane: Int, _ refusal: ConnectionRefusal, with ticket: Ticket) -> Bool {
        let woken = state.withLock { state -> [Int]? in
            state.connected.remove(lane)
            state.proven.remove(lane)
            // Silence is what a smarthost that is away gives all of them. Only those that are known to have one count.
            let others = refusal == .plain ? state.connected.count : state.proven.count
            state.limit.turnedAway(others: others, at: now())
            guard others > 0, !state.isClosed else { return nil }
            state.waiting.insert(ticket, at: state.waiting.startIndex)
            return state.handOut(at: now())
        }
        wake(woken ?? [])
        return woken != nil
    }

    /// The smarthost says that there are too many connections, on one that it had accepted.
    func isOverLimit() {
        state.withLock { $0.limit.turnedAway(others: $0.connected.count - 1, at: now()) }
    }

    /// How many lanes may have a connection.
    var allowed: Int { state.withLock { $0.limit.allowed } }
    /// How many have one that has carried a letter.
    var open: Int { state.withLock { $0.proven.count } }

    private func wake(_ lanes: [Int]) {
        for lane in lanes { wakeUps[lane].signal() }
    }

    /// Takes no more letters; those that no lane has begun come back deferred.
    func close() {
        let (left, idle) = state.withLock { state -> (ArraySlice<Ticket>, [Int]) in
            defer {
                state.waiting = []
                state.idle = []
                state.isClosed = true
            }
            return (state.waiting, state.idle)
        }
        for ticket in left { ticket.settle(Self.closing) }
        wake(idle)
    }

    func laneEnded() {
        let endWaiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.runningLanes -= 1
            guard state.runningLanes == 0 else { return [] }
            defer { state.endWaiters = [] }
            return state.endWaiters
        }
        for waiter in endWaiters { waiter.resume() }
    }

    /// Returns when every lane's thread has closed its connection.
    func allEnded() async {
        await withCheckedContinuation { waiter in
            let isOver = state.withLock { state -> Bool in
                if state.runningLanes > 0 { state.endWaiters.append(waiter) }
                return state.runningLanes == 0
            }
            if isOver { waiter.resume() }
        }
    }

    private static let closing = Outcome(
        .deferred, health: .unknown, diagnosis: .init(stage: .prepare, text: "not begun because the vault is closing"))
}

extension LaneQueue.State {
    /// Gives waiting letters to idle lanes: first to those that have a connection, then to others as long as more are allowed.
    /// - Returns: the lanes to wake.
    fileprivate mutating func handOut(at now: @autoclosure () -> Timestamp) -> [Int] {
        var woken: [Int] = []
        while !waiting.isEmpty, !idle.isEmpty {
            guard
                let place = idle.lastIndex(where: { connected.contains($0) || connected.count < limit.allowed })
                    ?? (limit.tryOneMore(at: now()) ? idle.indices.last : nil),
                let ticket = waiting.popFirst()
            else { break }
            let lane = idle.remove(at: place)
            connected.insert(lane)
            handed[lane] = ticket
            woken.append(lane)
        }
        // A slice keeps what was removed from its front.
        if waiting.isEmpty { waiting = [] }
        return woken
    }
}
