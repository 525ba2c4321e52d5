import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("Conversations end with their recipient, with the day of their first letter, and with the outcomes of their replies")
struct ConversationEndTests {
    private static let day = Epoch(containing: TestStore.start)
    private static let tomorrow = TestStore.start + .days(1)

    // V6.
    @Test(arguments: StoreKind.allCases)
    func `An erased recipient leaves no conversation, mute or letter, and no answer of theirs goes out`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let (letter, other) = (try await store.begin(), try await store.begin(to: 1))
            let answers = [
                store.reply(in: letter.id, by: .recipient, at: Self.tomorrow),
                store.reply(in: letter.id, by: .visitor, at: Self.tomorrow, verdict: .held),
            ]
            let elsewhere = store.reply(in: other.id, by: .recipient, person: 1, at: Self.tomorrow)
            for reply in answers + [elsewhere] { try await store.accept(reply) }
            let notice = store.confirmation(at: Self.tomorrow)
            let (erased, kept) = (store.people[0].id, store.people[1].id)
            try await store.database.write { transaction in
                try transaction.intake.enqueuePauseNotice(
                    notice.id, to: erased, in: letter.id, at: Self.tomorrow, tokens: notice.tokens)
                for person in [erased, kept] {
                    _ = try transaction.mutes.add(store.bytes(), of: person, from: letter.id, at: Self.tomorrow)
                }
            }
            #expect(try await store.database.write { try $0.recipients.erase(erased, at: Self.tomorrow) } == .changed)
            #expect(try await store.conversation(letter.id) == nil)
            #expect(try await store.conversation(other.id) != nil)
            for id in answers.flatMap({ [$0.id, $0.copy.id] }) + [notice.id] {
                let line = try #require(try await store.line(id))
                #expect(line.state == .dropped && line.reason == "the recipient was erased")
            }
            let (letters, mutes) = try await store.database.read { transaction in
                (
                    try transaction.rows("SELECT id FROM letter").map { row -> LetterID in try row["id"] },
                    try transaction.rows("SELECT recipient FROM mute").map { row -> RecipientID in try row["recipient"] }
                )
            }
            #expect(Set(letters) == [other.id, elsewhere.id] && mutes == [kept])
            let jobs = try await store.claim(at: Self.tomorrow + .minutes(5)).deliveries
            #expect(Set(jobs.map(\.id)) == [elsewhere.id, elsewhere.copy.id])
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `An answer that is under way when its author is erased is not tried again`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let reply = store.reply(in: letter.id, by: .recipient)
            try await store.accept(reply)
            let moment = TestStore.start + .minutes(2)
            let (lease, jobs) = try await store.claim(at: moment)
            let person = store.people[0].id
            _ = try await store.database.write { try $0.recipients.erase(person, at: moment) }
            for job in jobs {
                let settlement = try Sample.settlement(.deferred, of: job, at: moment)
                _ = try await store.database.write { try $0.queue.settle(job.id, under: lease, as: settlement) }
            }
            #expect(try await store.claim(at: Self.tomorrow).deliveries == [])
            for id in [reply.id, reply.copy.id] { #expect(try await store.line(id)?.state == .dropped) }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A conversation and its links go with the day of its first letter, in bites`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (old, young) = (
                try await store.begin(at: Self.day.end - .milliseconds(1)), try await store.begin(at: Self.day.end)
            )
            // Four links, and one.
            let early = store.reply(in: old.id, by: .visitor, at: Self.day.end - .milliseconds(1))
            let reply = store.reply(in: old.id, by: .recipient, at: Self.tomorrow)
            for reply in [early, reply] { try await store.accept(reply) }
            let bites = try await store.database.write { transaction in
                try (0..<5).map { _ in try transaction.retention.forgetConversations(through: Self.day, limit: 2) }
            }
            #expect(bites == [3, 2, 0, 0, 0])
            #expect(try await store.conversation(old.id) == nil)
            #expect(try await store.conversation(young.id) != nil)
            let found = try await store.database.read { transaction in
                try [old, young].map { letter in
                    try (letter.conversation?.links ?? []).filter {
                        try transaction.links.find(madeAt: $0.madeAt, digest: $0.digest, purpose: $0.purpose) != nil
                    }.count
                }
            }
            #expect(found == [0, 5])
            // A link that was made later leads to a conversation that is no more, and goes with its own day.
            #expect(try await store.count(of: "SELECT digest FROM link") == 1)
            #expect(try await store.count(of: "SELECT id FROM reply") == 4)
            let rest = try await store.database.write { transaction in
                try transaction.retention.forgetConversations(through: Epoch(containing: Self.tomorrow), limit: 9)
            }
            #expect(rest == 2)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A link that the program before has made stays until its own day is over`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = try await store.begin().id
            let seconds = UInt64(Self.day.end.milliseconds / 1_000)
            let links = [seconds - 1, seconds].map { moment in
                StoredLink(
                    madeAt: moment, digest: store.bytes(), purpose: .reply, conversation: id, summaryKey: store.bytes())
            }
            _ = try await store.database.write { transaction in
                try transaction.links.add(links)
                while try transaction.retention.forgetConversations(through: Epoch(day: Self.day.day - 1), limit: 9) > 0 {}
            }
            func kept() async throws -> [Bool] {
                try await store.database.read { transaction in
                    try links.map { try transaction.links.find(madeAt: $0.madeAt, digest: $0.digest, purpose: .reply) != nil }
                }
            }
            #expect(try await kept() == [true, true])
            _ = try await store.database.write { transaction in
                while try transaction.retention.forgetConversations(through: Self.day, limit: 9) > 0 {}
            }
            #expect(try await kept() == [false, true])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A held copy is dropped at the end of its day; a held reply with its seal`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let reply = store.reply(in: letter.id, by: .visitor, verdict: .held)
            try await store.accept(reply)
            let done = try await store.database.write { transaction in
                _ = try transaction.queue.hold(reply.copy.id, because: "to look")
                return try (0..<3).map { _ in
                    try transaction.retention.forgetLetters(through: Self.day, at: Self.tomorrow, limit: 9)
                }
            }
            #expect(done == [3, 0, 0])
            for id in [reply.id, reply.copy.id] {
                #expect(try await store.line(id)?.reason == "the time that letters are kept is over")
            }
            #expect(try await store.counts() == QueueCounts(states: [.delivered: 1, .dropped: 2], accepted: 3))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Replies and copies go with their outcomes`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let reply = store.reply(in: letter.id, by: .recipient)
            try await store.accept(reply)
            let moment = TestStore.start + .minutes(2)
            try await store.settleAll(as: .delivered, at: moment)
            let gone = try await store.database.write { transaction in
                [
                    try transaction.retention.forgetSubmissions(before: moment, limit: 9),
                    try transaction.retention.forgetUnposted(before: moment, limit: 9),
                    try transaction.retention.forgetUnposted(before: moment, limit: 9),
                ]
            }
            #expect(gone == [2, 1, 0])
            for table: StaticString in ["SELECT id FROM reply", "SELECT id FROM delivery", "SELECT delivery FROM attempt"] {
                #expect(try await store.count(of: table) == 0)
            }
            #expect(try await store.entries(letter.id) == [])
            #expect(try await store.counts() == QueueCounts(states: [:], accepted: 0))
        }
    }

    // The rule: the reply's own key opens its text, that of the first letter its address.
    @Test(arguments: StoreKind.allCases, [Self.day, Epoch(containing: Self.tomorrow)])
    func `After a restore without one of its two keys, a reply ends as failed`(_ kind: StoreKind, day: Epoch) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let reply = store.reply(in: letter.id, by: .recipient, at: Self.tomorrow)
            try await store.accept(reply)
            let days: Set = [Self.day, Epoch(containing: Self.tomorrow)]
            let lost = try await store.database.write { transaction in
                [days, days.subtracting([day])].map { days in
                    try? transaction.queue.failLost(keeping: days, at: Self.tomorrow, naming: 9).count
                }
            }
            #expect(lost == [0, 2])
            for id in [reply.id, reply.copy.id] {
                let line = try #require(try await store.line(id))
                #expect(line.state == .failed && line.reason?.contains("\(day)") == true)
            }
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `After a restore, replies and copies that may have gone out are held for a person`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let reply = store.reply(in: letter.id, by: .recipient)
            try await store.accept(reply)
            let held = try await store.database.write {
                try $0.queue.holdRestored(because: "restored", at: Self.tomorrow)
            }
            #expect(held == 2)
            _ = try await store.database.write { try $0.queue.releaseHeld(.everything, at: Self.tomorrow, limit: 9) }
            #expect(try await store.claim(at: Self.tomorrow).deliveries.map(\.id) == [reply.id, reply.copy.id])
        }
    }
}
