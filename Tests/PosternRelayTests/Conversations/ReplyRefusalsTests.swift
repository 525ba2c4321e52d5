import PosternCore
import PosternLink
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("A reply is kept once or not at all, and its author is told why", .timeLimit(.minutes(40)))
struct ReplyRefusalsTests {
    @Test func `The same form twice is one reply, also at the same time; with another text it is another`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let answers = try await withThrowingTaskGroup(of: ReplyAnswer?.self) { tasks in
                for _ in 0..<8 { tasks.addTask { try await fixture.answer(links, key: "form 1") } }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0 == .accepted })
            #expect(try await fixture.deliveries(.reply).count == 1)
            #expect(try await fixture.answer(links, "Something else.", key: "form 1") == .accepted)
            #expect(try await fixture.deliveries(.reply).count == 2)
            #expect(try await fixture.deliveries(.copy).count == 2)
            // What was kept stays so, whatever has changed since.
            _ = try await fixture.service.setClosed(true, links.recipient, for: .reply)
            #expect(try await fixture.answer(links, key: "form 1") == .accepted)
            fixture.diskSpace.fill(true)
            #expect(try await fixture.answer(links, key: "form 1") == .accepted)
            #expect(try await fixture.deliveries(.reply).count == 2)
        }
    }

    @Test func `A reply to a conversation that ended meanwhile gives its text back`() async throws {
        for change in ["closed", "paused", "erased"] {
            try await ConversationFixture.run { fixture in
                let links = try await fixture.begin()
                try await fixture.deliverAll()
                _ = try await fixture.answer(links)
                fixture.advance(by: .minutes(2))
                try await fixture.deliverAll()
                let id = fixture.recipient.id
                // The link is looked up, and then it happens.
                fixture.faulty.beforeNextWrite {
                    _ = try await fixture.store.write { transaction in
                        switch change {
                        case "closed":
                            _ = try transaction.conversations.setClosed(true, links.id, by: .recipient, at: fixture.clock.now)
                        case "paused":
                            _ = try transaction.recipients.setState(.paused, of: id, from: [.active], at: fixture.clock.now)
                        default: _ = try transaction.recipients.erase(id, at: fixture.clock.now)
                        }
                    }
                }
                guard case .ended(let view) = try await fixture.answer(links, by: .visitor) else {
                    throw ConversationFixture.NoSuchLink()
                }
                if change == "closed" { #expect(view.standing == .closed(by: .recipient)) }
                if change == "paused" { #expect(view.standing == .takesNoLetters) }
                #expect(try await fixture.deliveries(.reply).count == 1)
            }
        }
    }

    /// A text → what its author is told.
    @Test(arguments: [
        ("", TextFault.empty), (" \n\t\u{200B}", .empty),
        (String(repeating: "a", count: 20_001), .tooLong(limit: 20_000, count: 20_001)),
    ])
    func `A text that no letter can have is not kept`(text: String, fault: TextFault) async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            #expect(try await fixture.answer(links, text) == .invalid(fault))
            #expect(try await fixture.deliveries(.reply).isEmpty)
        }
    }

    @Test func `Hostile text is kept as text`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let texts = [
                "\r\nBcc: everyone\r\n\r\nHello", "<script>alert(1)</script>", "{{secret}} %s \u{202E}gnirts\u{0}",
                "'); DROP TABLE reply; --x",
                String(repeating: "(((((at at at", count: 1_500), String(repeating: "0 1-", count: 4_900),
                String(repeating: "@", count: 19_999),
            ]
            for text in texts { #expect(try await fixture.answer(links, text, sure: true) == .accepted) }
            // The guard reads any of them in a moment, too.
            for text in texts { _ = PersonalDetails.found(in: text) }
            #expect(try await fixture.deliveries(.reply).count == texts.count)
        }
    }

    @Test func `Thirty answers a day in one conversation, and no more of those that come at once`() async throws {
        try await ConversationFixture.run { fixture in
            let (links, other) = (try await fixture.begin(), try await fixture.begin())
            let answers = try await withThrowingTaskGroup(of: ReplyAnswer?.self) { tasks in
                for number in 0..<40 { tasks.addTask { try await fixture.answer(links, "Answer \(number)") } }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0 == .accepted } == 30)
            fixture.advance(by: .hours(1))
            #expect(try await fixture.answer(links) == .enoughToday(retryAfter: .hours(23)))
            #expect(try await fixture.answer(other) == .accepted)
            fixture.advance(by: .hours(23) + .seconds(1))
            #expect(try await fixture.answer(links) == .accepted)
        }
    }

    @Test func `A visitor's replies count as letters do, a recipient's do not count against their connection`() async throws {
        try await ConversationFixture.run(limits: try .of(client: "2,2/1h", recipient: "1/1h")) { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            for number in 0..<5 { #expect(try await fixture.answer(links, "Answer \(number)") == .accepted) }
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            #expect(try await fixture.answer(links, by: .visitor, "One", from: "192.0.2.7") == .accepted)
            guard case .limited = try await fixture.answer(links, by: .visitor, "Two", from: "192.0.2.7") else {
                throw ConversationFixture.NoSuchLink()
            }
            // Over its network's share of the recipient's limit it is held, and its writer hears nothing of it.
            #expect(try await fixture.deliveries(.reply).filter { $0.state == .held }.map(\.reason) == ["limit-recipient"])
            #expect(
                try await fixture.states(links, of: .visitor).suffix(1) == [.withdrawable(until: fixture.clock.now + .minutes(1))]
            )
        }
    }

    @Test func `A restart counts on with replies`() async throws {
        let limits = try LimitTable.of(client: "2,2/1d")
        let store = try await SQLiteDatabase.inMemory(at: ConversationFixture.now)
        try await ConversationFixture.run(limits: limits, store: store) { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            _ = try await fixture.answer(links)
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            #expect(try await fixture.answer(links, by: .visitor, "One", from: "192.0.2.7") == .accepted)
        }
        try await ConversationFixture.run(limits: limits, store: store, isRestart: true) { fixture in
            guard case .limited = try await fixture.post().answer else { throw ConversationFixture.NoSuchLink() }
        }
    }

    @Test func `Blocks by client and by words apply to replies`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.block("cold morning", .refuse)
            #expect(try await fixture.answer(links) == .blocked)
            #expect(try await fixture.answer(links, "It was warm.") == .accepted)
            try await fixture.block(range: "198.51.100.0/24")
            #expect(try await fixture.answer(links, "It was hot.") == .blocked)
            let entries = try await fixture.store.read { try $0.submissionLog.entries(limit: 9) }
            #expect(entries.filter { $0.verdict.decision == .refuse }.allSatisfy { $0.handle == "pat" && $0.evidence != nil })
        }
    }

    @Test func `A store that fails, a full disk and a guess are told apart`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            fixture.faulty.fail(true)
            #expect(try await fixture.answer(links) == .unavailable(retryAfter: .seconds(30)))
            fixture.faulty.fail(false)
            fixture.faulty.failReads(true)
            #expect(try await fixture.answer(links) == .unavailable(retryAfter: .seconds(30)))
            fixture.faulty.failReads(false)
            fixture.diskSpace.fill(true)
            #expect(try await fixture.answer(links) == .unavailable(retryAfter: .seconds(30)))
            fixture.diskSpace.fill(false)
            #expect(try await fixture.answer(links) == .accepted)
        }
    }

    @Test func `The guard asks once: the author's word is enough, and nothing was kept before it`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let text = "Write to pat@studio.example, or ring 0171 2345678. Prints: https://photos.example/pat"
            let details = [PersonalDetail(.email, "pat@studio.example"), PersonalDetail(.phone, "0171 2345678")]
            #expect(try await fixture.answer(links, text) == .doubtful(details))
            #expect(try await fixture.deliveries(.reply).isEmpty)
            fixture.fake.mention(.present)
            #expect(try await fixture.answer(links, text) == .doubtful([PersonalDetail(.ownAddress, "")] + details))
            #expect(try await fixture.answer(links, "Nothing here.") == .doubtful([PersonalDetail(.ownAddress, "")]))
            #expect(fixture.fake.mentions.count == 3)
            #expect(try await fixture.answer(links, text, sure: true) == .accepted)
            #expect(fixture.fake.mentions.count == 3)
        }
    }

    @Test func `Where nobody could look for the own address, the author is told and asked once`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let unsought = PersonalDetail(.ownAddressUnsought, "")
            fixture.fake.mention(.notSaid)
            #expect(try await fixture.answer(links, "Nothing here.") == .doubtful([unsought]))
            let text = "Ring 0171 2345678."
            #expect(try await fixture.answer(links, text) == .doubtful([unsought, PersonalDetail(.phone, "0171 2345678")]))
            #expect(try await fixture.deliveries(.reply).isEmpty)
            #expect(try await fixture.answer(links, "Nothing here.", sure: true) == .accepted)
        }
    }

    @Test func `While the vault is away an answer that nobody could look through waits, and a visitor's does not`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            _ = try await fixture.answer(links)
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            fixture.fake.goAway(true)
            #expect(try await fixture.answer(links) == .unavailable(retryAfter: .seconds(30)))
            guard case .doubtful = try await fixture.answer(links, "pat@studio.example") else {
                throw ConversationFixture.NoSuchLink()
            }
            #expect(try await fixture.answer(links, sure: true) == .accepted)
            let asked = fixture.fake.mentions.count
            #expect(try await fixture.answer(links, by: .visitor, "And today?") == .accepted)
            #expect(fixture.fake.mentions.count == asked)
        }
    }

    @Test func `A visitor who shares the address is not asked about it`() async throws {
        for shares in [false, true] {
            try await ConversationFixture.run { fixture in
                let links = try await fixture.begin { $0.sharesAddress = shares }
                try await fixture.deliverAll()
                _ = try await fixture.answer(links)
                fixture.advance(by: .minutes(2))
                try await fixture.deliverAll()
                let answer = try await fixture.answer(links, by: .visitor, "I am vera@visitor.example")
                #expect((answer == .accepted) == shares)
            }
        }
    }
}
