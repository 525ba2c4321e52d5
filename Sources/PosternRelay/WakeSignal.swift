private import Synchronization

/// Wakes every waiter. A signal given while nobody waits is kept for the next waiter; several of them count as one.
package final class WakeSignal: Sendable {
    /// A wait is in the table from its beginning to its end, so that no waiter is overwritten or forgotten, and a cancellation
    /// or an alarm that comes before the waiter is suspended is kept for it.
    private enum Waiter {
        case notSuspended
        case suspended(CheckedContinuation<Void, Never>)
        /// To be resumed as soon as it is suspended.
        case woken
    }

    private struct State {
        var isSignalled = false
        var waiters: [Int: Waiter] = [:]
        var lastWait = 0

        /// - Returns: whom to resume.
        mutating func wake(_ wait: Int) -> CheckedContinuation<Void, Never>? {
            switch waiters[wait] {
            case .suspended(let continuation):
                waiters[wait] = nil
                return continuation
            case .notSuspended: waiters[wait] = .woken
            case .woken, nil: break
            }
            return nil
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// How many wait now.
    package var waiting: Int { state.withLock { $0.waiters.count } }

    package func signal() {
        let resumed = state.withLock { state in
            if state.waiters.isEmpty { state.isSignalled = true }
            return state.waiters.keys.compactMap { state.wake($0) }
        }
        for continuation in resumed { continuation.resume() }
    }

    /// Returns on the next signal, after `span` at the latest, and at once when the task is cancelled.
    package func wait(for span: Duration) async {
        let wait = state.withLock { state -> Int? in
            if state.isSignalled {
                state.isSignalled = false
                return nil
            }
            state.lastWait += 1
            state.waiters[state.lastWait] = .notSuspended
            return state.lastWait
        }
        // Under load it nearly always was signalled, and an alarm is expensive to set.
        guard let wait else { return }
        // A task of its own: when the signal comes first, nobody waits for the alarm.
        let alarm = Task {
            try? await Task.sleep(for: span)
            guard !Task.isCancelled else { return }
            self.end(wait)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWoken = state.withLock { state in
                    if case .woken = state.waiters[wait] {
                        state.waiters[wait] = nil
                        return true
                    }
                    state.waiters[wait] = .suspended(continuation)
                    return false
                }
                if isWoken { continuation.resume() }
            }
        } onCancel: {
            end(wait)
        }
        alarm.cancel()
    }

    private func end(_ wait: Int) {
        state.withLock { $0.wake(wait) }?.resume()
    }
}
