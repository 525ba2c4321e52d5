package import PosternCore
private import Synchronization

/// Which letters are being sent, and which were delivered lately: a letter asked for twice is sent once.
///
/// The relay asks a second time only when it lost the first answer: it was killed, or its lease ran out while it stood
/// still. Without this, each of those would be a duplicate in somebody's mailbox.
package final class Rounds: Sendable {
    private struct State {
        var running: [LetterID: Task<Outcome, Never>] = [:]
        var delivered: [LetterID: Outcome] = [:]
        var order: [LetterID] = []

        enum Start {
            case known(Outcome)
            case running(Task<Outcome, Never>)
            case begun(Task<Outcome, Never>)
        }

        mutating func begin(_ id: LetterID, _ send: @escaping @Sendable () async -> Outcome) -> Start {
            if let outcome = delivered[id] { return .known(outcome) }
            if let task = running[id] { return .running(task) }
            // A task of its own: the sending goes on when the connection that asked for it is gone.
            let task = Task { await send() }
            running[id] = task
            return .begun(task)
        }

        mutating func end(_ id: LetterID, _ outcome: Outcome) {
            running[id] = nil
            guard outcome.kind == .delivered, delivered.updateValue(outcome, forKey: id) == nil else { return }
            order.append(id)
            if order.count > Rounds.memory * 2 {
                // In one go, so that forgetting costs nothing per letter.
                for old in order.prefix(Rounds.memory) { delivered[old] = nil }
                order.removeFirst(Rounds.memory)
            }
        }
    }

    /// Far more than there are lanes: a relay cannot lose more answers than it had letters under way.
    package static let memory = 4_096
    private let state = Mutex(State())

    package init() {}

    /// How many deliveries are remembered.
    package var remembered: Int { state.withLock { $0.order.count } }

    /// - Returns: the outcome of this sending, of the one that is under way, or of the one that delivered it.
    package func once(_ id: LetterID, _ send: @escaping @Sendable () async -> Outcome) async -> Outcome {
        let task: Task<Outcome, Never>
        switch state.withLock({ $0.begin(id, send) }) {
        case .known(let outcome): return outcome
        case .running(let running): return await running.value
        case .begun(let begun): task = begun
        }
        let outcome = await task.value
        state.withLock { $0.end(id, outcome) }
        return outcome
    }
}
