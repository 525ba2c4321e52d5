private import Synchronization

/// Wakes one sleeper. Rung while nobody sleeps, it wakes the next at once; rung often, it wakes once.
final class Bell: Sendable {
    private struct State {
        var hasRung = false
        var sleeper: CheckedContinuation<Void, Never>?
        /// Tells one sleep from the next, so that an old alarm wakes nobody.
        var sleep = 0
    }

    private let state = Mutex(State())

    func ring() {
        wake { state in
            guard state.sleeper == nil else { return true }
            state.hasRung = true
            return false
        }
    }

    /// Returns when the bell rings, and after `span` at the latest.
    func wait(for span: Duration) async {
        let sleep = state.withLock { state in
            state.sleep += 1
            return state.sleep
        }
        // A task of its own, because the alarm is left behind, not waited for, when the bell rings first.
        let alarm = Task {
            try? await Task.sleep(for: span)
            guard !Task.isCancelled else { return }
            self.wake { $0.sleep == sleep }
        }
        await withCheckedContinuation { continuation in
            let isAwake = state.withLock { state in
                guard !state.hasRung else {
                    state.hasRung = false
                    return true
                }
                state.sleeper = continuation
                return false
            }
            if isAwake { continuation.resume() }
        }
        alarm.cancel()
    }

    private func wake(if condition: (inout State) -> Bool) {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard condition(&state) else { return nil }
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }
}
