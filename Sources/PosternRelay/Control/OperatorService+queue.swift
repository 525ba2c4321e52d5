internal import PosternCore
internal import PosternStore

extension OperatorService {
    /// How many deliveries one transaction moves: letters get in between.
    private static let bite = 500

    func countQueue() async throws -> ControlAnswer {
        let counts = try await store.read { try $0.queue.counts() }
        let states = Dictionary(uniqueKeysWithValues: counts.states.map { ($0.key.rawValue, $0.value) })
        return .counts(ControlAnswer.QueueCounts(states: states, accepted: counts.accepted))
    }

    func listQueue(_ asked: ControlRequest.QueueFilter) async throws -> ControlAnswer {
        var scope = DeliveryFilter.Scope.everything
        if let siteText = asked.site {
            if let handle = asked.handle {
                scope = .recipient(try await recipient(siteText, handle).id)
            } else {
                scope = .site(try await site(siteText).id)
            }
        }
        let state = try asked.state.map { text in
            guard let state = DeliveryState(rawValue: text) else { throw Refusal("there is no state “\(text)”") }
            return state
        }
        let after = try asked.after.map(deliveryID)
        let filter = DeliveryFilter(scope, state: state)
        let limit = min(max(asked.limit, 1), ControlRequest.pageLimit)
        return .deliveries(
            try await store.read { try $0.queue.list(filter, after: after, limit: limit) }.map(ControlAnswer.DeliveryView.init))
    }

    func showDelivery(_ text: String) async throws -> ControlAnswer {
        let id = try deliveryID(text)
        let found = try await store.read { transaction in
            try transaction.queue.show(id).map { (line: $0.delivery, attempts: $0.attempts) }
        }
        guard let found else { throw Refusal("there is no delivery \(text)\n    See postern queue list.") }
        return .delivery(ControlAnswer.DeliveryView(found.line), attempts: found.attempts.map(ControlAnswer.AttemptView.init))
    }

    func moveDeliveries(_ move: ControlRequest.QueueMove, of selection: ControlRequest.QueueSelection) async throws
        -> ControlAnswer
    {
        switch selection {
        case .one(let text): try await moveOne(move, try deliveryID(text))
        case .all: .done(count: try await moveAll(move))
        }
    }

    private func moveOne(_ move: ControlRequest.QueueMove, _ id: LetterID) async throws -> ControlAnswer {
        let moment = now()
        let moved = try await store.write { transaction in
            switch move {
            case .retry: try transaction.queue.retry(id, at: moment)
            case .release: try transaction.queue.release(id, at: moment)
            case .drop: try transaction.queue.drop(id, because: "dropped by staff", at: moment)
            case .hold(let reason): try transaction.queue.hold(id, because: reason)
            }
        }
        switch moved {
        case .moved:
            wake()
            return .done(count: 1)
        case .refused(let state):
            throw Refusal("delivery \(id) is \(state.rawValue), so this cannot be done; it was left as it is")
        case .unknown:
            throw Refusal("there is no delivery \(id)\n    See postern queue list.")
        }
    }

    private func moveAll(_ move: ControlRequest.QueueMove) async throws -> Int {
        let moment = now()
        let limit = Self.bite
        // As many as there are now: what comes meanwhile, or comes back, is another decision.
        let counts = try await store.read { try $0.queue.counts() }
        let most =
            switch move {
            case .retry, .hold: counts[.ready]
            case .release, .drop: counts[.held]
            }
        var total = 0
        while total < most {
            let count = try await store.write { transaction in
                switch move {
                case .retry: try transaction.queue.retryAll(at: moment, limit: limit)
                case .release: try transaction.queue.releaseHeld(.everything, at: moment, limit: limit)
                case .drop: try transaction.queue.dropHeld(.everything, because: "dropped by staff", at: moment, limit: limit)
                case .hold(let reason): try transaction.queue.holdReady(because: reason, limit: limit)
                }
            }
            total += count
            guard count > 0 else { break }
            wake()
        }
        return total
    }

    private func deliveryID(_ text: String) throws -> LetterID {
        guard let id = LetterID(text) else {
            throw Refusal("“\(text)” is no delivery's id; it has 26 characters, as postern queue list shows it")
        }
        return id
    }
}

extension ControlAnswer.DeliveryView {
    init(_ line: DeliveryLine) {
        self.init(
            id: line.id.description, site: line.site.text, handle: line.handle.text, kind: line.kind.rawValue,
            state: line.state.rawValue, attempts: line.attempts, accepted: line.accepted.rfc3339,
            due: line.state == .ready ? line.due?.rfc3339 : nil, uncertain: line.uncertain, reason: line.reason,
            stage: line.last?.stage?.rawValue, code: line.last?.code, text: line.last?.text)
    }
}

extension ControlAnswer.AttemptView {
    init(_ line: AttemptLine) {
        let outcome: String? =
            switch line.end {
            case .settled(let kind): kind.rawValue
            case .interrupted: "interrupted"
            case nil: nil
            }
        self.init(
            number: line.number, began: line.began.rfc3339, ended: line.ended?.rfc3339, outcome: outcome,
            stage: line.stage?.rawValue, code: line.code, enhanced: line.enhanced, text: line.text)
    }
}
