package import PosternCore
private import Synchronization

/// Which letters are being sent, and which were delivered lately: a letter that is asked for twice is sent once.
///
/// The relay asks again only when it lost the first answer: it was killed, or its lease ran out while it was stopped. Without
/// this, each of those letters would arrive twice.
package final class DeliveryDeduplicator: Sendable {
    /// Resumed with nil when this caller must send the letter.
    private typealias Asker = CheckedContinuation<Outcome?, Never>

    private struct State {
        /// Letters that are being sent, with those who wait for their outcome.
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

        /// - Returns: those who wait for the outcome.
        mutating func end(_ id: LetterID, _ outcome: Outcome) -> [Asker] {
            let askers = running.removeValue(forKey: id) ?? []
            guard outcome.kind == .delivered, delivered.updateValue(outcome, forKey: id) == nil else { return askers }
            order.append(id)
            if order.count > DeliveryDeduplicator.memory * 2 {
                // In bulk, since removing from the front of an array is expensive.
                for old in order.prefix(DeliveryDeduplicator.memory) { delivered[old] = nil }
                order.removeFirst(DeliveryDeduplicator.memory)
            }
            return askers
        }
    }

    /// Far more than there are lanes: a relay cannot lose more answers than it has letters under way.
    package static let memory = 4_096
    private let state = Mutex(State())

    package init() {}

    /// How many callers wait for a letter that another one sends.
    package var waiting: Int { state.withLock { $0.running.values.reduce(0) { $0 + $1.count } } }

    /// How many deliveries are remembered.
    package var remembered: Int { state.withLock { $0.order.count } }

    /// - Parameter send: must ignore cancellation, so that sending is finished even when the caller is gone.
    /// - Returns: the outcome of this attempt, of the one under way, or of the one that delivered the letter.
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
