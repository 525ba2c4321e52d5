import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A member's ledger has what came, when, about which conversation, and what became of it")
struct MemberLedgerTests {
    private static let now = TestStore.start

    private func ledger(_ store: TestStore, person: Int = 0, before: LetterID? = nil, limit: Int = 50) async throws -> [LedgerRow]
    {
        let id = store.people[person].id
        return try await store.database.read { try $0.memberLedger.latest(of: id, before: before, limit: limit) }
    }

    @Test(arguments: StoreKind.allCases)
    func `Letters and visitors' replies, newest first, and none of the recipient's own or of others`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let first = try await store.begin(at: Self.now)
            try await store.accept(store.letter(to: 1, at: Self.now, beginsConversation: true))
            let answer = store.reply(in: first.id, by: .recipient, at: Self.now + .hours(1))
            let reply = store.reply(in: first.id, by: .visitor, at: Self.now + .hours(2))
            for reply in [answer, reply] { try await store.accept(reply) }
            let second = store.letter(at: Self.now + .days(2), verdict: .held, beginsConversation: true)
            let third = store.proofLetter(at: Self.now + .days(3))
            for letter in [second, third] { try await store.accept(letter) }
            let rows = try await ledger(store)
            #expect(rows.map(\.id) == [third.id, second.id, reply.id, first.id])
            #expect(rows.map(\.kind) == [.letter, .letter, .reply, .letter])
            #expect(rows.map(\.conversation?.id) == [third.id, second.id, first.id, first.id])
            #expect(rows.map(\.state) == [.held, .held, .ready, .delivered])
            #expect(rows.map(\.verdict) == [.accept, .hold, .accept, .accept])
            #expect(rows.map(\.isAwaitingProof) == [true, false, false, false])
            #expect(rows[3].conversation?.summary == first.conversation?.summary)
            #expect(rows[3].conversation?.ledgerKey == first.conversation?.ledgerKey && rows[3].conversation?.ledgerKey != nil)
            #expect(try await ledger(store, limit: 2) == Array(rows.prefix(2)))
            #expect(try await ledger(store, before: rows[1].id) == Array(rows.suffix(2)))
            #expect(try await ledger(store, person: 2) == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What the member wrote, its copies, mails about settings, and conversations; none of the visitor's own`(
        _ kind: StoreKind
    ) async throws {
        try await withStore(kind) { store in
            let (first, id) = (try await store.begin(at: Self.now), store.people[0].id)
            let other = store.letter(to: 1, at: Self.now, beginsConversation: true)
            try await store.accept(other)
            let answer = store.reply(in: first.id, by: .recipient, at: Self.now + .hours(1))
            let reply = store.reply(in: first.id, by: .visitor, at: Self.now + .hours(2))
            let later = store.reply(in: first.id, by: .recipient, at: Self.now + .hours(3))
            for reply in [answer, reply, later] { try await store.accept(reply) }
            let mail = store.mail(at: Self.now + .hours(4))
            let asked = store.proofLetter(at: Self.now + .hours(5))
            try await store.accept(asked)
            try await store.database.write { transaction in
                #expect(try transaction.intake.withdraw(later.id, at: Self.now + .hours(3) + .seconds(1)))
                try transaction.intake.enqueueService(.welcome, mail, to: id, at: Self.now + .hours(4))
                _ = try transaction.conversations.setClosed(true, first.id, by: .visitor, at: Self.now + .hours(6))
            }
            let (mails, conversations) = try await store.database.read { transaction in
                (
                    try transaction.memberLedger.mails(of: id, limit: 9),
                    try transaction.memberLedger.conversations(of: id, limit: 9)
                )
            }
            #expect(mails.map(\.kind) == [.welcome, .copy, .reply, .copy, .reply])
            #expect(mails.map(\.conversation) == [nil] + Array(repeating: first.id, count: 4))
            #expect(mails.filter(\.isWithdrawn).map(\.id).contains(later.id) && !mails.contains { $0.id == reply.id })
            #expect(conversations.map(\.sealed.id) == [asked.id, first.id])
            #expect(conversations.map(\.closedBy) == [nil, .visitor])
            #expect(conversations.last?.closed == Self.now + .hours(6))
            #expect(try await store.database.read { try $0.memberLedger.mails(of: id, limit: 2).count } == 2)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Muted and reported stand there; without its conversation an entry stays`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.letter(beginsConversation: true)
            try await store.accept(letter)
            try await store.settleAll(as: .muted, at: Self.now)
            let report = try store.report(about: letter.id)
            _ = try await store.database.write { try $0.reports.add(report) }
            var row = try #require(try await ledger(store).first)
            #expect(row.isMuted && row.isReported && row.state == .held)
            _ = try await store.database.write { transaction in
                try transaction.retention.forgetConversations(through: Epoch(containing: Self.now), limit: 99)
            }
            row = try #require(try await ledger(store).first)
            #expect(row.conversation == nil && row.id == letter.id)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `The first letter that goes out to a recipient says what this is, at every try, and no other`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let letters = [store.letter(), store.letter(at: Self.now + .seconds(1))]
            for letter in letters { try await store.accept(letter) }
            let other = try await store.accept(store.letter(to: 1))
            var jobs = try await store.settleAll(as: .deferred, at: Self.now + .minutes(1))
            #expect(Set(jobs.filter(\.isFirst).map(\.id)) == [letters[0].id, other] && jobs.count == 3)
            jobs = try await store.settleAll(as: .delivered, at: Self.now + .hours(1))
            #expect(Set(jobs.filter(\.isFirst).map(\.id)) == [letters[0].id, other] && jobs.count == 3)
            try await store.accept(store.letter(at: Self.now + .hours(2)))
            #expect(try await store.claim(at: Self.now + .hours(2)).deliveries.map(\.isFirst) == [false])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A member who wants text alone gets it in every mail`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let id = store.people[0].id
            _ = try await store.database.write {
                try $0.recipients.change(MemberSettings(isTextOnly: true), of: id, at: Self.now)
            }
            try await store.accept(store.letter())
            try await store.accept(store.letter(to: 1))
            let jobs = try await store.claim().deliveries
            #expect(
                Dictionary(uniqueKeysWithValues: jobs.map { ($0.recipient, $0.isTextOnly) }) == [
                    id: true, store.people[1].id: false,
                ])
        }
    }
}
