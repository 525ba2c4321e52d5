package import PosternCore
package import PosternStore

/// Looks up deliveries, and retries, holds, releases or drops them.
package struct QueueOperations: Sendable {
    /// What can be done to deliveries.
    package enum Action: Codable, Sendable {
        /// Makes waiting deliveries due now; given one that was refused or has expired, tries it again.
        case retry
        /// Tries again what has ended so, as long as it can still be sent.
        case retryEnded(Ended)
        /// Stops waiting deliveries until they are released.
        case hold(reason: String)
        case release
        case drop
    }

    /// How a delivery ended that can be tried again.
    package enum Ended: String, Codable, Sendable, CaseIterable {
        case failed, expired

        var state: DeliveryState { self == .failed ? .failed : .expired }
    }

    package enum Selection: Sendable {
        case one(LetterID)
        /// Every delivery that the action applies to.
        case all
    }

    package enum Fault: OperationFault {
        case unknown(LetterID)
        case wrongState(LetterID, DeliveryState)
        case nothingToSend(LetterID, DeliveryState)

        package var description: String {
            switch self {
            case .unknown(let id): "there is no delivery \(id)"
            case .wrongState(let id, let state):
                "delivery \(id) is \(state.rawValue), so this cannot be done; it was left as it is"
            case .nothingToSend(let id, let state):
                "delivery \(id) is \(state.rawValue), and its letter can no longer be opened: the key of its day has been destroyed, "
                    + "or its recipient was erased"
            }
        }

        package var remedy: String? {
            switch self {
            case .unknown: "See postern queue list."
            case .wrongState(let id, .held): "If it is to go out, use postern queue release \(id)."
            case .wrongState: nil
            case .nothingToSend: "It cannot be tried again. Its writer can send a new letter; the log says when this one came."
            }
        }
    }

    let operations: Operations

    /// How many deliveries one transaction changes, so that letters can be accepted in between.
    private static let batch = 500

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
        }
    }

    private func apply(_ action: Action, to id: LetterID) async throws {
        let record = operations.trace(action.verb, "\(id)", because: action.reason)
        try await operations.write(record) { transaction in
            let queue = transaction.queue
            let moved =
                switch action {
                case .retry, .retryEnded: try queue.retry(id, at: record.at)
                case .hold(let reason): try queue.hold(id, because: reason)
                case .release: try queue.release(id, at: record.at)
                case .drop: try queue.drop(id, because: Self.dropReason, at: record.at)
                }
            switch moved {
            case .moved: break
            case .refused(let state): throw Fault.wrongState(id, state)
            case .nothingToSend(let state): throw Fault.nothingToSend(id, state)
            case .unknown: throw Fault.unknown(id)
            }
        }
        operations.wake()
    }

    private func applyToAll(_ action: Action) async throws -> Int {
        if case .retryEnded(let ended) = action { return try await retryAll(ended) }
        // As many as there are now. The command does not cover deliveries that arrive, or become due again, while it runs.
        let counts = try await count()
        let most =
            switch action {
            case .retry, .hold: counts[.ready]
            case .release, .drop, .retryEnded: counts[.held]
            }
        var total = 0
        while total < most {
            let count = try await applyToBatch(action)
            guard count > 0 else { break }
            total += count
            operations.wake()
        }
        return total
    }

    /// Those that end again while the command runs are not tried twice: ids only rise.
    private func retryAll(_ ended: Ended) async throws -> Int {
        let limit = Self.batch
        var (total, last): (Int, LetterID?) = (0, nil)
        repeat {
            let after = last
            let record = operations.trace(Action.retryEnded(ended).verb, "")
            let bite = try await operations.store.write { transaction in
                let bite = try transaction.queue.retryEnded(ended.state, after: after, at: record.at, limit: limit)
                try Self.add(record, count: bite.moved, transaction)
                return bite
            }
            (total, last) = (total + bite.moved, bite.last)
            if bite.moved > 0 { operations.wake() }
        } while last != nil
        return total
    }

    private static func add(_ record: OperationRecord, count: Int, _ transaction: any Transaction) throws {
        guard count > 0 else { return }
        var record = record
        record.subject = count == 1 ? "1 delivery" : "\(count) deliveries"
        try transaction.operationTrace.add(record)
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
                case .retryEnded: 0
                }
            try Self.add(record, count: count, transaction)
            return count
        }
    }

    private static let dropReason = "dropped by staff"
}

extension QueueOperations.Action {
    fileprivate var verb: OperationRecord.Verb {
        switch self {
        case .retry, .retryEnded: .retryDeliveries
        case .hold: .holdDeliveries
        case .release: .releaseDeliveries
        case .drop: .dropDeliveries
        }
    }

    fileprivate var reason: String? {
        if case .hold(let reason) = self { reason } else { nil }
    }
}
