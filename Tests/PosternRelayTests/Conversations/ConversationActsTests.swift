import PosternCore
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("What a link does can be done twice and undone, and leaves a trace where it changed something", .timeLimit(.minutes(40)))
struct ConversationActsTests {
    @Test func `An answer that is taken back goes to nobody, and its copy neither`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            _ = try await fixture.answer(links)
            let reply = try #require(try await fixture.deliveries(.reply).first)
            for wrong in [
                (0, links.recipient, LinkPurpose.reply), (1, links.visitor, .letter), (2, links.recipient, .reply),
                (-1, links.visitor, .letter),
            ] {
                #expect(try await fixture.service.withdraw(wrong.0, wrong.1, for: wrong.2) == false)
            }
            #expect(try await fixture.service.withdraw(1, links.mute, for: .mute) == nil)
            for _ in 0..<2 { #expect(try await fixture.service.withdraw(1, links.recipient, for: .reply) == true) }
            #expect(try await fixture.states(links, of: .recipient) == [.delivered, .withdrawn])
            #expect(try await fixture.states(links, of: .visitor) == [.delivered])
            fixture.advance(by: .minutes(5))
            try await fixture.deliverAll()
            #expect(fixture.fake.jobs.map(\.kind) == [.letter])
            #expect(try await fixture.trace() == ["recipient:\(fixture.recipient.id) reply.withdraw \(reply.id)"])
        }
    }

    @Test func `After a minute nothing is taken back, whether it is under way or held`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            _ = try await fixture.answer(links)
            try await fixture.block("cold morning", .hold)
            _ = try await fixture.answer(links)
            #expect(try await fixture.deliveries(.reply).map(\.state) == [.ready, .held])
            let until = fixture.clock.now + .minutes(1)
            #expect(
                try await fixture.states(links, of: .recipient).dropFirst() == [
                    .withdrawable(until: until), .withdrawable(until: until),
                ])
            fixture.advance(by: .minutes(1))
            for number in 1...2 { #expect(try await fixture.service.withdraw(number, links.recipient, for: .reply) == false) }
            #expect(try await fixture.states(links, of: .recipient).dropFirst() == [.onItsWay, .onItsWay])
        }
    }

    /// Each press that changes something is a commit and a row that is kept for long.
    @Test func `Somebody who presses a button all day leaves a hundred traces, and the button works again after a wait`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            let end = fixture.clock.now + .days(1)
            var (isClosed, waits) = (true, [Duration]())
            while fixture.clock.now < end {
                do {
                    _ = try await fixture.service.setClosed(isClosed, links.visitor, for: .letter)
                    isClosed.toggle()
                } catch let fault as PressedTooOften {
                    waits.append(fault.retryAfter)
                    fixture.advance(by: fault.retryAfter)
                }
            }
            #expect(waits == waits.sorted() && waits.last == .minutes(15))
            let traces = try await fixture.trace().count
            #expect((100...160).contains(traces), "\(traces)")
        }
    }

    @Test func `Either side closes, only that side opens again, and what was typed is given back`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            for _ in 0..<2 {
                #expect(try await fixture.service.setClosed(true, links.visitor, for: .letter)?.standing == .closed(by: .visitor))
            }
            #expect(try await fixture.service.setClosed(false, links.recipient, for: .reply)?.standing == .closed(by: .visitor))
            #expect(try await fixture.service.setClosed(true, links.recipient, for: .reply)?.standing == .closed(by: .visitor))
            guard case .ended(let view) = try await fixture.answer(links) else { throw ConversationFixture.NoSuchLink() }
            #expect(view.standing == .closed(by: .visitor))
            #expect(try await fixture.service.setClosed(false, links.visitor, for: .letter)?.standing == .unanswered)
            #expect(try await fixture.answer(links) == .accepted)
            #expect(try await fixture.service.setClosed(true, links.mute, for: .mute) == nil)
            #expect(
                try await fixture.trace() == [
                    "visitor:\(links.id) conversation.close \(links.id)", "visitor:\(links.id) conversation.reopen \(links.id)",
                ])
            let refused = try await fixture.store.read { try $0.submissionLog.entries(limit: 9) }.filter {
                $0.verdict.decision == .refuse
            }
            #expect(refused.map(\.verdict.parts) == [[Verdict.Part(.conversationEnded, .refuse)]])
        }
    }

    @Test func `V4: a muted visitor's pages and answers are those of anybody else, byte for byte`() async throws {
        try await ConversationFixture.run { fixture in
            let muted = try await fixture.begin(from: "192.0.2.7")
            let other = try await fixture.begin(from: "192.0.2.8")
            fixture.fake.name(other.id, 2)
            try await fixture.deliverAll()
            for links in [muted, other] { _ = try await fixture.answer(links) }
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            for _ in 0..<2 { #expect(try await fixture.service.setMuted(true, muted.mute, for: .mute)?.isMuted == true) }
            #expect(try await fixture.service.open(other.mute, for: .mute)?.isMuted == false)
            var pages: [[ConversationView?]] = [[], []]
            func look() async throws {
                for (index, links) in [muted, other].enumerated() {
                    pages[index].append(try await fixture.view(links, of: .visitor))
                }
            }
            try await look()
            for links in [muted, other] {
                #expect(try await fixture.answer(links, by: .visitor, "And in the evening?") == .accepted)
            }
            try await look()
            fixture.advance(by: .minutes(1))
            try await look()
            try await fixture.deliverAll()
            try await look()
            #expect(pages[0] == pages[1] && pages[0].last??.entries.last?.state == .delivered)
            // A new letter of the muted visitor as well.
            let next = try await fixture.begin()
            fixture.fake.name(next.id, 1)
            try await fixture.deliverAll()
            #expect(try await fixture.states(next, of: .visitor) == [.delivered])
            let held = try await fixture.deliveries().filter { $0.state == .held }
            #expect(held.count == 2 && held.allSatisfy { $0.reason == "the recipient has muted this visitor" })
            // The recipient is not shown what was not wanted.
            #expect(try #require(try await fixture.view(muted, of: .recipient)).entries.map(\.number) == [0, 1])
            #expect(try #require(try await fixture.view(other, of: .recipient)).entries.map(\.number) == [0, 1, 2])
            #expect(try await fixture.service.setMuted(false, muted.mute, for: .mute)?.isMuted == false)
            _ = try await fixture.service.setMuted(false, muted.mute, for: .mute)
            let id = fixture.recipient.id
            #expect(
                try await fixture.trace() == [
                    "recipient:\(id) visitor.mute photos/pat", "recipient:\(id) visitor.unmute photos/pat",
                ])
            // Nothing stands still because of them.
            let health = try await fixture.store.read { try QueueHealth($0, at: fixture.clock.now) }
            #expect(health.oldestHeld == nil && health.held.isEmpty)
            #expect(
                fixture.dispatcher.smarthostRecord.troubles(at: fixture.clock.now).isEmpty && !fixture.dispatcher.isBreakerOpen)
        }
    }

    @Test func `The recipient's page mutes as the link does, and the visitor's page nobody`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            for _ in 0..<2 {
                #expect(try await fixture.service.setMuted(true, links.recipient, for: .reply)?.isMuted == true)
            }
            #expect(try await fixture.service.open(links.mute, for: .mute)?.isMuted == true)
            #expect(try await fixture.service.setMuted(false, links.visitor, for: .letter) == nil)
            #expect(try await fixture.service.setMuted(false, links.visitor, for: .reply) == nil)
            #expect(try await fixture.service.setMuted(false, links.recipient, for: .reply)?.isMuted == false)
            #expect(try await fixture.service.open(links.mute, for: .mute)?.isMuted == false)
        }
    }

    @Test func `Muted from one letter, every letter of that visitor shows it and has the way back`() async throws {
        try await ConversationFixture.run { fixture in
            let (first, second) = (try await fixture.begin(), try await fixture.begin())
            let other = try await fixture.begin(from: "192.0.2.8")
            fixture.fake.name(other.id, 2)
            #expect(try await fixture.service.setMuted(true, second.mute, for: .mute)?.isMuted == true)
            #expect(try await fixture.service.open(first.mute, for: .mute)?.isMuted == true)
            #expect(try await fixture.service.open(first.recipient, for: .reply)?.isMuted == true)
            #expect(try await fixture.service.open(other.mute, for: .mute)?.isMuted == false)
            #expect(try await fixture.service.open(second.visitor, for: .letter)?.isMuted == false)
            // While the vault is away, the pages are there, with what the store knows.
            fixture.fake.goAway(true)
            #expect(try await fixture.service.open(second.mute, for: .mute)?.isMuted == true)
            #expect(try await fixture.service.open(first.mute, for: .mute)?.isMuted == false)
            fixture.fake.goAway(false)
            #expect(try await fixture.service.setMuted(false, first.mute, for: .mute)?.isMuted == false)
            for links in [first, second] {
                #expect(try await fixture.service.open(links.mute, for: .mute)?.isMuted == false)
            }
        }
    }

    @Test func `V4: while others' letters wait, a muted visitor's page says so too, and the recipient's shows nothing`()
        async throws
    {
        try await ConversationFixture.run { fixture in
            let (muted, other) = (try await fixture.begin(from: "192.0.2.7"), try await fixture.begin(from: "192.0.2.8"))
            fixture.fake.name(other.id, 2)
            try await fixture.deliverAll()
            for links in [muted, other] { _ = try await fixture.answer(links) }
            fixture.advance(by: .minutes(2))
            try await fixture.deliverAll()
            #expect(try await fixture.service.setMuted(true, muted.mute, for: .mute)?.isMuted == true)
            for links in [muted, other] {
                #expect(try await fixture.answer(links, by: .visitor, "And in the evening?") == .accepted)
            }
            fixture.advance(by: .minutes(2))
            for (outcome, state) in [(Outcome.Kind.deferred, ConversationView.Entry.State.onItsWay), (.delivered, .delivered)] {
                fixture.fake.answer(outcome)
                try await fixture.deliverAll()
                let views = (try await fixture.view(muted, of: .visitor), try await fixture.view(other, of: .visitor))
                #expect(views.0 == views.1 && views.0?.entries.last?.state == state)
                #expect(try #require(try await fixture.view(muted, of: .recipient)).entries.map(\.number) == [0, 1])
                #expect(try #require(try await fixture.view(other, of: .recipient)).entries.map(\.number) == [0, 1, 2])
                fixture.advance(by: .minutes(5))
            }
            #expect(!fixture.dispatcher.isBreakerOpen)
        }
    }

    @Test func `Who has muted as many as can be muted is told, and nothing is changed`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let (id, now) = (fixture.recipient.id, fixture.clock.now)
            try await fixture.store.write { transaction in
                for number in 0..<UInt64(Mutes.most) {
                    _ = try transaction.mutes.add(
                        LetterID(high: 9, low: number).bytes, of: id, from: LetterID(high: 9, low: 9), at: now)
                }
            }
            for purpose in [LinkPurpose.mute, .reply] {
                let link = purpose == .mute ? links.mute : links.recipient
                await #expect(throws: MutesFull()) { try await fixture.service.setMuted(true, link, for: purpose) }
                #expect(try await fixture.service.open(link, for: purpose)?.isMuted == false)
            }
            #expect(try await fixture.trace() == [])
        }
    }

    @Test func `Muting needs the vault, and says so when it is away`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            fixture.fake.goAway(true)
            await #expect(throws: (any Error).self) { try await fixture.service.setMuted(true, links.mute, for: .mute) }
            fixture.fake.goAway(false)
            for purpose in LinkPurpose.allCases where purpose != .mute {
                #expect(try await fixture.service.setMuted(true, links.mute, for: purpose) == nil)
            }
            #expect(try await fixture.trace() == [])
        }
    }

    @Test func `Pausing stops letters and not answers, is told by mail, and is undone by the same link`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            try await fixture.deliverAll()
            for _ in 0..<2 { #expect(try await fixture.service.setPaused(true, links.pause)?.isPaused == true) }
            #expect(try await fixture.post().answer == .takesNoLetters)
            #expect(try #require(try await fixture.view(links, of: .visitor)).standing == .takesNoLetters)
            #expect(try #require(try await fixture.view(links, of: .recipient)).standing == .open)
            #expect(try await fixture.answer(links) == .accepted)
            guard case .ended = try await fixture.answer(links, by: .visitor) else { throw ConversationFixture.NoSuchLink() }
            try await fixture.deliverAll()
            let notices = fixture.fake.jobs.filter { $0.kind == .pauseNotice }
            #expect(notices.count == 1 && notices.first?.conversation?.id == links.id && notices.first?.addressee == .recipient)
            for _ in 0..<2 { #expect(try await fixture.service.setPaused(false, links.pause)?.isPaused == false) }
            #expect(try await fixture.post().page != nil)
            let id = fixture.recipient.id
            #expect(
                try await fixture.trace() == [
                    "recipient:\(id) recipient.pause photos/pat", "recipient:\(id) recipient.resume photos/pat",
                ])
        }
    }

    @Test func `A button that is pressed again and again brings three notices a day`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            for _ in 0..<6 {
                _ = try await fixture.service.setPaused(true, links.pause)
                _ = try await fixture.service.setPaused(false, links.pause)
            }
            #expect(try await fixture.deliveries(.pauseNotice).count == 3)
            fixture.advance(by: .days(1) + .seconds(1))
            _ = try await fixture.service.setPaused(true, links.pause)
            #expect(try await fixture.deliveries(.pauseNotice).count == 4)
        }
    }

    @Test func `An unconfirmed recipient is left alone, and an erased one's links lead nowhere`() async throws {
        try await ConversationFixture.run { fixture in
            let links = try await fixture.begin()
            let id = fixture.recipient.id
            _ = try await fixture.store.write {
                try $0.recipients.setState(.unconfirmed, of: id, from: [.active], at: fixture.clock.now)
            }
            #expect(try await fixture.service.setPaused(true, links.pause)?.isPaused == false)
            _ = try await fixture.store.write { try $0.recipients.erase(id, at: fixture.clock.now) }
            #expect(try await fixture.view(links, of: .visitor) == nil)
            #expect(try await fixture.answer(links) == nil)
            #expect(try await fixture.service.setMuted(true, links.mute, for: .mute) == nil)
            #expect(try await fixture.service.setPaused(true, links.pause) == nil)
            #expect(try await fixture.service.setClosed(true, links.recipient, for: .reply) == nil)
        }
    }
}
