private import Synchronization

/// Wakes one sleeper. Rung while nobody sleeps, it wakes the next at once; rung often, it wakes once.
final class WakeSignal: Sendable {
    private struct State {
        var isSignalled = false
        var sleeper: CheckedContinuation<Void, Never>?
        /// Tells one sleep from the next, so that an old alarm wakes nobody.
        var sleep = 0
    }

    private let state = Mutex(State())

    func signal() {
        signal(during: nil)
    }

    /// Returns when the wakeSignal rings, after `span` at the latest, and at once when the task is cancelled.
    func wait(for span: Duration) async {
        let sleep = state.withLock { state -> Int? in
            state.sleep += 1
            defer { state.isSignalled = false }
            return state.isSignalled ? nil : state.sleep
        }
        // Under load it nearly always has, and an alarm is dear to set.
        guard let sleep else { return }
        // A task of its own, because the alarm is left behind, not waited for, when the wakeSignal rings first.
        let alarm = Task {
            try? await Task.sleep(for: span)
            guard !Task.isCancelled else { return }
            self.signal(during: sleep)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAwake = state.withLock { state in
                    guard !state.isSignalled else {
                        state.isSignalled = false
                        return true
                    }
                    state.sleeper = continuation
                    return false
                }
                if isAwake { continuation.resume() }
            }
        } onCancel: {
            self.signal()
        }
        alarm.cancel()
    }

    /// A short alarm may go off before its sleeper has lain down: then, too, the wakeSignal has rung.
    private func signal(during sleep: Int?) {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard sleep == nil || state.sleep == sleep else { return nil }
            guard let sleeper = state.sleeper else {
                state.isSignalled = true
                return nil
            }
            state.sleeper = nil
            return sleeper
        }
        sleeper?.resume()
    }
}
