import PosternCore
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("Every submission leaves one entry with the rules that spoke, and the visitor hears what to do")
struct VerdictsAtIntakeTests {
    private func entry(_ fixture: IntakeFixture) async throws -> SubmissionEntry {
        let entries = try await fixture.entries()
        try #require(entries.count == 1)
        return entries[0]
    }

    @Test func `An accepted letter has an entry with tags and sealed evidence`() async throws {
        let fixture = try await IntakeFixture.open()
        let id = try #require(try await fixture.post().answer.id)
        let entry = try await entry(fixture)
        #expect(entry.id == id)
        #expect(entry.verdict == .accept)
        #expect(entry.tags.count == 2)
        #expect((entry.evidence?.count ?? 0) > 4)
        #expect(try await fixture.deliveries(.ready) == 1)
    }

    // What is turned away, with the rule that stands in the log for it.
    @Test(arguments: [
        ("nobody", "", Verdict.Rule.unknownRecipient), ("p2", "", .noLetters), ("p0", "no address", .invalidLetter),
        ("No Handle!", "", .unknownRecipient),
    ])
    func `What is turned away has an entry as well`(handle: String, email: String, rule: Verdict.Rule) async throws {
        let fixture = try await IntakeFixture.open()
        let reply = try await fixture.post(to: handle) { if !email.isEmpty { $0.email = email } }
        #expect(reply.answer.id == nil)
        let entry = try await entry(fixture)
        #expect(entry.verdict == Verdict(.refuse, parts: [Verdict.Part(rule, .refuse)]))
        #expect(entry.evidence != nil)
        #expect(entry.tags.count == 2)
        #expect(entry.letterBytes > 50)
        #expect(try await fixture.deliveries() == 0)
    }

