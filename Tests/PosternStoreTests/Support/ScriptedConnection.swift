import PosternCore
import PosternStore
import Synchronization

/// A connection to no store, which fails as it is told: for what no store does on demand.
final class ScriptedConnection: Connection, Sendable {
    enum Step: Hashable, Sendable {
        case begin, run, commit, wipe
    }

    private struct State {
        var failures: [Step: [StoreError]] = [:]
        var open: [Int64] = []
        var kept: [Int64] = []
        var begun = 0
        /// How often a wipe finds somebody in its way.
        var readers = 0
        var wipes = 0
    }

    static let fault = StoreFault(code: 1, message: "scripted", statement: nil)
    private let state = Mutex(State())

    /// - Parameter failures: what each kind of step throws, one after the other; then it goes well.
    init(_ failures: [Step: [StoreError]], readers: Int = 0) {
        state.withLock { ($0.failures, $0.readers) = (failures, readers) }
    }

    /// What was committed.
    var kept: [Int64] { state.withLock { $0.kept } }
    var begun: Int { state.withLock { $0.begun } }
    var wipes: Int { state.withLock { $0.wipes } }

    func begin(_ access: TransactionAccess) throws {
        state.withLock { state in
            state.begun += 1
            state.open = []
        }
        try fail(.begin)
    }

    func run(_ sql: StaticString, _ arguments: [SQLValue]) throws -> Int {
        try fail(.run)
        state.withLock { $0.open += arguments.compactMap { Int64(stored: $0) } }
        return 1
    }

    func rows(_ sql: StaticString, _ arguments: [SQLValue]) throws -> [SQLRow] {
        try fail(.run)
        return []
    }

    func commit() throws {
        try fail(.commit)
        state.withLock { $0.kept += $0.open }
    }

    func rollBack() {
        state.withLock { $0.open = [] }
    }

    func checkpoint() throws {}

    func noteErasure() throws {}

    func wipe() throws -> WipeProgress {
        try fail(.wipe)
        return state.withLock { state in
            state.readers -= 1
            state.wipes += 1
            return state.readers < 0 ? .complete : .obstructed
        }
    }

    private func fail(_ step: Step) throws {
        let error = state.withLock { state -> StoreError? in
            guard let next = state.failures[step]?.first else { return nil }
            state.failures[step]?.removeFirst()
            return next
        }
        if let error { throw error }
    }
}
