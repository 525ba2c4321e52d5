import CCurl
import Foundation
import PosternCore

/// A thread of its own with one connection to the smarthost: carries one letter after the other.
///
/// Threads, since libcurl's multi interface waits for the reply to the final dot inside `curl_multi_perform`, where one
/// slow server would hold up every letter; and never Swift's cooperative pool, whose few threads must not block.
final class Lane: Sendable {
    private let number: Int
    private let smarthost: Smarthost
    private let timeouts: SMTPTimeouts
    private let queue: LaneQueue

    init(number: Int, smarthost: Smarthost, timeouts: SMTPTimeouts, queue: LaneQueue) {
        (self.number, self.smarthost, self.timeouts, self.queue) = (number, smarthost, timeouts, queue)
    }

    /// Starts the thread, which ends when the queue closes.
    func start() {
        let thread = Thread { self.run() }
        thread.name = "smtp-lane-\(number)"
        thread.start()
    }

    private func run() {
        // With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to us; a thread that takes none is killed by none.
        _ = ccurl_block_sigpipe()
        while let ticket = queue.next(for: number, waitingAtMost: nil) { serve(from: ticket) }
        queue.laneEnded()
    }

    /// The life of one client: from the first letter until it has been idle for too long, or the queue closes.
    private func serve(from first: LaneQueue.Ticket) {
        do throws(CurlFault) {
            var client = try SMTPClient(smarthost: smarthost, timeouts: timeouts, abortFlag: queue.abortFlag)
            var next: LaneQueue.Ticket? = first
            while let ticket = next {
                let outcome = client.send(ticket.message)
                let limit = client.hasConnection ? timeouts.idle : nil
                next = queue.next(for: number, waitingAtMost: limit) { ticket.settle(outcome) }
            }
        } catch {
            first.settle(Outcome(.ourFault, health: .unknown, evidence: .init(stage: .prepare, text: "\(error)")))
        }
    }
}
