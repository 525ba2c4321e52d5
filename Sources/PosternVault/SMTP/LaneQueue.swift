package import Dispatch
package import PosternCore
package import PosternMail
private import Synchronization

/// Where letters wait for a free lane, and idle lanes for a letter, as far as the smarthost allows connections.
///
/// The lane that became idle last gets the next letter: at low traffic one connection stays open, instead of all of them timing
/// out in turn. Locks are held for a few instructions, so a caller on the cooperative pool never waits for a lane.
///
/// While letters wait and fewer connections are allowed than there are lanes, one lane without a connection keeps watch: it gets up
/// when one more may be tried. The lanes that have a connection may all hang until their time-outs.
package final class LaneQueue: Sendable {
    package struct Ticket: Sendable {
        package let message: OutgoingMessage
        fileprivate let answer: CheckedContinuation<Outcome, Never>

        /// Call it exactly once.
        package func settle(_ outcome: Outcome) { answer.resume(returning: outcome) }
    }

    fileprivate struct State {
        var waiting: ArraySlice<Ticket> = []
        /// Numbers of idle lanes; the one idle for the shortest time is last.
        var idle: [Int] = []
        /// Lanes that have a connection, or are about to make one.
        var connected: Set<Int> = []
        /// Those of them whose connection has carried a letter.
        var proven: Set<Int> = []
        /// When each busy lane got its letter.
        var busySince: [Int: Timestamp] = [:]
        var limit: LaneLimit
        /// The lane that keeps watch; it is idle, or has just woken.
        var watcher: Int?
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
    private let wait: Wait

    /// Waits for a signal, for that long at most; nil: for ever. Returns whether there was one.
    package typealias Wait = @Sendable (DispatchSemaphore, Duration?) -> Bool

    package init(lanes: Int, now: @escaping @Sendable () -> Timestamp, wait: @escaping Wait = LaneQueue.wait) {
        self.now = now
        self.wait = wait
        state = Mutex(State(limit: LaneLimit(most: lanes), runningLanes: lanes))
        wakeUps = (0..<lanes).map { _ in DispatchSemaphore(value: 0) }
    }

    package func submit(_ message: OutgoingMessage) async -> Outcome {
        await withCheckedContinuation { answer in
            let ticket = Ticket(message: message, answer: answer)
            let (woken, isClosed) = state.withLock { state -> ([Int], Bool) in
                guard !state.isClosed else { return ([], true) }
                state.waiting.append(ticket)
                return (state.handOut(at: now()) + state.keepWatch(), false)
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
    package func next(
        for lane: Int, waitingAtMost idleTime: Duration?, hasWorked: Bool = false, settle: () -> Void = {}
    ) -> Ticket? {
        let (ticket, woken, mayWait) = state.withLock { state -> (Ticket?, [Int], Bool) in
            if hasWorked { state.limit.worked() }
            state.proven.remove(lane)
            state.busySince[lane] = nil
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
            let woken = state.handOut(at: now()) + state.keepWatch()
            let ticket = state.handed.removeValue(forKey: lane)
            return (ticket, woken.filter { $0 != lane }, ticket == nil)
        }
        settle()
        wake(woken)
        return mayWait ? handedLater(to: lane, within: idleTime) : ticket
    }

    /// Waits until a letter is handed to an idle lane. A signal says that it may be worth looking, no more: one can be left over from a
    /// letter that was found without it.
    private func handedLater(to lane: Int, within idleTime: Duration?) -> Ticket? {
        let end = idleTime.map { ContinuousClock.now + $0 }
        while true {
            let left = end.map { $0 - .now } ?? state.withLock { $0.untilTrial(for: lane, at: now()) }
            let isWoken = wait(wakeUps[lane], left)
            let (ticket, woken, isOver) = state.withLock { state -> (Ticket?, [Int], Bool) in
                if state.watcher == lane { state.watcher = nil }
                // It may be time for one more connection.
                var woken = idleTime == nil ? state.handOut(at: now()) : []
                let ticket = state.handed.removeValue(forKey: lane)
                let isOver = ticket != nil || state.isClosed || idleTime != nil && !isWoken
                if isOver {
                    state.idle.removeAll { $0 == lane }
                    woken += state.keepWatch()
                } else if idleTime == nil, state.isWatchNeeded {
                    state.watcher = lane
                }
                return (ticket, woken.filter { $0 != lane }, isOver)
            }
            wake(woken)
            if isOver { return ticket }
        }
    }

    package static let wait: Wait = { semaphore, longest in
        // One more, so that it is not woken a moment too early again and again.
        let limit = longest.map { DispatchTime.now() + .milliseconds(Int(max($0, .zero).milliseconds) + 1) } ?? .distantFuture
        return semaphore.wait(timeout: limit) == .success
    }

    /// The smarthost turned away the connection that this lane wanted. While others have theirs, the letter goes to one of them:
    /// it was no attempt.
    /// - Returns: false when no other has one that it uses. Then it is not about how many there are.
    package func turnedAway(_ lane: Int, _ refusal: ConnectionRefusal, with ticket: Ticket) -> Bool {
        let woken = state.withLock { state -> [Int]? in
            state.connected.remove(lane)
            state.proven.remove(lane)
            state.busySince[lane] = nil
            let moment = now()
            // Silence is what a smarthost that is away gives all of them. Only those that are known to have one count.
            let others = (refusal == .plain ? state.connected : state.proven).count { !state.hangs($0, at: moment) }
            state.limit.turnedAway(others: others, at: moment)
            guard others > 0, !state.isClosed else { return nil }
            state.waiting.insert(ticket, at: state.waiting.startIndex)
            return state.handOut(at: now()) + state.keepWatch()
        }
        wake(woken ?? [])
        return woken != nil
    }

    /// The smarthost says that there are too many connections, on one that it had accepted.
    func isOverLimit() {
        state.withLock { $0.limit.turnedAway(others: $0.connected.count - 1, at: now()) }
    }

    /// How many lanes may have a connection.
    package var allowed: Int { state.withLock { $0.limit.allowed } }
    /// How many have one that has carried a letter, and do not hang on it now.
    var open: Int {
        state.withLock { state in
            let moment = now()
            return state.proven.count { !state.hangs($0, at: moment) }
        }
    }

    private func wake(_ lanes: [Int]) {
        for lane in lanes { wakeUps[lane].signal() }
    }

    /// Takes no more letters; those that no lane has begun come back deferred.
    package func close() {
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
    /// Longer than slow content filters take. A lane that waits longer may have the end of a connection whose server is gone (after
    /// the final dot it waits ten minutes, RFC 5321 §4.5.3.2.6), and is no sign that the smarthost takes anything.
    private static let usualTime = Duration.minutes(2)

    fileprivate func hangs(_ lane: Int, at now: Timestamp) -> Bool {
        busySince[lane].map { now.since($0) >= Self.usualTime } ?? false
    }

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
            busySince[lane] = now()
            handed[lane] = ticket
            woken.append(lane)
        }
        // A slice keeps what was removed from its front.
        if waiting.isEmpty { waiting = [] }
        return woken
    }

    /// Has one lane without a connection keep watch, if letters wait for one more to be allowed.
    /// - Returns: the lane to wake, if it sleeps.
    fileprivate mutating func keepWatch() -> [Int] {
        guard isWatchNeeded, let lane = idle.first(where: { !connected.contains($0) }) else { return [] }
        watcher = lane
        return [lane]
    }

    fileprivate var isWatchNeeded: Bool { watcher == nil && !waiting.isEmpty && limit.nextTrial != nil }

    /// How long a lane without a connection may sleep; nil, for ever, unless it keeps watch.
    fileprivate mutating func untilTrial(for lane: Int, at now: Timestamp) -> Duration? {
        guard watcher == lane else { return nil }
        guard !waiting.isEmpty, let trial = limit.nextTrial else {
            // Nothing to watch for: the next letter finds another watcher.
            watcher = nil
            return nil
        }
        return min(trial.since(now), LaneLimit.longestWait)
    }
}
