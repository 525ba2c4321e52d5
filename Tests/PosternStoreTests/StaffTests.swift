import PosternCore
import PosternStore
import Testing

@Suite("Staff move deliveries, as far as the table of states allows")
struct StaffTests {
    enum Verb: String, CaseIterable, Sendable {
        case retry, hold, release, drop
    }

    /// Brings a delivery into a state by the store's own verbs.
    static func delivery(in state: DeliveryState, of store: TestStore) async throws -> LetterID {
        let letter = store.letter(verdict: state == .held ? .held : .accept)
        let id = try await store.accept(letter)
        switch state {
        case .ready, .held: break
        case .leased: _ = try await store.claim()
        case .delivered, .failed, .expired:
            let now = state == .expired ? TestStore.start + .days(6) : TestStore.start
            let (lease, claimed) = try await store.claim(at: now)
            let outcome: Outcome.Kind = state == .delivered ? .delivered : state == .failed ? .failed : .deferred
            let settlement = try Sample.settlement(outcome, of: try #require(claimed.first), at: now)
            #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: settlement) } == .written)
        case .dropped:
            _ = try await store.database.write { try $0.queue.drop(id, because: "test", at: TestStore.start) }
        }
        try #require(try await store.line(id)?.state == state)
        return id
    }

    static func event(_ verb: Verb) -> DeliveryEvent {
        switch verb {
        case .retry: .retried
        case .hold: .heldByStaff
        case .release: .released
        case .drop: .dropped
        }
    }

    // The rule: DeliveryState.after; retrying is for what waits, and for what ended without being delivered.
    @Test(arguments: StoreKind.allCases, Verb.allCases)
    func `Every verb on every state does what the table says, or says where the delivery stands`(_ kind: StoreKind, verb: Verb)
        async throws
    {
        for state in DeliveryState.allCases {
            try await withStore(kind) { store in
                let id = try await Self.delivery(in: state, of: store)
                let before = try await store.line(id)
                let now = TestStore.start + .days(7)
                let move = try await store.database.write { transaction in
                    switch verb {
                    case .retry: try transaction.queue.retry(id, at: now)
                    case .hold: try transaction.queue.hold(id, because: "I want to look")
                    case .release: try transaction.queue.release(id, at: now)
                    case .drop: try transaction.queue.drop(id, because: "nobody wants it", at: now)
                    }
                }
                let next = state == .ready && verb == .retry ? .ready : try? state.after(Self.event(verb))
                let line = try #require(try await store.line(id))
                if let next {
                    #expect(move == .moved(to: next), "\(verb) on \(state)")
                    #expect(line.state == next)
                    #expect(line.due == (next == .ready ? now : nil))
                    #expect(line.finished == (next == .dropped ? now : nil))
                } else {
                    #expect(move == .refused(in: state), "\(verb) on \(state)")
                    #expect(line == before)
                }
                #expect(try await store.counts().difference == 0)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `S7: every attempt after a release has the moment of the release, and none before it has one`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let id = try await store.accept(store.letter(verdict: .held))
            let released = TestStore.start + .days(8)
            _ = try await store.database.write { try $0.queue.release(id, at: released) }
            for number in 1...2 as ClosedRange<Int64> {
                let now = released + .hours(number)
                let (lease, claimed) = try await store.claim(at: now)
                let job = try #require(claimed.first)
                #expect(job.accepted == TestStore.start)
                #expect(job.released == released)
                #expect(job.start == released)
                let deferred = try Sample.settlement(.deferred, of: job, at: now)
                #expect(deferred.state == .ready, "a release begins the schedule again")
                #expect(try await store.database.write { try $0.queue.settle(id, under: lease, as: deferred) } == .written)
            }
            let other = try await store.accept(store.letter())
            let claimed = try await store.claim(9, at: released + .hours(1)).deliveries
            #expect(claimed.first { $0.id == other }?.released == nil)
        }
    }

    @Test(arguments: StoreKind.allCases, [DeliveryState.failed, .expired])
    func `M7: what ended can be tried again while its letter is there, and not after`(_ kind: StoreKind, ended: DeliveryState)
        async throws
    {
        try await withStore(kind) { store in
            let now = TestStore.start + .days(7)
            let id = try await Self.delivery(in: ended, of: store)
            #expect(try await store.database.write { try $0.queue.retry(id, at: now) } == .moved(to: .ready))
            let again = try #require(try await store.claim(at: now).deliveries.first)
            #expect(again.id == id)
            #expect(again.released == now)
            #expect(again.attempt == 2)

            let gone = try await Self.delivery(in: ended, of: store)
            let epoch = Epoch(containing: TestStore.start)
            _ = try await store.database.write { try $0.retention.forgetLetters(through: epoch, at: now, limit: 99) }
            let before = try await store.line(gone)
            #expect(try await store.database.write { try $0.queue.retry(gone, at: now) } == .nothingToSend(in: ended))
            #expect(try await store.line(gone) == before)
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What failed is not held again once its recipient is erased`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await Self.delivery(in: .failed, of: store)
            let person = store.people[0].id
            _ = try await store.database.write { try $0.recipients.erase(person, at: TestStore.start) }
            #expect(
                try await store.database.write { try $0.queue.recall(id, because: "like the others") } == .refused(in: .failed))
            #expect(try await store.line(id)?.state == .failed)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A delivery that does not exist is unknown`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = LetterID(high: 1, low: 1)
            let moves = try await store.database.write { transaction in
                [
                    try transaction.queue.retry(id, at: TestStore.start), try transaction.queue.hold(id, because: ""),
                    try transaction.queue.release(id, at: TestStore.start),
                    try transaction.queue.drop(id, because: "", at: TestStore.start),
                ]
            }
            #expect(moves.allSatisfy { $0 == .unknown })
            #expect(try await store.line(id) == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Many are moved in bites until none is left`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for person in 0..<3 {
                for _ in 0..<5 { try await store.accept(store.letter(to: person, verdict: .held)) }
            }
            let (one, now) = (store.people[1].id, TestStore.start)
            func repeated(_ bite: @escaping @Sendable (any Transaction) throws -> Int) async throws -> [Int] {
                var bites: [Int] = []
                while bites.last != 0 { bites.append(try await store.database.write(bite)) }
                return bites
            }
            #expect(
                try await repeated { try $0.queue.dropHeld(.recipient(one), because: "a wave", at: now, limit: 3) } == [3, 2, 0])
            #expect(try await store.counts()[.dropped] == 5)
            #expect(try await repeated { try $0.queue.releaseHeld(.everything, at: now, limit: 4) } == [4, 4, 2, 0])
            #expect(try await store.counts()[.ready] == 10)
            let (lease, claimed) = try await store.claim()
            for delivery in claimed {
                let settlement = try Sample.settlement(.deferred, of: delivery, at: now)
                #expect(
                    try await store.database.write { try $0.queue.settle(delivery.id, under: lease, as: settlement) } == .written)
            }
            #expect(try await store.claim(at: now).deliveries.isEmpty)
            #expect(try await repeated { try $0.queue.retryAll(at: now, limit: 6) } == [6, 4, 0])
            #expect(try await store.claim(at: now).deliveries.count == 10)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A list filters by state, site and recipient, and goes on where it stopped`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let club = try Sample.site("club", origins: [])
            let member = try await store.database.write { transaction in
                _ = try transaction.sites.add(club, at: TestStore.start)
                var fixed = Middle()
                let member = try Sample.recipient("member", at: club.id, using: &fixed)
                _ = try transaction.recipients.add(member, at: TestStore.start)
                return member
            }
            var ids: [(id: LetterID, person: Int, state: DeliveryState)] = []
            for number in 0..<12 {
                let (person, state): (Int, DeliveryState) = (number % 3, number % 2 == 0 ? .ready : .held)
                // Two days, so that a recipient's letters are in two epochs.
                let moment = TestStore.start + .hours(Int64(number) * 4)
                let verdict = state == .ready ? Verdict.accept : .held
                ids.append((try await store.accept(store.letter(to: person, at: moment, verdict: verdict)), person, state))
            }
            let confirmation = TestStore.Confirmation(
                id: LetterID(high: .max >> 1, low: 0), recipient: member.id, at: TestStore.start,
                tokens: MailTokens(messageID: "m", envelope: "e"))
            try await store.database.write { try confirmation.enqueue(in: $0) }
            func list(_ filter: DeliveryFilter, after: LetterID? = nil, limit: Int = 100) async throws -> [LetterID] {
                try await store.database.read { try $0.queue.list(filter, after: after, limit: limit).map(\.id) }
            }
            let photos = DeliveryFilter.Scope.site(store.site.id)
            #expect(try await list(.init()) == ids.map(\.id) + [confirmation.id])
            #expect(try await list(.init(photos)) == ids.map(\.id))
            #expect(try await list(.init(.site(club.id))) == [confirmation.id])
            #expect(try await list(.init(.site(club.id), state: .ready)) == [confirmation.id])
            #expect(try await list(.init(.site(club.id), state: .held)) == [])
            for state in [DeliveryState.ready, .held] {
                #expect(try await list(.init(photos, state: state)) == ids.filter { $0.state == state }.map(\.id))
                for person in 0..<3 {
                    let scope = DeliveryFilter.Scope.recipient(store.people[person].id)
                    let theirs = ids.filter { $0.person == person }
                    #expect(try await list(.init(scope)) == theirs.map(\.id))
                    #expect(try await list(.init(scope, state: state)) == theirs.filter { $0.state == state }.map(\.id))
                }
            }
            #expect(try await list(.init(state: .leased)) == [])
            let (_, claimed) = try await store.claim(1)
            #expect(try await list(.init(state: .leased)) == claimed.map(\.id))
            #expect(try await list(.init(photos), after: ids[4].id, limit: 3) == ids[5...7].map(\.id))
        }
    }
}
