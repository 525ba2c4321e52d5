import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("After any number of any verbs in any order the store is what the model is")
struct RandomWalkTests {
    @Test(arguments: StoreKind.allCases, [UInt64(1), 2])
    func `Accepted equals the sum of all states at every step, and every step answers as the model does`(
        _ kind: StoreKind, seed: UInt64
    ) async throws {
        try await withStore(kind, people: 12, seed: seed) { store in
            var walker = Walker(store, seed: seed)
            for step in 0..<2_000 {
                try await walker.step(step)
                let counts = try await store.counts()
                try #require(counts == walker.model.counts, "step \(step): \(walker.last)")
                try #require(counts.difference == 0)
                if step % 50 == 0 { try await walker.compareRows(step) }
            }
            try await walker.compareRows(2_000)
            // A walk that never gets anywhere would prove nothing.
            for state in DeliveryState.allCases { #expect(walker.seen.contains(state), "never saw \(state)") }
            #expect(walker.verbs.count == Walker.Verb.allCases.count)
        }
    }
}

/// Takes one verb after the other, on the store and on the model.
private struct Walker {
    enum Verb: String, CaseIterable {
        case accept, acceptHeld, acceptUnproven, repeatPost, refuse, confirm, reply, withdraw
        case claim, settle, settleLate, unclaim, unclaimOne, expireLeases, recoverLeases, expireOld
        case hold, release, drop, retry, recall, retryAll, releaseHeld, dropHeld, erase, prove
        case forgetKeys, dropUnproven, forgetLetters, forgetSubmissions, forgetUnposted, forgetConversations

        /// How often it comes up, against the others.
        var weight: Int {
            switch self {
            case .accept, .claim, .settle: 24
            case .reply: 12
            case .acceptHeld, .acceptUnproven, .repeatPost, .hold, .release, .prove: 6
            case .refuse, .confirm, .settleLate, .unclaimOne, .drop, .retry, .recall, .forgetSubmissions, .forgetUnposted: 4
            case .withdraw, .unclaim, .expireLeases, .expireOld, .forgetKeys, .forgetLetters, .forgetConversations, .dropUnproven:
                3
            case .recoverLeases, .retryAll, .releaseHeld, .dropHeld: 2
            case .erase: 1
            }
        }
    }

    private let store: TestStore
    private(set) var model = QueueModel()
    private(set) var seen: Set<DeliveryState> = []
    private(set) var verbs: Set<Verb> = []
    private(set) var last = Verb.accept
    private var randomness: SeededRandomness
    private var now = TestStore.start
    private var claims: [(LeaseID, DeliveryJob)] = []

    init(_ store: TestStore, seed: UInt64) {
        self.store = store
        randomness = SeededRandomness(seed: seed &* 77)
    }

    private mutating func chance(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &randomness) }

    private mutating func someID() -> LetterID {
        model.entries.keys.sorted { ($0.high, $0.low) < ($1.high, $1.low) }.randomElement(using: &randomness) ?? .zero
    }

    mutating func step(_ number: Int) async throws {
        now = now + .minutes(Int64(chance(0...90)))
        let bag = Verb.allCases.flatMap { Array(repeating: $0, count: $0.weight) }
        let verb = bag.randomElement(using: &randomness) ?? .accept
        last = verb
        verbs.insert(verb)
        try await take(verb, number)
        for entry in model.entries.values { seen.insert(entry.state) }
    }

    private mutating func take(_ verb: Verb, _ number: Int) async throws {
        switch verb {
        case .accept, .acceptHeld, .acceptUnproven, .repeatPost, .refuse, .confirm, .reply, .withdraw: try await intake(verb)
        case .claim, .settle, .settleLate, .unclaim, .unclaimOne, .expireLeases, .recoverLeases, .expireOld:
            try await lease(verb)
        case .hold, .release, .drop, .retry, .recall, .retryAll, .releaseHeld, .dropHeld, .erase, .prove: try await staff(verb)
        case .forgetKeys, .dropUnproven, .forgetLetters, .forgetSubmissions, .forgetUnposted, .forgetConversations:
            try await forget(verb)
        }
    }

