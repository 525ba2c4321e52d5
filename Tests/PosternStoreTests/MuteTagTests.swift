import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A connection that a recipient has muted is known by its tag, on the day of the letter that it was muted from")
struct MuteTagTests {
    private static let now = TestStore.start
    private static let end = Epoch(containing: TestStore.start).end

    private func first(_ store: TestStore, tags: [PosternCore.Tag]) async throws -> LetterID {
        let letter = store.letter(tags: tags, beginsConversation: true)
        try await store.accept(letter)
        try await store.settleAll(as: .delivered, at: Self.now)
        return letter.id
    }

    private func mute(
        _ conversation: LetterID, in store: TestStore, person: Int = 0, at now: Timestamp = now
    ) async throws -> Bool {
        let recipient = store.people[person].id
        return try await store.database.write { try $0.muteTags.add(from: conversation, of: recipient, at: now) }
    }

    private func standing(
        _ conversation: LetterID, in store: TestStore, person: Int = 0, at now: Timestamp = now
    ) async throws -> MuteTags.Standing {
        let recipient = store.people[person].id
        return try await store.database.read { try $0.muteTags.standing(from: conversation, of: recipient, at: now) }
    }

    @Test(arguments: StoreKind.allCases)
    func `What a visitor posts to that recipient over it on that day is muted, and nothing else`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            // Of the client, and of its network.
            let conversation = try await first(store, tags: [Tag(value: 7), Tag(value: 70)])
            #expect(try await mute(conversation, in: store))
            let cases: [(letter: AcceptedLetter, isMuted: Bool)] = [
                (store.letter(tags: [Tag(value: 7), Tag(value: 70)]), true),
                // Another client of that network, another recipient, and the same tag by chance on another day.
                (store.letter(tags: [Tag(value: 8), Tag(value: 70)]), false), (store.letter(to: 1, tags: [Tag(value: 7)]), false),
                (store.letter(at: Self.end, tags: [Tag(value: 7)]), false), (store.letter(), false),
            ]
            for (letter, _) in cases { try await store.accept(letter) }
            let answer = store.reply(in: conversation, by: .recipient)
            try await store.accept(answer)
            let jobs = try await store.claim(20, at: Self.end + .minutes(2)).deliveries
            for (letter, isMuted) in cases {
                #expect(try #require(jobs.first { $0.id == letter.id }).isOverMutedConnection == isMuted)
            }
            #expect(jobs.filter(\.isOverMutedConnection).count == 1 && jobs.contains { $0.id == answer.id })
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Muting it twice is muting it once; it leads back, and two of one connection are two`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let conversations = [
                try await first(store, tags: [Tag(value: 7)]), try await first(store, tags: [Tag(value: 7)]),
            ]
            #expect(try await standing(conversations[0], in: store) == .possible(until: Self.end))
            for conversation in conversations + conversations { #expect(try await mute(conversation, in: store)) }
            let recipient = store.people[0].id
            func list(at now: Timestamp) async throws -> [MuteTags.Line] {
                try await store.database.read { try $0.muteTags.list(of: recipient, at: now) }
            }
            #expect(Set(try await list(at: Self.now).map(\.conversation)) == Set(conversations))
            #expect(try await list(at: Self.now).allSatisfy { $0.end == Self.end && $0.at == Self.now })
            #expect(try await standing(conversations[0], in: store) == .muted(until: Self.end))
            for wasMuted in [true, false] {
                let conversation = conversations[0]
                #expect(
                    try await store.database.write { try $0.muteTags.remove(from: conversation, of: recipient) } == wasMuted)
            }
            #expect(try await list(at: Self.now).map(\.conversation) == [conversations[1]])
            // The day is over.
            #expect(try await list(at: Self.end).isEmpty)
            for conversation in conversations { #expect(try await standing(conversation, in: store, at: Self.end) == .none) }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Without a tag of today, or of another's conversation, nothing is muted`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (tagless, tagged) = (try await first(store, tags: []), try await first(store, tags: [Tag(value: 7)]))
            for (conversation, person, now) in [(tagless, 0, Self.now), (tagged, 1, Self.now), (tagged, 0, Self.end)] {
                #expect(try await standing(conversation, in: store, person: person, at: now) == .none)
                // Nobody is told that there is no room.
                #expect(try await mute(conversation, in: store, person: person, at: now))
                #expect(try await standing(conversation, in: store, person: person, at: now) == .none)
            }
            #expect(try await store.count(of: "SELECT conversation FROM mute_tag") == 0)
        }
    }

    // Erasing takes them too: MembershipRowsTests.
    @Test(arguments: StoreKind.allCases)
    func `It goes with the letters of its day`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await mute(try await first(store, tags: [Tag(value: 7)]), in: store))
            let day = Epoch(containing: Self.now)
            for (epoch, left) in [(Epoch(day: day.day - 1), 1), (day, 0)] {
                var count = 1
                while count > 0 {
                    count = try await store.database.write { try $0.retention.forgetConversations(through: epoch, limit: 1) }
                }
                #expect(try await store.count(of: "SELECT conversation FROM mute_tag") == left)
            }
        }
    }

    // V4: which visitors share a connection is not told.
    @Test(arguments: StoreKind.allCases)
    func `In the ledger such a letter is muted, and does not say whose it is`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            for (stage, kind) in [(DeliveryStage.muteByConnection, Outcome.Kind.muted), (.muteByConnection, .deferred)] {
                let letter = store.letter(beginsConversation: true)
                try await store.accept(letter)
                try await store.settleAll(
                    as: Outcome(kind, health: .unknown, diagnosis: .init(stage: stage, text: "")), at: Self.now)
                let recipient = store.people[0].id
                let rows = try await store.database.read { try $0.memberLedger.latest(of: recipient, limit: 9) }
                let row = try #require(rows.first { $0.id == letter.id })
                #expect(row.isMuted && row.isMutedByConnection && row.conversation == nil)
                let entry = try #require(try await store.entries(letter.id).first)
                #expect(entry.isMuted == (kind == .muted) && entry.waitsMuted == (kind == .deferred))
            }
        }
    }
}
