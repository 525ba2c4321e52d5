package import PosternCore
private import Synchronization

/// Which letters are being sent, and which were delivered lately: a letter asked for twice is sent once.
///
/// The relay asks a second time only when it lost the first answer: it was killed, or its lease ran out while it stood
/// still. Without this, each of those would be a duplicate in somebody's mailbox.
package final class DeliveryDeduplicator: Sendable {
    /// Resumed with nil when the letter is the asker's to send.
    private typealias Asker = CheckedContinuation<Outcome?, Never>

    private struct State {
        /// Who else waits for what is being sent.
        var running: [LetterID: [Asker]] = [:]
        var delivered: [LetterID: Outcome] = [:]
        var order: [LetterID] = []

        enum Answer {
            case delivered(Outcome)
            case send
            case wait
        }

        mutating func answer(_ asker: Asker, about id: LetterID) -> Answer {
            if let outcome = delivered[id] { return .delivered(outcome) }
            guard running[id] == nil else {
                running[id]?.append(asker)
                return .wait
            }
            running[id] = []
            return .send
        }

        /// - Returns: who is to be told.
        mutating func end(_ id: LetterID, _ outcome: Outcome) -> [Asker] {
            let askers = running.removeValue(forKey: id) ?? []
            guard outcome.kind == .delivered, delivered.updateValue(outcome, forKey: id) == nil else { return askers }
            order.append(id)
            if order.count > DeliveryDeduplicator.memory * 2 {
                // In one go, so that forgetting costs nothing per letter.
                for old in order.prefix(DeliveryDeduplicator.memory) { delivered[old] = nil }
                order.removeFirst(DeliveryDeduplicator.memory)
            }
            return askers
        }
    }

    /// Far more than there are lanes: a relay cannot lose more answers than it had letters under way.
    package static let memory = 4_096
    private let state = Mutex(State())

    package init() {}

    /// How many wait for what another sends.
    package var waiting: Int { state.withLock { $0.running.values.reduce(0) { $0 + $1.count } } }

    /// How many deliveries are remembered.
    package var remembered: Int { state.withLock { $0.order.count } }

    /// - Parameter send: looks at no cancellation, so that the sending goes on when whoever asked for it is gone.
    /// - Returns: the outcome of this sending, of the one that is under way, or of the one that delivered it.
    package func once(_ id: LetterID, _ send: () async -> Outcome) async -> Outcome {
        let known = await withCheckedContinuation { asker in
            switch state.withLock({ $0.answer(asker, about: id) }) {
            case .delivered(let outcome): asker.resume(returning: outcome)
            case .send: asker.resume(returning: nil)
            case .wait: break
            }
        }
        if let known { return known }
        let outcome = await send()
        for asker in state.withLock({ $0.end(id, outcome) }) { asker.resume(returning: outcome) }
        return outcome
    }
}
