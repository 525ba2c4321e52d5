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
    private let patience: Patience
    private let desk: Desk

    init(number: Int, smarthost: Smarthost, patience: Patience, desk: Desk) {
        (self.number, self.smarthost, self.patience, self.desk) = (number, smarthost, patience, desk)
    }

    /// Starts the thread, which ends when the desk closes.
    func start() {
        let thread = Thread { self.run() }
        thread.name = "smtp-lane-\(number)"
        thread.start()
    }

    private func run() {
        // With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to us; a thread that takes none is killed by none.
        _ = ccurl_block_sigpipe()
        while let ticket = desk.next(for: number, waitingAtMost: nil) { serve(from: ticket) }
        desk.laneEnded()
    }

    /// The life of one client: from the first letter until it has been idle for too long, or the desk closes.
    private func serve(from first: Desk.Ticket) {
        do throws(CurlFault) {
            var client = try SMTPClient(smarthost: smarthost, patience: patience, hurry: desk.hurry)
            var next: Desk.Ticket? = first
            while let ticket = next {
                let outcome = client.send(ticket.message)
                let limit = client.hasConnection ? patience.idle : nil
                next = desk.next(for: number, waitingAtMost: limit) { ticket.settle(outcome) }
            }
        } catch {
            first.settle(Outcome(.ourFault, health: .unknown, evidence: .init(stage: .prepare, text: "\(error)")))
        }
    }
}
