import NIOCore
import Synchronization

/// Keeps servers waiting until a test opens it: events in order, without a clock.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [EventLoopPromise<Void>] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Opens for good.
    package func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpen = true
            return state.waiting
        }
        for promise in waiting { promise.succeed() }
    }

    /// Succeeds on the loop once the gate is open.
    func opening(on loop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        let isOpen = state.withLock { state in
            if !state.isOpen { state.waiting.append(promise) }
            return state.isOpen
        }
        if isOpen { promise.succeed() }
        return promise.futureResult
    }
}
