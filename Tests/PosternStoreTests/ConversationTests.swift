import PosternCore
import PosternStore
import Testing

@Suite("A conversation is what one letter began: its replies, copies and links stand together, or none of them does")
struct ConversationTests {
    private static let later = TestStore.start + .minutes(10)

    @Test(arguments: StoreKind.allCases)
    func `A letter brings its conversation and its links, by which both sides find it`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.letter(beginsConversation: true)
            let conversation = try #require(letter.conversation)
            try await store.accept(letter)
            #expect(
                try await store.conversation(letter.id)
                    == ConversationRow(id: letter.id, recipient: store.people[0].id, summary: conversation.summary))
            #expect(conversation.links.map(\.purpose) == [.reply, .mute, .report, .pause, .letter])
            try await store.database.read { (transaction) throws in
                for link in conversation.links {
                    #expect(
                        try transaction.links.find(madeAt: link.madeAt, digest: link.digest, purpose: link.purpose) == link)
                    // A link serves one purpose; its second and its digest both count.
                    for purpose in LinkPurpose.allCases where purpose != link.purpose {
                        #expect(try transaction.links.find(madeAt: link.madeAt, digest: link.digest, purpose: purpose) == nil)
                    }
                    #expect(
                        try transaction.links.find(madeAt: link.madeAt + 1, digest: link.digest, purpose: link.purpose) == nil)
                    #expect(
                        try transaction.links.find(
                            madeAt: link.madeAt, digest: link.digest.reversed(), purpose: link.purpose) == nil)
                }
            }
            #expect(try await store.count(of: "SELECT digest FROM link") == 0)
        }
    }

    // The rule: one row, with the links in it.
    @Test func `A conversation costs a letter one statement`() async throws {
        try await withStore(.memory) { store in
            func statements(_ letter: AcceptedLetter) async throws -> Int {
                let ledger = StatementLedger()
                _ = try await RecordingDatabase(database: store.database, ledger: ledger).write { try $0.intake.accept(letter) }
                return ledger.all.count
            }
            let plain = try await statements(store.letter())
            #expect(try await statements(store.letter(beginsConversation: true)) == plain + 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A letter that is not stored brings none`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (first, again) = (
                store.letter(mark: store.mark(1), beginsConversation: true),
                store.letter(mark: store.mark(1), beginsConversation: true)
            )
            try await store.accept(first)
            #expect(try await store.database.write { try $0.intake.accept(again) } == .repeated(first.id))
            #expect(try await store.conversation(again.id) == nil)
            #expect(try await store.count(of: "SELECT links FROM conversation") == 1)
        }
    }

    @Test(arguments: StoreKind.allCases, Party.allCases)
    func `A reply waits a minute, with a copy for its author, an entry in the log and its own links`(
        _ kind: StoreKind, author: Party
    ) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let reply = store.reply(in: letter.id, by: author, at: Self.later)
            try await store.accept(reply)
            let (sent, copied) = (
                try #require(try await store.line(reply.id)), try #require(try await store.line(reply.copy.id))
            )
            #expect(sent.kind == .reply && copied.kind == .copy)
            for line in [sent, copied] {
                #expect(line.state == .ready && line.due == Self.later + .seconds(60))
                #expect(line.recipient == store.people[0].id)
            }
            #expect(try await store.database.read { try $0.submissionLog.entry(reply.id) } != nil)
            let entries = try await store.entries(letter.id)
            #expect(entries.map(\.id) == [letter.id, reply.id])
            #expect(entries.map(\.author) == [.visitor, author])
            #expect(entries.map(\.state) == [.delivered, .ready])
            #expect(entries.map(\.accepted) == [TestStore.start, Self.later])
            #expect(entries.last?.due == Self.later + .seconds(60) && entries.last?.attempts == 0)
            try await store.database.read { (transaction) throws in
                for link in reply.links {
                    #expect(
                        try transaction.links.find(madeAt: link.madeAt, digest: link.digest, purpose: link.purpose) == link)
                }
                #expect(try transaction.conversations.count(by: author, in: letter.id, since: Self.later) == 1)
                #expect(try transaction.conversations.count(by: author.other, in: letter.id, since: TestStore.start) == 0)
                #expect(try transaction.conversations.count(by: author, in: letter.id, since: Self.later + .seconds(1)) == 0)
            }
            // A6: a copy has no submission, and is counted all the same.
            let counts = try await store.counts()
            #expect(counts == QueueCounts(states: [.delivered: 1, .ready: 2], accepted: 3))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Of many replies the newest are shown, oldest first`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            var replies: [LetterID] = []
            for number in 1...5 {
                let reply = store.reply(
                    in: letter.id, by: number.isMultiple(of: 2) ? .visitor : .recipient, at: Self.later + .minutes(Int64(number)))
                try await store.accept(reply)
                replies.append(reply.id)
            }
            let shown = try await store.database.read { try $0.conversations.entries(of: letter.id, limit: 3) }
            #expect(shown.map(\.id) == [letter.id] + replies.suffix(3))
            // Another conversation's are not among them.
            let other = try await store.begin(to: 1, at: Self.later)
            #expect(try await store.entries(other.id).map(\.id) == [other.id])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `The same reply twice is one reply, and its key with another text is refused`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let first = store.reply(in: letter.id, by: .recipient, mark: store.mark(3))
            try await store.accept(first)
            let again = store.reply(in: letter.id, by: .recipient, mark: store.mark(3))
            let other = store.reply(in: letter.id, by: .recipient, mark: store.mark(3, body: 9))
            #expect(try await store.database.write { try $0.intake.accept(again) } == .repeated(first.id))
            #expect(try await store.database.write { try $0.intake.accept(other) } == .conflict)
            // It is no second reply when the conversation was closed meanwhile, either.
            _ = try await store.database.write {
                try $0.conversations.setClosed(true, letter.id, by: .visitor, at: Self.later)
            }
            #expect(try await store.database.write { try $0.intake.accept(again) } == .repeated(first.id))
            #expect(try await store.entries(letter.id).count == 2)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A held reply waits for a person; its copy goes out all the same`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let reply = store.reply(in: letter.id, by: .visitor, verdict: .held)
            try await store.accept(reply)
            #expect(try await store.line(reply.id)?.state == .held)
            #expect(try await store.line(reply.copy.id)?.state == .ready)
            #expect(try await store.claim(at: Self.later).deliveries.map(\.id) == [reply.copy.id])
        }
    }

    /// Why nothing is taken: the change → who may still write.
    enum End: String, CaseIterable, Sendable {
        case closed, over, paused, erased, foreign
    }

    @Test(arguments: StoreKind.allCases, End.allCases)
    func `Where a conversation is closed or over, or its recipient is gone, a reply leaves no trace`(
        _ kind: StoreKind, end: End
    ) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let person = store.people[0].id
            _ = try await store.database.write { transaction in
                switch end {
                case .closed: _ = try transaction.conversations.setClosed(true, letter.id, by: .visitor, at: Self.later)
                case .over:
                    _ = try transaction.retention.forgetConversations(through: Epoch(containing: TestStore.start), limit: 9)
                case .paused: _ = try transaction.recipients.setState(.paused, of: person, from: [.active], at: Self.later)
                case .erased: _ = try transaction.recipients.erase(person, at: Self.later)
                case .foreign: break
                }
            }
            let before = try await store.counts()
            for author in Party.allCases {
                let reply = store.reply(in: letter.id, by: author, person: end == .foreign ? 1 : 0, at: Self.later)
                let acceptance = try await store.database.write { try $0.intake.accept(reply) }
                // A recipient who has paused letters may still answer those that came.
                let isTaken = end == .paused && author == .recipient
                #expect(acceptance == (isTaken ? .stored : .noLetters), "\(author)")
                #expect((try await store.line(reply.id) != nil) == isTaken)
            }
            #expect(try await store.counts().accepted == before.accepted + (end == .paused ? 2 : 0))
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases, Party.allCases)
    func `Either side closes, and only that side opens again`(_ kind: StoreKind, party: Party) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            func set(_ isClosed: Bool, by party: Party) async throws -> Bool {
                try await store.database.write {
                    try $0.conversations.setClosed(isClosed, letter.id, by: party, at: Self.later)
                }
            }
            // Opening what is open is no error: a link may be pressed twice.
            #expect(try await set(false, by: party))
            for _ in 1...2 { #expect(try await set(true, by: party)) }
            #expect(try await store.conversation(letter.id)?.closedBy == party)
            #expect(try await set(false, by: party.other) == false)
            #expect(try await set(true, by: party.other) == false)
            #expect(try await store.conversation(letter.id)?.closedBy == party)
            for _ in 1...2 { #expect(try await set(false, by: party)) }
            #expect(try await store.conversation(letter.id)?.closedBy == nil)
            #expect(
                try await store.database.write { try $0.conversations.setClosed(true, .zero, by: party, at: Self.later) } == false
            )
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What is withdrawn in time is gone, with its copy and its seal`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let (kept, taken) = (
                store.reply(in: letter.id, by: .visitor, at: Self.later), store.reply(in: letter.id, by: .visitor, at: Self.later)
            )
            for reply in [kept, taken] { try await store.accept(reply) }
            let now = Self.later + .seconds(59)
            #expect(try await store.database.write { try $0.intake.withdraw(taken.id, at: now) })
            for id in [taken.id, taken.copy.id] {
                let line = try #require(try await store.line(id))
                #expect(line.state == .dropped && line.finished == now && line.reason == "withdrawn by its author")
            }
            #expect(try await store.count(of: "SELECT id FROM letter") == 2)
            #expect(try await store.entries(letter.id).map(\.state) == [.delivered, .ready, .dropped])
            #expect(try await store.entries(letter.id).map(\.isWithdrawn) == [false, false, true])
            #expect(try await store.counts().difference == 0)
            #expect(try await store.database.write { try $0.intake.withdraw(taken.id, at: now) } == false)
            #expect(
                Set(try await store.claim(at: Self.later + .minutes(2)).deliveries.map(\.id)) == [kept.id, kept.copy.id])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What was tried, is old, or is no reply cannot be withdrawn`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let (tried, old) = (
                store.reply(in: letter.id, by: .recipient, at: Self.later),
                store.reply(in: letter.id, by: .recipient, at: Self.later)
            )
            try await store.accept(tried)
            let now = Self.later + .seconds(61)
            #expect(try await store.claim(at: now).deliveries.count == 2)
            try await store.accept(old)
            for id in [tried.id, tried.copy.id, letter.id, old.copy.id, .zero] {
                #expect(try await store.database.write { try $0.intake.withdraw(id, at: now) } == false)
            }
            #expect(try await store.database.write { try $0.intake.withdraw(old.id, at: Self.later + .hours(2)) } == false)
            #expect(try await store.line(old.id)?.state == .ready)
            #expect(try await store.line(tried.id)?.state == .leased)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A reply that was held for review can be withdrawn too`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let reply = store.reply(in: letter.id, by: .visitor, at: Self.later, verdict: .held)
            try await store.accept(reply)
            #expect(try await store.database.write { try $0.intake.withdraw(reply.id, at: Self.later) })
            #expect(try await store.line(reply.id)?.state == .dropped)
        }
    }

    // V4: the visitor's page goes by this, whatever staff do with the letter afterwards.
    @Test(arguments: StoreKind.allCases)
    func `An attempt that ended as muted is told from all others`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = store.letter(beginsConversation: true)
            try await store.accept(letter)
            try await store.settleAll(as: .muted, at: TestStore.start)
            let line = try #require(try await store.line(letter.id))
            #expect(line.state == .held && line.last?.end == .settled(.muted))
            #expect(try await store.entries(letter.id).map(\.isMuted) == [true])
            _ = try await store.database.write { try $0.queue.drop(letter.id, because: "unwanted", at: Self.later) }
            #expect(try await store.entries(letter.id).map(\.isMuted) == [true])
            let other = try await store.begin(to: 1)
            _ = try await store.database.write { try $0.queue.hold(other.id, because: "to look") }
            #expect(try await store.entries(other.id).map(\.isMuted) == [false])
        }
    }

    // V4: it looks to its visitor as others' letters do, and to its recipient as what is muted does.
    @Test(arguments: StoreKind.allCases)
    func `A muted visitor's letter that waits is told from one that ended as muted, and from others that wait`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            for (stage, waits) in [(DeliveryStage.mute, true), (.connect, false)] {
                let letter = store.letter(beginsConversation: true)
                try await store.accept(letter)
                try await store.settleAll(
                    as: Outcome(.deferred, health: .unknown, diagnosis: .init(stage: stage, text: "")), at: TestStore.start)
                let entry = try #require(try await store.entries(letter.id).first)
                #expect(entry.waitsMuted == waits && !entry.isMuted && entry.state == .ready)
                let rows = try await store.database.read { transaction in
                    try transaction.memberLedger.latest(of: store.people[0].id, limit: 9)
                }
                #expect(rows.first { $0.id == letter.id }?.isMuted == waits)
            }
        }
    }
}
