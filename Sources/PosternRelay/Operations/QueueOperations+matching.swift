package import PosternCore
package import PosternStore

/// Deliveries that have something in common.
package struct DeliveryQuery: Sendable {
    package var filter: DeliveryFilter
    /// A part of what the list shows as their reason: why they are held, or what the server answered last. Case does not matter.
    package var reason: String?
    /// A rule that matched when the letter was judged.
    package var rule: Verdict.Rule?
    /// Leaves out what waits for its visitor to prove the address: that is not for staff to decide in bulk.
    private var sparesUnproven = false

    package init(_ filter: DeliveryFilter, reason: String? = nil, rule: Verdict.Rule? = nil) {
        (self.filter, self.reason, self.rule) = (filter, reason?.lowercased(), rule)
    }

    /// Whether each delivery must be looked at.
    var isSelective: Bool { reason != nil || rule != nil }

    func matches(_ line: DeliveryLine, in transaction: any Transaction) throws -> Bool {
        if sparesUnproven, line.state == .held, line.reason == AwaitedProofs.reason { return false }
        if let reason {
            guard [line.reason, line.last?.text].contains(where: { $0?.lowercased().contains(reason) == true }) else {
                return false
            }
        }
        guard let rule else { return true }
        return try transaction.submissionLog.entry(line.id)?.verdict.parts.contains { $0.rule == rule } == true
    }

    /// - Returns: one query for each state that an action applies to.
    /// - Throws: `QueueOperations.Fault.wrongStateAsked`.
    func narrowed(to action: QueueOperations.Action) throws -> [DeliveryQuery] {
        if let state = filter.state, !action.statesToAsk.contains(state) {
            throw QueueOperations.Fault.wrongStateAsked(state, for: action.statesToAsk)
        }
        return (filter.state.map { [$0] } ?? action.states).map { state in
            var query = self
            query.filter.state = state
            // Asked for by their reason, they are meant.
            if case .held = state { query.sparesUnproven = reason == nil }
            return query
        }
    }
}

extension QueueOperations {
    /// - Returns: deliveries in the order in which they were accepted.
    /// - Parameter after: the last delivery of the page before.
    package func list(_ query: DeliveryQuery, after: LetterID? = nil, limit: Int) async throws -> [DeliveryLine] {
        guard query.isSelective else { return try await list(query.filter, after: after, limit: limit) }
        var (found, last) = ([DeliveryLine](), after)
        while found.count < limit {
            let page = try await page(query, after: last)
            found += page.matching
            last = page.last
            guard last != nil else { break }
        }
        return Array(found.prefix(limit))
    }

    package func count(_ query: DeliveryQuery) async throws -> Int { try await count([query]) }

    func count(_ queries: [DeliveryQuery]) async throws -> Int {
        var total = 0
        for query in queries {
            if !query.isSelective, query.filter.scope == .everything {
                let counts = try await count()
                total += query.filter.state.map { counts[$0] } ?? counts.accepted
                continue
            }
            var last: LetterID?
            repeat {
                let page = try await page(query, after: last)
                total += page.matching.count
                last = page.last
            } while last != nil
        }
        return total
    }

    /// - Returns: what matches among the next deliveries, and where they end; nil where there are no more.
    private func page(_ query: DeliveryQuery, after: LetterID?) async throws -> (matching: [DeliveryLine], last: LetterID?) {
        let limit = Self.batch
        return try await operations.store.read { transaction in
            let lines = try transaction.queue.list(query.filter, after: after, limit: limit)
            return (try lines.filter { try query.matches($0, in: transaction) }, lines.count == limit ? lines.last?.id : nil)
        }
    }

    /// Searches by reading, so that no letter waits for the search. Each batch of what matches is a transaction of its own, and
    /// leaves its own trace. Deliveries that are accepted meanwhile are not covered.
    func apply(_ action: Action, to query: DeliveryQuery) async throws -> Int {
        let end = LetterID.floor(of: operations.now() + .milliseconds(1))
        var total = 0
        for query in try query.narrowed(to: action) {
            var last: LetterID?
            repeat {
                let page = try await page(query, after: last)
                let ids = page.matching.map(\.id).filter { ($0.high, $0.low) < (end.high, end.low) }
                let count = ids.isEmpty ? 0 : try await apply(action, to: ids, query)
                total += count
                last = page.last
                if count > 0 { wake(after: action) }
            } while last != nil
        }
        return total
    }

    /// - Parameter ids: of deliveries that matched a moment ago. Each is looked at again.
    private func apply(_ action: Action, to ids: [LetterID], _ query: DeliveryQuery) async throws -> Int {
        let record = operations.trace(action.verb, "", because: action.reason)
        return try await operations.store.write { transaction in
            let count = try ids.reduce(into: 0) { count, id in
                guard let line = try transaction.queue.line(id), line.state == query.filter.state ?? line.state,
                    try query.matches(line, in: transaction)
                else { return }
                if case .moved = try transaction.queue.move(id, by: action, at: record.at) { count += 1 }
            }
            guard count > 0 else { return 0 }
            var record = record
            record.subject = count == 1 ? "1 delivery" : "\(count) deliveries"
            try transaction.operationTrace.add(record)
            return count
        }
    }
}

extension Queue {
    /// - Parameter now: when it is due, or was dropped.
    func move(_ id: LetterID, by action: QueueOperations.Action, at now: Timestamp) throws -> DeliveryMove {
        switch action {
        case .retry: try retry(id, at: now)
        case .hold(let reason): try hold(id, because: reason)
        case .release: try release(id, at: now)
        case .drop: try drop(id, because: QueueOperations.dropReason, at: now)
        }
    }
}
