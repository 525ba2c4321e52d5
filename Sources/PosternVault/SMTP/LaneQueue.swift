import Dispatch
import PosternCore
import PosternMail
import Synchronization

/// Where letters wait for a free lane, and idle lanes for a letter.
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

    private struct State {
        var waiting: ArraySlice<Ticket> = []
        /// Numbers of idle lanes; the one idle for the shortest time is last.
        var idle: [Int] = []
        /// Letters given to idle lanes that have not woken yet.
        var handed: [Int: Ticket] = [:]
        var isClosed = false
        var runningLanes: Int
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let abortFlag = AbortFlag()
    private let state: Mutex<State>
    private let wakeUps: [DispatchSemaphore]

    init(lanes: Int) {
        state = Mutex(State(runningLanes: lanes))
        wakeUps = (0..<lanes).map { _ in DispatchSemaphore(value: 0) }
    }

    func submit(_ message: OutgoingMessage) async -> Outcome {
        await withCheckedContinuation { answer in
            let ticket = Ticket(message: message, answer: answer)
            let (lane, isClosed) = state.withLock { state -> (Int?, Bool) in
                guard !state.isClosed else { return (nil, true) }
                guard let lane = state.idle.popLast() else {
                    state.waiting.append(ticket)
                    return (nil, false)
                }
                state.handed[lane] = ticket
                return (lane, false)
            }
            if let lane { wakeUps[lane].signal() }
            if isClosed { ticket.settle(Self.closing) }
        }
    }

    /// The next letter for a lane. Blocks its thread.
    /// - Parameters:
    ///   - idleTime: how long its connection is kept; nil when it has none.
    ///   - settle: reports the last letter's outcome. Called when this lane is already free again: otherwise a caller that sends
    ///   letter after letter would find it busy each time, and wake a second one.
    /// - Returns: nil when none came in time, or none will come.
    func next(for lane: Int, waitingAtMost idleTime: Duration?, settle: () -> Void = {}) -> Ticket? {
        let (ticket, isClosed) = state.withLock { state -> (Ticket?, Bool) in
            if let ticket = state.waiting.popFirst() { return (ticket, false) }
            state.waiting = []
            // A lane without a connection, such as a thread that has just started, comes after all that have one.
            if !state.isClosed { state.idle.insert(lane, at: idleTime == nil ? 0 : state.idle.endIndex) }
            return (nil, state.isClosed)
        }
        settle()
        guard ticket == nil, !isClosed else { return ticket }
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
        for lane in idle { wakeUps[lane].signal() }
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
