package import PosternCore

/// The lanes to the smarthost. As many letters are under way at once as there are lanes; more wait their turn.
package final class LanePool: Sendable {
    package let lanes: Int
    private let queue: LaneQueue

    /// Starts the lanes; nothing is dialled before the first letter.
    /// - Parameter lanes: at least 1.
    package init(smarthost: Smarthost, lanes: Int, timeouts: SMTPTimeouts = SMTPTimeouts()) {
        self.lanes = max(lanes, 1)
        queue = LaneQueue(lanes: self.lanes)
        for number in 0..<self.lanes {
            Lane(number: number, smarthost: smarthost, timeouts: timeouts, queue: queue).start()
        }
    }

    deinit {
        // Threads of a pool that nobody closed would wait for ever.
        queue.close()
    }

    /// Hands one letter to the smarthost. Suspends, never blocks; returns what became of it, whatever that is.
    ///
    /// A cancelled caller still gets the outcome: a letter that may have left must be accounted for. Only `close` ends a
    /// transfer before its time.
    package func send(_ message: OutgoingMessage) async -> Outcome {
        if let fault = message.fault {
            return Outcome(.ourFault, health: .unknown, evidence: .init(stage: .prepare, text: fault))
        }
        return await queue.submit(message)
    }

    /// Ends the lanes: what is under way is finished, what waits comes back deferred. Returns when all threads are done.
    /// - Parameter grace: after that, transfers are broken off within a second or so; those whose text was begun are
    ///   then uncertain.
    package func close(within grace: Duration = .seconds(25)) async {
        queue.close()
        await withTaskGroup { group in
            group.addTask { [queue] in
                // Cut short when all lanes have ended, and then nobody hurries; or when whoever closes is cancelled, and then
                // nobody has the time to wait.
                try? await Task.sleep(for: grace)
                queue.abortFlag.raise()
            }
            await queue.allEnded()
            group.cancelAll()
        }
    }
}
