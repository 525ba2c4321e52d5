package import PosternCore
package import PosternStore

/// Looks up deliveries, and retries, holds, releases or drops them.
package struct QueueOperations: Sendable {
    /// What can be done to deliveries.
    package enum Action: Codable, Sendable {
        /// Makes waiting deliveries due now; also those that were refused or have expired, if they are named by id or state.
        case retry
        /// Stops waiting deliveries until they are released.
        case hold(reason: String)
        case release
        case drop
    }

    package enum Selection: Sendable {
        case one(LetterID)
        /// Every delivery that the action applies to.
        case all
        /// Those of them that have something in common.
        case matching(DeliveryQuery)
    }

    package enum Fault: OperationFault {
        case unknown(LetterID)
        case wrongState(LetterID, DeliveryState)
        case wrongStateAsked(DeliveryState, for: [DeliveryState])
        case nothingToSend(LetterID, DeliveryState)

        package var description: String {
            switch self {
            case .unknown(let id): "there is no delivery \(id)"
            case .wrongState(let id, let state):
                "delivery \(id) is \(state.rawValue), so this cannot be done; it was left as it is"
            case .wrongStateAsked(let state, let states):
                "this cannot be done with deliveries that are \(state.rawValue), only with those that are "
                    + states.map(\.rawValue).joined(separator: " or ")
            case .nothingToSend(let id, let state):
                "delivery \(id) is \(state.rawValue), and its letter can no longer be opened: the key of its day has been destroyed, "
                    + "or its recipient was erased"
            }
        }

        package var remedy: String? {
            switch self {
            case .unknown: "See postern queue list."
            case .wrongState(let id, .held): "If it is to go out, use postern queue release \(id)."
            case .wrongState, .wrongStateAsked: nil
            case .nothingToSend: "It cannot be tried again. Its writer can send a new letter; the log says when this one came."
            }
        }
    }

    let operations: Operations

    /// How many deliveries one transaction changes, so that letters can be accepted in between.
    static let batch = 500

    package func count() async throws -> QueueCounts {
        try await operations.store.read { try $0.queue.counts() }
    }

    /// When the oldest delivery that waits, is under way or is held was accepted; nil when there is none.
    package func oldestWaiting() async throws -> Timestamp? {
        try await operations.store.read { try $0.queue.oldestWaiting() }
    }

    /// - Returns: deliveries in the order in which they were accepted.
    /// - Parameter after: the last delivery of the page before.
    package func list(_ filter: DeliveryFilter, after: LetterID? = nil, limit: Int) async throws -> [DeliveryLine] {
        try await operations.store.read { try $0.queue.list(filter, after: after, limit: limit) }
    }

    /// - Throws: `Fault.unknown`, or what the store throws.
    package func show(_ id: LetterID) async throws -> (delivery: DeliveryLine, attempts: [AttemptLine]) {
        let found = try await operations.store.read { transaction in
            try transaction.queue.show(id).map { (delivery: $0.delivery, attempts: $0.attempts) }
        }
        guard let found else { throw Fault.unknown(id) }
        return found
    }

    /// - Returns: how many deliveries were changed.
    /// - Throws: `Fault`, or what the store throws.
    package func apply(_ action: Action, to selection: Selection) async throws -> Int {
        switch selection {
        case .one(let id):
            try await apply(action, to: id)
            return 1
        case .all: return try await applyToAll(action)
        case .matching(let query): return try await apply(action, to: query)
        }
    }

    /// How many deliveries an action would change now.
    /// - Throws: `Fault`, or what the store throws.
    package func count(_ action: Action, _ query: DeliveryQuery) async throws -> Int {
        try await count(try query.narrowed(to: action))
    }

    private func apply(_ action: Action, to id: LetterID) async throws {
        let record = operations.trace(action.verb, "\(id)", because: action.reason)
        try await operations.write(record) { transaction in
            switch try transaction.queue.move(id, by: action, at: record.at) {
            case .moved: break
            case .refused(let state): throw Fault.wrongState(id, state)
            case .nothingToSend(let state): throw Fault.nothingToSend(id, state)
            case .unknown: throw Fault.unknown(id)
            }
        }
        wake(after: action)
    }

    /// What a person asks for is tried now, whatever the breaker thinks of the smarthost.
    func wake(after action: Action) {
        if case .retry = action { operations.retryNow() } else { operations.wake() }
    }

    private func applyToAll(_ action: Action) async throws -> Int {
        // As many as there are now. The command does not cover deliveries that arrive, or become due again, while it runs.
        let counts = try await count()
        let most =
            switch action {
            case .retry, .hold: counts[.ready]
            case .release, .drop: counts[.held]
            }
        var total = 0
        while total < most {
            let count = try await applyToBatch(action)
            guard count > 0 else { break }
            total += count
            wake(after: action)
        }
        // What was due already is tried now as well: it waited for the breaker.
        if case .retry = action {
            operations.retryNow()
            return most
        }
        return total
    }

    /// Each batch leaves its own trace, since the command may fail before the next one.
    private func applyToBatch(_ action: Action) async throws -> Int {
        let record = operations.trace(action.verb, "", because: action.reason)
        let limit = Self.batch
        return try await operations.store.write { transaction in
            let queue = transaction.queue
            let count =
                switch action {
                case .retry: try queue.retryAll(at: record.at, limit: limit)
                case .hold(let reason): try queue.holdReady(because: reason, limit: limit)
                case .release: try queue.releaseHeld(.everything, at: record.at, limit: limit)
                case .drop: try queue.dropHeld(.everything, because: Self.dropReason, at: record.at, limit: limit)
                }
            guard count > 0 else { return 0 }
            var record = record
            record.subject = count == 1 ? "1 delivery" : "\(count) deliveries"
            try transaction.operationTrace.add(record)
            return count
        }
    }

    static let dropReason = "dropped by staff"
}

extension QueueOperations.Action {
    /// The states that it applies to when none is asked for.
    var states: [DeliveryState] {
        switch self {
        case .retry, .hold: [.ready]
        case .release, .drop: [.held]
        }
    }

    /// The states that can be asked for. What has ended is tried again only if that is said.
    var statesToAsk: [DeliveryState] {
        if case .retry = self { [.ready, .failed, .expired] } else { states }
    }

    var verb: OperationRecord.Verb {
        switch self {
        case .retry: .retryDeliveries
        case .hold: .holdDeliveries
        case .release: .releaseDeliveries
        case .drop: .dropDeliveries
        }
    }

    var reason: String? {
        if case .hold(let reason) = self { reason } else { nil }
    }
}