    private mutating func intake(_ verb: Verb) async throws {
        let (person, now) = (chance(0...11), now)
        switch verb {
        case .refuse:
            let refused = store.entry(to: person, at: now)
            try await store.database.write { try $0.intake.log(refused) }
            model.refuse(refused.id)
        case .confirm:
            let confirmation = store.confirmation(to: person, at: now)
            try await store.database.write { try confirmation.enqueue(in: $0) }
            model.confirm(confirmation.id, to: person, at: now)
        case .acceptUnproven:
            let held = chance(0...3) == 0
            let letter = store.proofLetter(to: person, at: now, verdict: held ? .held : .accept)
            let answer = try await store.database.write { try $0.intake.accept(letter) }
            let mail = try #require(letter.proof).id
            #expect(answer == model.acceptUnproven(letter.id, mail: mail, to: person, held: held, at: now))
        case .reply:
            // Also in conversations that are over, or were another recipient's.
            let all = model.entries.values.filter { $0.kind == .letter }.map(\.id).sorted {
                ($0.high, $0.low) < ($1.high, $1.low)
            }
            guard let conversation = all.randomElement(using: &randomness), let entry = model.entries[conversation] else {
                return
            }
            let (author, held) = (chance(0...1) == 0 ? Party.visitor : .recipient, chance(0...5) == 0)
            let reply = store.reply(
                in: conversation, by: author, person: entry.recipient, at: now, verdict: held ? .held : .accept)
            let answer = try await store.database.write { try $0.intake.accept(reply) }
            #expect(answer == model.reply(reply, held: held, at: now))
        case .withdraw:
            let newest = model.entries.values.filter { $0.kind == .reply }.max {
                ($0.id.high, $0.id.low) < ($1.id.high, $1.id.low)
            }
            let id = chance(0...2) == 0 ? someID() : newest?.id ?? .zero
            #expect(try await store.database.write { try $0.intake.withdraw(id, at: now) } == model.withdraw(id, at: now))
        default:
            let held = verb == .acceptHeld
            // Few keys and two bodies, so that repeats, conflicts and expired keys all come up.
            let (key, body) = (UInt8(chance(0...9)), UInt8(chance(0...1)))
            let isMarked = verb == .repeatPost
            let letter = store.letter(
                to: person, at: now, verdict: held ? .held : .accept,
                mark: isMarked ? store.mark(key, body: body) : nil, beginsConversation: true)
            let answer = try await store.database.write { try $0.intake.accept(letter) }
            #expect(answer == model.accept(letter.id, to: person, held: held, key: isMarked ? key : nil, body: body, at: now))
        }
    }

