import PosternCore
import PosternStore
import Testing

@Suite("A claim gives the vault all that a mail inside a conversation is made of")
struct ConversationClaimTests {
    private static let later = TestStore.start + .hours(1)

    /// Accepts a reply and settles it and its copy as delivered.
    private func deliver(_ reply: AcceptedReply, in store: TestStore) async throws -> [DeliveryJob] {
        try await store.accept(reply)
        return try await store.settleAll(as: .delivered, at: reply.entry.at + .seconds(60))
    }

    @Test(arguments: StoreKind.allCases, Party.allCases)
    func `A reply and its copy carry the first letter, the reply, its author and both moments`(
        _ kind: StoreKind, author: Party
    ) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin(seal: [7, 7])
            let reply = store.reply(in: letter.id, by: author, at: Self.later, seal: [8, 8])
            let jobs = try await deliver(reply, in: store)
            #expect(jobs.map(\.id) == [reply.id, reply.copy.id] && jobs.map(\.kind) == [.reply, .copy])
            #expect(jobs.map(\.addressee) == [author.other, author])
            #expect(jobs.map(\.tokens) == [reply.tokens, reply.copy.tokens])
            for job in jobs {
                let conversation = try #require(job.conversation)
                #expect(job.letter == [8, 8] && conversation.letter == [7, 7])
                #expect(conversation.id == letter.id && conversation.began == TestStore.start)
                #expect(conversation.author == author)
                #expect(conversation.reply == reply.id && conversation.replied == Self.later)
                #expect(conversation.proof == nil)
                #expect(job.recipient == store.people[0].id)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A first letter and a confirmation carry none`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            try await store.accept(store.letter(beginsConversation: true))
            let confirmation = store.confirmation()
            try await store.database.write { try confirmation.enqueue(in: $0) }
            let jobs = try await store.claim().deliveries
            #expect(Set(jobs.map(\.kind)) == [.letter, .confirmation])
            #expect(jobs.allSatisfy { $0.conversation == nil && $0.addressee == .recipient })
        }
    }

    // V5: neither side sees the other's Message-IDs.
    @Test(arguments: StoreKind.allCases)
    func `Each side's earlier mails are named in their order, and none of the other side's`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            _ = try await deliver(store.reply(in: try await store.begin().id, by: .recipient, at: Self.later), in: store)
            var mails: [Party: [String]] = [.recipient: [letter.tokens.messageID], .visitor: []]
            for (number, author) in [Party.recipient, .visitor, .visitor, .recipient, .visitor].enumerated() {
                let reply = store.reply(in: letter.id, by: author, at: Self.later + .minutes(Int64(number)))
                for job in try await deliver(reply, in: store) {
                    #expect(job.conversation?.earlier == mails[job.addressee], "\(number), \(job.kind)")
                    mails[job.addressee, default: []].append(job.tokens.messageID)
                }
            }
            #expect(mails[.recipient]?.count == 6 && mails[.visitor]?.count == 5)
            #expect(Set(mails.values.joined()).count == 11)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A later attempt names the mails that the first one named`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let first = store.reply(in: letter.id, by: .visitor, at: Self.later)
            try await store.accept(first)
            let tried = try await store.settleAll(as: .deferred, at: Self.later + .seconds(60))
            _ = try await store.database.write { transaction in
                try transaction.intake.accept(store.reply(in: letter.id, by: .visitor, at: Self.later + .minutes(2)))
            }
            let again = try await store.claim(at: Self.later + .hours(3)).deliveries
            for job in tried {
                let second = try #require(again.first { $0.id == job.id })
                #expect(second.attempt == 2 && second.conversation?.earlier == job.conversation?.earlier)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What was withdrawn is in no thread`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let (withdrawn, sent) = (
                store.reply(in: letter.id, by: .visitor, at: Self.later),
                store.reply(in: letter.id, by: .visitor, at: Self.later + .minutes(1))
            )
            try await store.accept(withdrawn)
            #expect(try await store.database.write { try $0.intake.withdraw(withdrawn.id, at: Self.later) })
            let jobs = try await deliver(sent, in: store)
            #expect(jobs.map { $0.conversation?.earlier } == [[letter.tokens.messageID], []])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Of very many mails the first and the last fifteen are named`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let replies = (0..<40).map { store.reply(in: letter.id, by: .visitor, at: Self.later + .seconds($0)) }
            try await store.database.write { transaction in
                for reply in replies { _ = try transaction.intake.accept(reply) }
            }
            let jobs = try await store.claim(100, at: Self.later + .hours(1)).deliveries
            let last = try #require(jobs.first { $0.id == replies[39].id }?.conversation)
            let all = [letter.tokens.messageID] + replies.prefix(39).map(\.tokens.messageID)
            #expect(last.earlier == Array(all.prefix(15) + all.suffix(15)))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `What shows that the visitor's mailbox was reached is in every later mail`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let proof = Self.proof(9)
            let proven = store.reply(in: letter.id, by: .visitor, at: Self.later, proof: proof)
            #expect(try await deliver(proven, in: store).allSatisfy { $0.conversation?.proof == proof })
            let next = store.reply(in: letter.id, by: .recipient, at: Self.later + .minutes(9))
            #expect(try await deliver(next, in: store).allSatisfy { $0.conversation?.proof == proof })
            let other = try await store.begin(to: 1, at: Self.later)
            let elsewhere = store.reply(in: other.id, by: .recipient, person: 1, at: Self.later + .hours(1))
            #expect(try await deliver(elsewhere, in: store).allSatisfy { $0.conversation?.proof == nil })
        }
    }

    private static func proof(_ number: UInt8) -> [UInt8] { Array(repeating: number, count: Proofs.length) }

    // Only the vault can tell which is right: a made-up one takes the place of none that came early.
    @Test(arguments: StoreKind.allCases)
    func `What was shown first stays, whatever is shown after it`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            var shown: [UInt8]?
            for (minute, number) in ([UInt8](1...12) + [1, 5, 12]).enumerated() {
                let moment = Self.later + .minutes(2 * Int64(minute))
                let reply = store.reply(in: letter.id, by: .visitor, at: moment, proof: Self.proof(number))
                shown = try await deliver(reply, in: store).first?.conversation?.proof
            }
            #expect(shown == [1, 2, 3, 4, 5, 6, 7, 12].flatMap(Self.proof))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A notice that letters are paused carries the conversation that it was asked for from`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin(seal: [7, 7])
            let confirmation = store.confirmation(at: Self.later)
            try await store.database.write { transaction in
                try transaction.intake.enqueuePauseNotice(
                    confirmation.id, to: confirmation.recipient, in: letter.id, at: Self.later, tokens: confirmation.tokens)
            }
            let job = try #require(try await store.claim(at: Self.later).deliveries.first)
            #expect(job.kind == .pauseNotice && job.addressee == .recipient && job.letter == [])
            let conversation = try #require(job.conversation)
            #expect(conversation.id == letter.id && conversation.letter == [7, 7] && conversation.author == .recipient)
            #expect(conversation.replied == TestStore.start)
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A reply whose conversation is over is dropped, with its copy and its seal`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let tomorrow = TestStore.start + .days(1)
            let reply = store.reply(in: letter.id, by: .recipient, at: tomorrow)
            try await store.accept(reply)
            let day = Epoch(containing: TestStore.start)
            _ = try await store.database.write { transaction in
                try transaction.retention.forgetLetters(through: day, at: tomorrow, limit: 9)
            }
            #expect(try await store.claim(at: tomorrow + .minutes(1)).deliveries == [])
            for id in [reply.id, reply.copy.id] {
                let line = try #require(try await store.line(id))
                #expect(line.state == .dropped && line.reason == "there is nothing left to send" && line.attempts == 0)
            }
            #expect(try await store.count(of: "SELECT id FROM letter") == 0)
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A reply that was refused is tried again by hand, as long as there is something to send`(_ kind: StoreKind) async throws
    {
        try await withStore(kind) { store in
            let letter = try await store.begin()
            let reply = store.reply(in: letter.id, by: .recipient, at: Self.later)
            try await store.accept(reply)
            try await store.settleAll(as: .failed, at: Self.later + .minutes(1))
            for id in [reply.id, reply.copy.id] {
                let move = try await store.database.write { try $0.queue.retry(id, at: Self.later + .minutes(2)) }
                #expect(move == .moved(to: .ready))
            }
            try await store.settleAll(as: .failed, at: Self.later + .minutes(3))
            _ = try await store.database.write { transaction in
                try transaction.retention.forgetLetters(through: Epoch(containing: Self.later), at: Self.later, limit: 9)
            }
            for id in [reply.id, reply.copy.id] {
                let move = try await store.database.write { try $0.queue.retry(id, at: Self.later + .minutes(4)) }
                #expect(move == .nothingToSend(in: .failed))
            }
        }
    }
}
