import PosternCore
import PosternRelay
import PosternSealing
import PosternStore
import PosternTestSupport
import Testing

@Suite("Each of the two sees the conversation, and no more of it than is theirs", .timeLimit(.minutes(40)))
struct ConversationPageTests {
    @Test func `An accepted letter gives the visitor a link to its page, a repeated one does not`() async throws {
        try await ConversationFixture.run { fixture in
            let first = try await fixture.post(key: "k")
            let page = try #require(first.page)
            let repeated = try await fixture.post(key: "k")
            #expect(repeated.answer == first.answer && repeated.page == nil)
            #expect(try await fixture.post { $0.email = "no address" }.page == nil)
            let view = try #require(try await fixture.service.open(page, for: .letter))
            #expect(view.viewer == .visitor && view.standing == .unanswered && view.summary.subject?.text == "Hello")
            #expect(view.visitorName == "Vera" && view.recipientName.text == "Pat" && view.site.id.text == "photos")
            #expect(view.entries == [.init(number: 0, author: .visitor, at: fixture.clock.now, state: .onItsWay)])
            #expect(view.endsAt == Epoch(containing: ConversationFixture.now).end + .days(28))
        }
    }

    @Test func `A letter that is held gets its link too, and its page says what every page says`() async throws {
        try await ConversationFixture.run { fixture in
            let accepted = try await fixture.begin()
            let held = try await fixture.begin { $0.name = "Support" }
            let (one, other) = (try await fixture.states(accepted, of: .visitor), try await fixture.states(held, of: .visitor))
            #expect(one == other && one == [.onItsWay])
        }
    }

