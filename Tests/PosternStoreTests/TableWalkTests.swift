import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("The store moves a delivery as the table of DeliveryState.after says, on every way through it")
struct TableWalkTests {
    private struct Cell: CustomTestStringConvertible {
        let state: DeliveryState
        let event: DeliveryEvent

        var testDescription: String { "\(state.rawValue), \(event)" }
    }

    private static let cells = DeliveryState.allCases.flatMap { state in
        DeliveryEvent.allCases.map { Cell(state: state, event: $0) }
    }

    @Test(arguments: cells)
    private func `Every state under every event: a legal one moves it there, any other leaves the row as it was`(cell: Cell)
        async throws
    {
        try await withStore(.memory) { store in
            var letter = try await WalkingLetter(in: store)
            for event in try #require(Self.way(to: cell.state)) { try await letter.take(event) }
            try #require(letter.state == cell.state)
            try await letter.take(cell.event)
        }
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `Walks of random events, legal and not, end where the table ends`(seed: UInt64) async throws {
        var randomness = SeededRandomness(seed: seed)
        var taken: Set<[String]> = []
        try await withStore(.memory, seed: seed) { store in
            for _ in 0..<250 {
                var letter = try await WalkingLetter(in: store)
                // Too few for five days to pass: then a deferral would end it, as the table's “too old”.
                for _ in 0..<16 where !letter.state.isTerminal {
                    // Most events are illegal where the letter stands; half of the steps are to get it on.
                    let legal = DeliveryEvent.allCases.filter { (try? letter.state.after($0)) != nil }
                    let events = Bool.random(using: &randomness) ? legal : DeliveryEvent.allCases
                    let event = try #require(events.randomElement(using: &randomness))
                    taken.insert([letter.state.rawValue, "\(event)"])
                    try await letter.take(event)
                }
                for event in DeliveryEvent.allCases.shuffled(using: &randomness) where letter.state.isTerminal {
                    taken.insert([letter.state.rawValue, "\(event)"])
                    try await letter.take(event)
                }
                try await letter.leaveTheWay()
            }
        }
        // A move that no walk has made has not been tried.
        for cell in Self.cells where (try? cell.state.after(cell.event)) != nil {
            #expect(taken.contains([cell.state.rawValue, "\(cell.event)"]), "never took \(cell.testDescription)")
        }
    }

    /// The shortest way from `ready`, found in the table.
    private static func way(to goal: DeliveryState) -> [DeliveryEvent]? {
        var ways: [DeliveryState: [DeliveryEvent]] = [.ready: []]
        var frontier: [DeliveryState] = [.ready]
        while !frontier.isEmpty {
            let state = frontier.removeFirst()
            for event in DeliveryEvent.allCases {
                guard let next = try? state.after(event), ways[next] == nil, let way = ways[state] else { continue }
                ways[next] = way + [event]
                frontier.append(next)
            }
        }
        return ways[goal]
    }
}

/// One letter in a store, and where the table says that it stands.
private struct WalkingLetter {
    private let store: TestStore
    private let id: LetterID
    private(set) var state = DeliveryState.ready
    private var now = TestStore.start
    /// The claim made last; its lease may be over.
    private var claim: (lease: LeaseID, delivery: DeliveryJob)?

    init(in store: TestStore) async throws {
        self.store = store
        id = try await store.accept(store.letter())
    }

    /// Brings an event about by the verb of the store that means it, and looks at the row.
    mutating func take(_ event: DeliveryEvent) async throws {
        let expected = try? state.after(event)
        let before = try #require(try await store.line(id))
        let isTaken = try await bring(event)
        let after = try #require(try await store.line(id))
        #expect(isTaken == (expected != nil), "\(state.rawValue) under \(event)")
        #expect(after.state == expected ?? state, "\(state.rawValue) under \(event)")
        if let expected {
            state = expected
        } else {
            #expect(after == before, "\(state.rawValue) was changed by \(event), which it cannot take")
        }
    }

    /// - Returns: whether the store says that it was done.
    private mutating func bring(_ event: DeliveryEvent) async throws -> Bool {
        let (id, state) = (id, state)
        switch event {
        case .claimed:
            // Whenever it is due.
            let due = try await store.line(id)?.due
            now = max(now, due ?? now)
            let (lease, claimed) = try await store.claim(1, at: now)
            guard let delivery = claimed.first else { return false }
            claim = (lease, delivery)
            return delivery.id == id
        case .settled(.delivered) where state == .ready:
            // The outcome of an attempt whose lease was over.
            _ = try await bring(.claimed)
            _ = try await bring(.leaseOver)
            return try await settle(.delivered, at: now)
        case .settled(let kind):
            return try await settle(kind, at: now)
        case .tooOld where state == .leased:
            // A deferral after the last try that the schedule allows.
            return try await settle(.deferred, at: now + .days(6))
        case .tooOld:
            let later = now + .days(6)
            let lifetime = RetrySchedule.standard.lifetime
            return try await store.database.write { try $0.queue.expireOld(at: later, lifetime: lifetime, limit: 9) } == 1
        case .uncertainTooOften:
            return try await settle(.uncertain, uncertainEnds: RetrySchedule.mostUncertainEnds - 1, at: now)
        case .leaseOver:
            let later = now + .hours(1)
            let count = try await store.database.write { try $0.queue.expireLeases(at: later) }
            if count == 1 { now = later }
            return count == 1
        case .heldByStaff:
            return try await isMoved { try $0.queue.hold(id, because: "to look") }
        case .released:
            let now = now
            return try await isMoved { try $0.queue.release(id, at: now) }
        case .proven:
            let now = now
            return try await store.database.write { try $0.queue.prove(id, due: now, at: now) }
        case .dropped:
            let now = now
            return try await isMoved { try $0.queue.drop(id, because: "unwanted", at: now) }
        case .retried where state == .ready:
            // There the verb means something else: it is due now.
            return false
        case .retried:
            let now = now
            return try await isMoved { try $0.queue.retry(id, at: now) }
        case .recalled:
            return try await isMoved { try $0.queue.recall(id, because: "others were refused alike") }
        case .keyLost:
            let now = now
            return try await store.database.write { try $0.queue.failLost(keeping: [], at: now, naming: 9) }.count == 1
        }
    }

    /// Under the lease of the last claim, whether or not it is over; under a strange one before the first.
    private func settle(_ kind: Outcome.Kind, uncertainEnds: Int = 0, at moment: Timestamp) async throws -> Bool {
        let id = id
        let (lease, attempt) = (claim?.lease ?? store.lease(), claim?.delivery.attempt ?? 1)
        var middle = Middle()
        let settlement = try Settlement(
            of: Sample.outcome(kind), attempt: attempt, uncertainEnds: uncertainEnds, since: TestStore.start, at: moment,
            schedule: .standard, using: &middle)
        return try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) } != .tooLate
    }

    private func isMoved(_ verb: @escaping @Sendable (any Transaction) throws -> DeliveryMove) async throws -> Bool {
        if case .moved = try await store.database.write(verb) { true } else { false }
    }

    /// So that the next letter's claim finds nothing else.
    func leaveTheWay() async throws {
        let (id, later) = (id, now + .days(1))
        _ = try await store.database.write { transaction in
            try transaction.queue.expireLeases(at: later)
            _ = try transaction.queue.drop(id, because: "the walk is over", at: later)
        }
    }
}
