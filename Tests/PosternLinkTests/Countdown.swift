import Synchronization

/// Lets nobody pass before all have arrived.
final class Countdown: Sendable {
    private struct State {
        var missing: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(from count: Int) {
        state = Mutex(State(missing: count))
    }

    func arriveAndWait() async {
        await withCheckedContinuation { continuation in
            let passing = state.withLock { state in
                state.missing -= 1
                state.waiting.append(continuation)
                guard state.missing <= 0 else { return [] as [CheckedContinuation<Void, Never>] }
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in passing { continuation.resume() }
        }
    }
}