    @Test func `Links of other purposes, guesses, and links that are over lead nowhere, all alike`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            for (token, right) in [
                (links.visitor, LinkPurpose.letter), (links.recipient, .reply), (links.mute, .mute), (links.pause, .pause),
            ] {
                for purpose in LinkPurpose.allCases {
                    #expect((try await fixture.service.open(token, for: purpose) != nil) == (purpose == right))
                }
            }
            let guess = try #require(LinkToken(madeAt: links.visitor.madeAt, secret: Array(repeating: 7, count: 16)))
            #expect(try await fixture.service.open(guess, for: .letter) == nil)
            let end = try #require(try await fixture.view(links, of: .visitor)).endsAt
            fixture.advance(by: end.since(fixture.clock.now) - .seconds(1))
            #expect(try await fixture.view(links, of: .visitor) != nil)
            fixture.advance(by: .seconds(1))
            #expect(try await fixture.view(links, of: .visitor) == nil)
            // What was typed until then can still be copied.
            guard case .ended = try await fixture.answer(links) else { throw ConversationFixture.NoSuchLink() }
        }
    }

    @Test func `No hidden address is in the name that a page shows`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin { $0.name = "Vera <vera@visitor.example>" }
            let view = try #require(try await fixture.view(links, of: .recipient))
            #expect(view.visitorName == "Vera" && view.summary.visitorName.text == "Vera")
            let nameless = try await fixture.begin { $0.name = "vera@visitor.example" }
            #expect(try #require(try await fixture.view(nameless, of: .recipient)).visitorName == nil)
            let shared = try await fixture.begin { ($0.name, $0.sharesAddress) = ("a@b", true) }
            let shown = try #require(try await fixture.view(shared, of: .recipient))
            #expect(shown.visitorName == "a (at) b" && shown.summary.sharesAddress)
            let long = try await fixture.begin { $0.name = "Vera" + String(repeating: "@", count: 90) }
            #expect(try #require(try await fixture.view(long, of: .recipient)).visitorName?.hasPrefix("Vera (at) (at)") == true)
        }
    }

    /// State of the delivery → what its author reads.
    @Test(arguments: [
        (Outcome.Kind.delivered, ConversationView.Entry.State.delivered), (.failed, .notDelivered), (.deferred, .onItsWay),
        (.ourFault, .onItsWay), (.uncertain, .onItsWay),
    ])
    func `What became of a letter is one of three words`(outcome: Outcome.Kind, word: ConversationView.Entry.State) async throws {
        try await ConversationFixture.run { fixture in
            fixture.fake.answer(outcome)
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            #expect(try await fixture.states(links, of: .visitor) == [word])
            #expect(try await fixture.states(links, of: .recipient) == [word])
        }
    }

    @Test func `An answer can be taken back for a minute, goes out when it is over, and only then is seen by the other`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            #expect(try await fixture.answer(links) == .accepted)
            let until = fixture.clock.now + .seconds(60)
            #expect(try await fixture.states(links, of: .recipient) == [.delivered, .withdrawable(until: until)])
            #expect(try await fixture.states(links, of: .visitor) == [.delivered])
            #expect(try #require(try await fixture.view(links, of: .visitor)).standing == .unanswered)
            fixture.advance(by: .seconds(59))
            try await fixture.deliverAll()
            #expect(fixture.fake.jobs.count == 1)
            fixture.advance(by: .seconds(1))
            #expect(try await fixture.states(links, of: .recipient) == [.delivered, .onItsWay])
            try await fixture.deliverAll()
            #expect(try await fixture.states(links, of: .recipient) == [.delivered, .delivered])
            let view = try #require(try await fixture.view(links, of: .visitor))
            #expect(view.entries.map(\.author) == [.visitor, .recipient] && view.standing == .open)
            let kinds = fixture.fake.jobs.map(\.kind.rawValue).sorted()
            #expect(kinds == ["copy", "letter", "reply"])
            let reply = try #require(fixture.fake.jobs.first { $0.kind == .reply })
            #expect(reply.addressee == .visitor && reply.conversation?.id == links.id && reply.conversation?.author == .recipient)
            // The visitor's next link came with the mail.
            let token = try await fixture.link(.letter, at: try #require(reply.conversation).replied)
            #expect(token != links.visitor)
            #expect(try await fixture.service.open(token, for: .letter) == view)
        }
    }

    @Test func `The dispatcher wakes by itself when the minute is over`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            let dispatcher = Task { try await fixture.dispatcher.run() }
            #expect(try await fixture.answer(links) == .accepted)
            try await eventually("the dispatcher has seen that nothing is due") {
                try await fixture.deliveries(.reply).count == 1
            }
            fixture.advance(by: .seconds(61))
            try await eventually("the answer is delivered") {
                try await fixture.deliveries(.reply).first?.state == .delivered
            }
            dispatcher.cancel()
            _ = await dispatcher.result
        }
    }

    @Test func `The visitor answers in turn, with the proof of the mailbox, and both sides' mails carry new links`() async throws
    {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            guard case .ended(let view) = try await fixture.answer(links, by: .visitor) else {
                throw ConversationFixture.NoSuchLink()
            }
            #expect(view.standing == .unanswered)
            _ = try await fixture.answer(links)
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            let proof = Array(repeating: 5 as UInt8, count: 16)
            #expect(try await fixture.answer(links, by: .visitor, "And how cold was it?", proof: proof) == .accepted)
            let moment = fixture.clock.now
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            let job = try #require(fixture.fake.jobs.first { $0.kind == .reply && $0.conversation?.author == .visitor })
            #expect(job.addressee == .recipient && job.conversation?.proof == proof && job.conversation?.earlier.count == 2)
            for purpose in LinkPurpose.ofRecipient {
                let token = try await fixture.link(purpose, at: moment)
                #expect(try await fixture.service.open(token, for: purpose)?.entries.count == 3)
            }
            // Of a recipient's post no proof is taken, nor one that cannot be one.
            _ = try await fixture.answer(links, proof: Array(repeating: 9, count: 16))
            _ = try await fixture.answer(links, by: .visitor, "One more.", proof: [1, 2, 3])
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            #expect(fixture.fake.jobs.last?.conversation?.proof == proof)
        }
    }

    @Test func `A link that the program before has mailed works, and so does what today's mails have of that conversation`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let (now, former) = (links.recipient, try #require(links.recipient.former))
            let secret = try #require(
                fixture.draws.secrets.first { $0.token(for: .reply, at: links.id.moment) == links.recipient })
            // As the program before kept it.
            let stored = StoredLink(
                madeAt: former.madeAt, digest: former.digest, purpose: .reply, conversation: links.id,
                summaryKey: former.masking(secret.summaryKey).bytes)
            try await fixture.store.write { transaction in
                _ = try transaction.run("DELETE FROM link")
                try transaction.links.add([stored])
            }
            for link in [now, former] {
                #expect(try await fixture.service.open(link, for: .reply)?.summary.subject?.text == "Hello")
                #expect(try await fixture.service.open(link, for: .mute) == nil)
            }
        }
    }
}