    @Test func `A key that was used for another letter is refused and noted, and gives back what was counted`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(client: "2,2/1h"))
        _ = try await fixture.post(key: "k")
        #expect(
            try await fixture.post(key: "k") { $0.message = "Something else altogether, this time." }.answer
                == .idempotencyKeyConflict
        )
        #expect(Set(try await fixture.entries().map(\.verdict.decision)) == [.accept, .refuse])
        #expect(try await fixture.post().answer.id != nil)
        #expect(try await fixture.post().answer.isLimited)
    }

    @Test func `The same post again is the first letter, also for a client over its limit`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(client: "1,1/1h"))
        let first = try #require(try await fixture.post(key: "k").answer.id)
        for _ in 0..<3 { #expect(try await fixture.post(key: "k").answer == .accepted(first)) }
        #expect(try await fixture.entries().count == 1)
        #expect(try await fixture.post(key: "other").answer.isLimited)
    }

    // Held, blocked-to-hold and over quota look the same from outside as accepted (W7).
    @Test(arguments: ["block", "sender", "text", "recipient", "traps"])
    func `A held letter is answered like any other, and waits for a person`(why: String) async throws {
        let limits: LimitTable =
            switch why {
            case "sender": try .of(sender: "1/1h")
            case "text": try .of(text: "1/1h")
            case "recipient": try .of(recipient: "5/1h")
            default: .off
            }
        let fixture = try await IntakeFixture.open(limits: limits)
        if why == "block" {
            try await fixture.store.write {
                _ = try $0.blocks.add(
                    .domain("visitor.example"), effect: .hold, reason: "a wave", expires: nil, at: IntakeFixture.now)
            }
            try await fixture.blocks.reload(from: fixture.store)
        } else if why != "traps" {
            _ = try await fixture.post()
        }
        let channel: Submission.Channel =
            why == "traps" ? .form(FormSigns(token: .missing, isBaitTaken: true)) : .api
        let reply = try await fixture.post(channel: channel)
        #expect(reply.answer.id != nil)
        #expect(reply.quota == nil)
        #expect(try await fixture.deliveries(.held) == 1)
        let held = try await fixture.entries().filter { $0.verdict.decision == .hold }
        #expect(held.count == 1)
        #expect(held.first?.verdict.parts.isEmpty == false)
    }

    @Test func `A letter that staff have blocked is not kept, and the answer tells no mark`() async throws {
        let fixture = try await IntakeFixture.open()
        try await fixture.store.write {
            _ = try $0.blocks.add(
                .phrase(FoldedText("HARBOUR in")), effect: .refuse, reason: "spam", expires: nil, at: IntakeFixture.now)
        }
        try await fixture.blocks.reload(from: fixture.store)
        #expect(try await fixture.post().answer == .blocked)
        #expect(try await fixture.deliveries() == 0)
        #expect(try await fixture.entries().map(\.verdict.parts) == [[Verdict.Part(.block, .refuse, block: 1)]])
    }

    @Test func `A block by tag meets the client and its network`() async throws {
        let fixture = try await IntakeFixture.open()
        _ = try await fixture.post(from: "192.0.2.7")
        let network = try #require(try await fixture.entries().first?.tags.last)
        try await fixture.store.write {
            _ = try $0.blocks.add(
                .tag(network, Epoch(containing: IntakeFixture.now)), effect: .refuse, reason: "x", expires: nil,
                at: IntakeFixture.now)
        }
        try await fixture.blocks.reload(from: fixture.store)
        #expect(try await fixture.post(from: "192.0.2.200").answer == .blocked)
        #expect(try await fixture.post(from: "192.0.3.7").answer.id != nil)
    }

    @Test func `The same post again is the first letter, also when the recipient has paused or staff have blocked it since`()
        async throws
    {
        let fixture = try await IntakeFixture.open()
        let first = try #require(try await fixture.post(key: "k").answer.id)
        try await fixture.store.write { [fixture] in
            _ = try $0.recipients.setState(
                .paused, of: fixture.recipients[0].id, from: [.active], at: IntakeFixture.now)
        }
        #expect(try await fixture.post(key: "k").answer == .accepted(first))
        #expect(try await fixture.post(key: "other").answer == .takesNoLetters)
        try await fixture.store.write {
            _ = try $0.blocks.add(.domain("visitor.example"), effect: .refuse, reason: "x", expires: nil, at: IntakeFixture.now)
        }
        try await fixture.blocks.reload(from: fixture.store)
        #expect(try await fixture.post(key: "k").answer == .accepted(first))
        #expect(try await fixture.post(key: "other").answer == .takesNoLetters)
    }

    @Test func `A full disk turns letters away unkept, and writes no entry`() async throws {
        let fixture = try await IntakeFixture.open(hasRoom: false)
        #expect(try await fixture.post().answer == .unavailable(retryAfter: .seconds(30)))
        #expect(try await fixture.entries().isEmpty)
    }

    @Test func `A flood of refusals leaves one entry a minute that counts the rest`() async throws {
        let fixture = try await IntakeFixture.open()
        for number in 0..<500 {
            _ = try await fixture.post(to: "p0", at: IntakeFixture.now) {
                $0.message = ""; $0.name = "\(number)"
            }
        }
        await fixture.refusals.flush()
        let entries = try await fixture.entries()
        #expect(entries.count == 1)
        #expect(entries.first?.repeats == 499)
    }

    @Test
    func `What the intake remembers of a recipient is no word against the store: paused is paused at once, and resumed resumed`()
        async throws
    {
        let fixture = try await IntakeFixture.open()
        #expect(try await fixture.post().answer.id != nil)
        let id = fixture.recipients[0].id
        _ = try await fixture.store.write {
            try $0.recipients.setState(.paused, of: id, from: [.active], at: IntakeFixture.now)
        }
        #expect(try await fixture.post().answer == .takesNoLetters)
        #expect(try await fixture.post().answer == .takesNoLetters)
        _ = try await fixture.store.write {
            try $0.recipients.setState(.active, of: id, from: [.paused], at: IntakeFixture.now)
        }
        #expect(try await fixture.post().answer.id != nil)
        #expect(try await fixture.deliveries() == 2)
    }
}
