private import CCurl
private import Foundation
package import Logging
package import PosternCore
package import PosternLink
package import PosternMail
private import Synchronization

/// The lanes to the smarthost. As many letters are under way at once as there are lanes; the others wait.
package final class LanePool: Sendable {
    package let lanes: Int
    private let queue: LaneQueue
    private let observations: LaneObservations
    private let transfers = Mutex(LastTransfers())
    private let now: @Sendable () -> Timestamp

    /// Starts the lanes; nothing is dialled before the first letter.
    /// - Parameter lanes: at least 1.
    package init(
        smarthost: Smarthost, lanes: Int, timeouts: SMTPTimeouts = SMTPTimeouts(), logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.lanes = max(lanes, 1)
        self.now = now
        queue = LaneQueue(lanes: self.lanes, now: now)
        observations = LaneObservations(lanes: self.lanes, logger: logger, now: now)
        for number in 0..<self.lanes {
            Lane(number: number, smarthost: smarthost, timeouts: timeouts, queue: queue, observations: observations).start()
        }
    }

    /// How many letters the relay may have under way: where the smarthost limits connections, one more than it allows, so that a
    /// letter is there when one more is tried.
    package var capacity: Int { min(lanes, queue.allowed + 1) }

    /// What has been learnt of the smarthost since the start, for the doctor.
    package var condition: VaultCondition.Lanes { observations.condition(allowed: queue.allowed, open: queue.open) }

    deinit {
        // Otherwise the threads of a pool that nobody closed would wait for ever.
        queue.close()
    }

    /// Hands one letter to the smarthost. Suspends, never blocks, and returns what became of the letter, whatever that is.
    ///
    /// A cancelled caller still gets the outcome: a letter that may have left must be accounted for. Only `close` ends a transfer
    /// early.
    package func send(_ message: OutgoingMessage) async -> Outcome {
        if let fault = message.fault {
            return Outcome(.ourFault, health: .unknown, diagnosis: .init(stage: .prepare, text: fault))
        }
        let began = ContinuousClock.now
        let outcome = await queue.submit(message)
        transfers.withLock { $0.note(outcome, after: .now - began, at: now()) }
        return outcome
    }

    /// What the last transfers were like.
    package var lastTransfers: LastTransfers { transfers.withLock { $0 } }

    /// Ends the lanes: transfers under way are finished, waiting letters are deferred. Returns when all threads are done.
    /// - Parameter grace: after that, transfers are aborted within about a second; if the text was begun, the outcome is
    ///   uncertain.
    package func close(within grace: Duration = .seconds(25)) async {
        queue.close()
        await withTaskGroup { group in
            group.addTask { [queue] in
                // Cancelled when all lanes have ended, and then the flag no longer matters; or with the caller, and then there
                // is no time to wait.
                try? await Task.sleep(for: grace)
                queue.abortFlag.raise()
            }
            await queue.allEnded()
            group.cancelAll()
        }
    }
}

/// A thread of its own with one connection to the smarthost. It sends one letter after the other.
///
/// Threads, since libcurl's multi interface waits for the reply to the final dot inside `curl_multi_perform`, where one slow
/// server would hold up every letter; and never Swift's cooperative pool, whose few threads must not block.
private final class Lane: Sendable {
    private let number: Int
    private let smarthost: Smarthost
    private let timeouts: SMTPTimeouts
    private let queue: LaneQueue
    private let observations: LaneObservations

    init(number: Int, smarthost: Smarthost, timeouts: SMTPTimeouts, queue: LaneQueue, observations: LaneObservations) {
        self.number = number
        self.smarthost = smarthost
        self.timeouts = timeouts
        self.queue = queue
        self.observations = observations
    }

    /// Starts the thread, which ends when the queue closes.
    func start() {
        let thread = Thread { self.run() }
        thread.name = "smtp-lane-\(number)"
        thread.start()
    }

    private func run() {
        // With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to us. A thread that blocks it is not killed by it.
        _ = ccurl_block_sigpipe()
        while let ticket = queue.next(for: number, waitingAtMost: nil) { serve(from: ticket) }
        queue.laneEnded()
    }

    /// The life of one client: from the first letter until it has been idle for too long, the smarthost has turned it away, or the
    /// queue closes.
    private func serve(from first: LaneQueue.Ticket) {
        do throws(CurlFault) {
            var client = try SMTPClient(smarthost: smarthost, timeouts: timeouts, abortFlag: queue.abortFlag)
            var next: LaneQueue.Ticket? = first
            while let ticket = next {
                let attempt = client.send(ticket.message)
                if let refusal = attempt.refusal, queue.turnedAway(number, refusal, with: ticket) {
                    return observations.noteTurnedAway(attempt.outcome.diagnosis)
                }
                if attempt.isOverLimit, attempt.refusal == nil {
                    queue.isOverLimit()
                    observations.noteTurnedAway(attempt.outcome.diagnosis)
                }
                let outcome = observations.judge(attempt, allowed: queue.allowed)
                let limit = client.hasConnection ? timeouts.idle : nil
                next = queue.next(for: number, waitingAtMost: limit, hasWorked: outcome.health == .reached) {
                    ticket.settle(outcome)
                }
            }
        } catch {
            first.settle(Outcome(.ourFault, health: .unknown, diagnosis: .init(stage: .prepare, text: "\(error)")))
        }
    }
}
