import Synchronization

/// Limits how many connections a scripted server has at a time; each further one is refused.
package final class ConnectionLimit: Sendable {
    private struct State {
        var most: Int
        var admitted: Set<Int> = []
        var peak = 0
        var refused = 0
    }

    private let state: Mutex<State>
    private let stage: ServerStage
    private let refusal: ServerAction

    package static let greeting = ServerAction.thenDrop(.reply("421 4.7.0 mx.example Error: too many connections from 192.0.2.1"))

    /// - Parameters:
    ///   - stage: where the further ones learn of it.
    ///   - refusal: how.
    package init(_ most: Int, at stage: ServerStage = .greeting, _ refusal: ServerAction = greeting) {
        state = Mutex(State(most: most))
        self.stage = stage
        self.refusal = refusal
    }

    package func set(_ most: Int) { state.withLock { $0.most = most } }

    /// The most that were admitted at a time.
    package var peak: Int { state.withLock { $0.peak } }
    package var refused: Int { state.withLock { $0.refused } }

    /// For `Script.choose`.
    package func action(at stage: ServerStage, _ info: SessionInfo) -> ServerAction? {
        state.withLock { state in
            if stage == .greeting {
                state.admitted.formIntersection(info.open)
                if state.admitted.count < state.most { state.admitted.insert(info.session) }
                state.peak = max(state.peak, state.admitted.count)
            }
            guard stage == self.stage, !state.admitted.contains(info.session) else { return nil }
            state.refused += 1
            return refusal
        }
    }
}