    private mutating func lease(_ verb: Verb) async throws {
        let now = now
        switch verb {
        case .claim:
            let (count, until) = (chance(1...6), now + .minutes(Int64(chance(1...300))))
            let lease = store.lease(of: Int64(chance(1...2)))
            let claimed = try await store.database.write {
                try $0.queue.claim(upTo: count, under: lease, until: until, at: now)
            }
            #expect(claimed.map(\.id) == model.claim(count, lease, until: until, at: now))
            claims += claimed.map { (lease, $0) }
        case .settle, .settleLate:
            guard let index = claims.indices.randomElement(using: &randomness) else { return }
            let (lease, delivery) = verb == .settle ? claims.remove(at: index) : (store.lease(), claims[index].1)
            let kind = Outcome.Kind.allCases.randomElement(using: &randomness) ?? .delivered
            let settlement = try Sample.settlement(kind, of: delivery, at: now)
            let result = try await store.database.write { try $0.queue.settle(delivery.id, under: lease, as: settlement) }
            #expect(result == model.settle(delivery.id, lease, settlement))
        case .unclaim:
            guard let index = claims.indices.randomElement(using: &randomness) else { return }
            let lease = claims[index].0
            claims.removeAll { $0.0 == lease }
            #expect(try await store.database.write { try $0.queue.unclaim(lease) } == model.unclaim(lease))
        case .unclaimOne:
            guard let index = claims.indices.randomElement(using: &randomness) else { return }
            let (lease, delivery) = claims.remove(at: index)
            let due = chance(0...1) == 0 ? nil : now + .minutes(3)
            let isBack = try await store.database.write { try $0.queue.unclaim(delivery.id, under: lease, due: due) }
            #expect(isBack == model.unclaim(delivery.id, lease, due: due))
        case .expireLeases:
            #expect(try await store.database.write { try $0.queue.expireLeases(at: now) } == model.expireLeases(at: now))
        case .recoverLeases:
            let node = Int64(chance(1...2))
            #expect(
                try await store.database.write { try $0.queue.recoverLeases(of: node, at: now) }
                    == model.recoverLeases(of: node, at: now))
        default:
            let limit = chance(1...8)
            let count = try await store.database.write { try $0.queue.expireOld(at: now, lifetime: .days(2), limit: limit) }
            #expect(count == model.expireOld(at: now, lifetime: .days(2), limit: limit))
        }
    }

    private mutating func staff(_ verb: Verb) async throws {
        let (id, now, limit, person) = (someID(), now, chance(1...5), chance(0...11))
        let recipient = store.people[person].id
        switch verb {
        case .hold:
            let move = try await store.database.write { try $0.queue.hold(id, because: "to look") }
            #expect(move == model.move(id, by: .heldByStaff, at: now))
        case .release:
            let move = try await store.database.write { try $0.queue.release(id, at: now) }
            #expect(move == model.move(id, by: .released, at: now))
        case .drop:
            let move = try await store.database.write { try $0.queue.drop(id, because: "unwanted", at: now) }
            #expect(move == model.move(id, by: .dropped, at: now))
        case .prove:
            let result = try await store.database.write {
                try $0.awaitedProofs.prove(id, with: Array(repeating: 5, count: 16), at: now)
            }
            #expect(result == model.prove(id, at: now))
        case .retry:
            #expect(try await store.database.write { try $0.queue.retry(id, at: now) } == model.retry(id, at: now))
        case .recall:
            let move = try await store.database.write { try $0.queue.recall(id, because: "others were refused alike") }
            #expect(move == model.recall(id, at: now))
        case .retryAll:
            let count = try await store.database.write { try $0.queue.retryAll(at: now, limit: limit) }
            #expect(count == model.retryAll(at: now, limit: limit))
        case .releaseHeld:
            let count = try await store.database.write { try $0.queue.releaseHeld(.everything, at: now, limit: limit) }
            #expect(count == model.moveHeld(of: nil, by: .released, at: now, limit: limit))
        case .dropHeld:
            let count = try await store.database.write {
                try $0.queue.dropHeld(.recipient(recipient), because: "a wave", at: now, limit: limit)
            }
            #expect(count == model.moveHeld(of: person, by: .dropped, at: now, limit: limit))
        default:
            // Some stay, so that there is somebody to write to.
            guard person < 5 else { return }
            let isNew = !model.erased.contains(person)
            let change = try await store.database.write { try $0.recipients.erase(recipient, at: now) }
            #expect(change == (isNew ? .changed : .refused(in: .erased)))
            if isNew { model.erase(person) }
        }
    }

    private mutating func forget(_ verb: Verb) async throws {
        let (now, limit) = (now, chance(1...20))
        switch verb {
        case .forgetKeys:
            let count = try await store.database.write { try $0.retention.forgetIdempotencyRecords(at: now, limit: limit) }
            #expect(count == model.forgetKeys(at: now, limit: limit))
        case .dropUnproven:
            let before = now - AwaitedProofs.lifetime
            let count = try await store.database.write { try $0.awaitedProofs.dropOverdue(before: before, at: now, limit: limit) }
            #expect(count == model.dropOverdue(before: before, limit: limit))
        case .forgetLetters:
            let epoch = Epoch(containing: now - .days(4))
            let count = try await store.database.write { try $0.retention.forgetLetters(through: epoch, at: now, limit: limit) }
            #expect(count == model.forgetLetters(through: epoch, limit: limit))
        case .forgetSubmissions:
            let before = now - .days(8)
            let count = try await store.database.write { try $0.retention.forgetSubmissions(before: before, limit: limit) }
            #expect(count == model.forgetSubmissions(before: before, limit: limit))
        case .forgetConversations:
            let epoch = Epoch(containing: now - .days(4))
            _ = try await store.database.write { try $0.retention.forgetConversations(through: epoch, limit: limit) }
            model.forgetConversations(through: epoch, limit: limit)
        default:
            let before = now - .days(8)
            let count = try await store.database.write { try $0.retention.forgetUnposted(before: before, limit: limit) }
            #expect(count == model.forgetUnposted(before: before, limit: limit))
        }
    }

    /// Every row against its entry.
    func compareRows(_ step: Int) async throws {
        let lines = try await store.database.read { try $0.queue.list(limit: 100_000) }
        try #require(lines.count == model.entries.count, "step \(step)")
        for line in lines {
            let entry = try #require(model.entries[line.id], "step \(step)")
            #expect(line.state == entry.state)
            #expect(line.attempts == entry.attempts)
            #expect(line.uncertain == entry.uncertain)
            #expect(line.due == entry.due)
            #expect(line.leaseUntil == entry.leaseUntil)
            #expect((line.finished != nil) == entry.state.isTerminal)
        }
        let (log, letters, soonest) = try await store.database.read { transaction in
            (
                try transaction.submissionLog.entries(limit: 100_000).map(\.id),
                try transaction.rows("SELECT id FROM letter").map { row -> LetterID in try row["id"] },
                try transaction.queue.soonestDue()
            )
        }
        let attempts = try await store.database.read { try $0.rows("SELECT number FROM attempt").count }
        #expect(attempts == model.entries.values.map(\.attempts).reduce(0, +))
        #expect(Set(log) == Set(model.log.keys))
        #expect(Set(letters) == model.letters)
        let (conversations, replies) = try await store.database.read { transaction in
            (
                try transaction.rows("SELECT id FROM conversation").map { row -> LetterID in try row["id"] },
                try transaction.rows("SELECT id FROM reply").map { row -> LetterID in try row["id"] }
            )
        }
        #expect(Set(conversations) == Set(model.conversations.keys))
        #expect(Set(replies) == Set(model.entries.values.filter { [.reply, .copy].contains($0.kind) }.map(\.id)))
        #expect(soonest == model.soonestDue)
    }
}
