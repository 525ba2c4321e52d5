import PosternCore
import PosternRelay
import PosternSQLite
import PosternSealing
import PosternStore
import PosternTestSupport
import Testing

@Suite("Every submission leaves one entry with the rules that matched, and the visitor is told what to do")
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

    // Each kind of refusal, with the rule that the log shows for it.
    @Test(arguments: [
        ("nobody", "", Verdict.Rule.unknownRecipient), ("p2", "", .noLetters), ("p0", "no address", .invalidLetter),
        ("No Handle!", "", .unknownRecipient),
    ])
    func `A submission that is turned away has an entry as well`(handle: String, email: String, rule: Verdict.Rule) async throws {
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

    @Test func `A letter under an alias goes to its recipient, whose page it names`() async throws {
        let fixture = try await IntakeFixture.open()
        let alias = try HandleAlias("Pat Müller")
        try await fixture.store.write { transaction in
            let person = try #require(try transaction.recipients.find(Handle("p0"), at: SiteID("photos")))
            _ = try transaction.aliases.add(alias, for: person, at: IntakeFixture.now)
        }
        for name in ["Pat Müller", "pat mu\u{308}ller"] {
            let contact = try #require(try await fixture.intake.contact(site: "photos", handle: name, at: IntakeFixture.now))
            #expect(contact.handle.text == "p0" && contact.takesLetters)
            #expect(try await fixture.post(to: name).answer.id != nil)
        }
        #expect(try await fixture.entries().map(\.handle) == ["p0", "p0"])
        #expect(try await fixture.intake.contact(site: "photos", handle: "Nobody At All", at: IntakeFixture.now) == nil)
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

    @Test(arguments: ["Example Photos", "ΕΧΑΜΡLΕ photos", "Support", "Aԁmin"])
    func `T5: a letter in the site's name, or in that of its staff, is accepted and held`(name: String) async throws {
        let fixture = try await IntakeFixture.open()
        #expect(try await fixture.post { $0.name = name }.answer.id != nil)
        #expect(try await entry(fixture).verdict == Verdict(.hold, parts: [Verdict.Part(.impersonation, .hold)]))
        #expect(try await fixture.deliveries(.held) == 1)
    }

    @Test func `A site that is renamed is known by its new name a minute later`() async throws {
        let fixture = try await IntakeFixture.open()
        #expect(try await fixture.post { $0.name = "Holiday Club" }.answer.id != nil)
        let renamed = Site(id: try SiteID("photos"), name: try HeaderText("Holiday Club", limit: 100), origins: [])
        _ = try await fixture.store.write { try $0.sites.change(renamed) }
        _ = try await fixture.post(at: IntakeFixture.now + .seconds(61)) { $0.name = "holiday-club" }
        #expect(Set(try await fixture.entries().map(\.verdict.decision)) == [.accept, .hold])
    }

    // Why a letter is held cannot be seen from outside, nor that it is.
    @Test(arguments: ["block", "sender", "text", "recipient", "traps", "impersonation"])
    func `W7: a held letter is answered like any other, and waits for a person`(why: String) async throws {
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
        } else if why != "traps", why != "impersonation" {
            _ = try await fixture.post()
        }
        let channel: Submission.Channel =
            why == "traps" ? .form(FormSignals(token: .missing, isBaitTaken: true)) : .api
        let reply = try await fixture.post(channel: channel) { if why == "impersonation" { $0.name = "Support" } }
        #expect(reply.answer.id != nil)
        #expect(reply.quota == nil)
        #expect(try await fixture.deliveries(.held) == 1)
        let held = try await fixture.entries().filter { $0.verdict.decision == .hold }
        #expect(held.count == 1)
        #expect(held.first?.verdict.parts.isEmpty == false)
    }

    @Test func `A letter that staff have blocked is not kept, and the answer does not say why`() async throws {
        let fixture = try await IntakeFixture.open()
        try await fixture.store.write {
            _ = try $0.blocks.add(
                .phrase(BlockedPhrase("HARBOUR in")), effect: .refuse, reason: "spam", expires: nil, at: IntakeFixture.now)
        }
        try await fixture.blocks.reload(from: fixture.store)
        #expect(try await fixture.post().answer == .blocked)
        #expect(try await fixture.deliveries() == 0)
        #expect(try await fixture.entries().map(\.verdict.parts) == [[Verdict.Part(.block, .refuse, block: 1)]])
    }

    @Test(arguments: Block.Effect.allCases)
    func `A block by sender meets every letter from that mailbox, and the log names the block`(effect: Block.Effect)
        async throws
    {
        let fixture = try await IntakeFixture.open()
        let vera = try EmailAddress("vera@visitor.example")
        let digest = try #require(SenderKeys(secrets: [IntakeFixture.senderKey]).digests(of: vera).first)
        try await fixture.store.write {
            _ = try $0.blocks.add(.sender(digest), effect: effect, reason: "x", expires: nil, at: IntakeFixture.now)
        }
        try await fixture.blocks.reload(from: fixture.store)
        let met = try await fixture.post(from: "192.0.2.9") { $0.email = "VERA@Visitor.Example" }
        // Anyone who is held is told as everybody is; anyone who is refused is not told why.
        #expect(effect == .refuse ? met.answer == .blocked : met.answer.id != nil)
        #expect(try await fixture.post { $0.email = "wera@visitor.example" }.answer.id != nil)
        let entries = try await fixture.entries()
        let wanted: Set<Verdict.Decision> = effect == .refuse ? [.accept, .refuse] : [.accept, .hold]
        #expect(entries.count == 2 && Set(entries.map(\.verdict.decision)) == wanted)
        let parts = entries.flatMap(\.verdict.parts)
        #expect(parts == [Verdict.Part(.block, effect == .refuse ? .refuse : .hold, block: 1)])
    }

    @Test func `A block by tag matches the client and its network`() async throws {
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

    @Test func `A full disk turns letters away, and the log has one line when that begins and one when it ends`() async throws {
        let fixture = try await IntakeFixture.open()
        fixture.diskSpace.fill(true)
        for _ in 0..<20 { #expect(try await fixture.post().answer == .unavailable(retryAfter: .seconds(30))) }
        #expect(try await fixture.entries().isEmpty)
        #expect(
            fixture.log.errors == [
                "intake: letters are turned away and may be posted again reason=the disk of the store is nearly full"
            ])
        fixture.diskSpace.fill(false)
        for _ in 0..<3 { #expect(try await fixture.post().answer.id != nil) }
        #expect(fixture.log.notices == ["intake: letters are taken again; some were turned away count=20"])
        fixture.diskSpace.fill(true)
        _ = try await fixture.post()
        #expect(fixture.log.errors.count == 2)
    }

    @Test func `A store that fails turns letters away, and gives back what limits counted`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(client: "2,2/1h"))
        fixture.faulty.fail(true)
        for _ in 0..<5 { #expect(try await fixture.post().answer == .unavailable(retryAfter: .seconds(30))) }
        #expect(fixture.log.errors.count == 1)
        fixture.faulty.fail(false)
        for _ in 0..<2 { #expect(try await fixture.post().answer.id != nil) }
        #expect(try await fixture.post().answer.isLimited)
    }

    // Another try would end alike until a person has mended the row; and it is no outage that ends with the next letter to somebody else.
    @Test func `A row that somebody has changed turns away its own recipient's letters, and the log says whose`() async throws {
        let fixture = try await IntakeFixture.open()
        try await fixture.store.write { transaction in
            _ = try transaction.run("UPDATE recipient SET daily_letters = 0 WHERE handle = 'p0'", [])
        }
        for _ in 0..<3 {
            #expect(try await fixture.post(to: "p0").answer == .unavailable(retryAfter: .hours(1)))
            #expect(try await fixture.post(to: "p1").answer.id != nil)
        }
        #expect(fixture.log.errors.count == 1)
        let line = try #require(fixture.log.errors.first)
        for part in ["handle=p0", "site=photos", "column=daily_letters"] { #expect(line.contains(part), "\(line)") }
        #expect(fixture.log.notices.isEmpty)
    }

    // The first refusal of an hour could not be written: the others must not be counted on an entry that does not exist.
    @Test func `A refusal whose entry could not be written leaves the next one to have an entry`() async throws {
        let fixture = try await IntakeFixture.open()
        fixture.faulty.fail(true)
        for _ in 0..<4 { _ = try await fixture.post { $0.message = "" } }
        #expect(fixture.log.errors.count == 1)
        fixture.faulty.fail(false)
        for _ in 0..<3 { _ = try await fixture.post { $0.message = "" } }
        #expect(await fixture.refusals.flush() == 0)
        #expect(try await fixture.entries().map(\.repeats) == [2])
        #expect(fixture.log.notices == ["log: refusals are written again; some left no entry count=4"])
    }

    @Test func `Counts of refusals survive a flush that fails`() async throws {
        let fixture = try await IntakeFixture.open()
        for _ in 0..<3 { _ = try await fixture.post { $0.message = "" } }
        fixture.faulty.fail(true)
        #expect(await fixture.refusals.flush() == 2)
        fixture.faulty.fail(false)
        #expect(await fixture.refusals.flush() == 0)
        #expect(try await fixture.entries().map(\.repeats) == [2])
    }

    // What costs little is asked first: neither answer needs the letter to be read.
    @Test(arguments: [true, false])
    func `A client that is blocked or over its limit is told so before its letter is read`(isBlocked: Bool) async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(client: "1,1/1h"))
        _ = try await fixture.post()
        if isBlocked {
            try await fixture.store.write {
                _ = try $0.blocks.add(
                    .range(try AddressRange("192.0.2.0/24")), effect: .refuse, reason: "x", expires: nil, at: IntakeFixture.now)
            }
            try await fixture.blocks.reload(from: fixture.store)
        }
        let reply = try await fixture.post {
            $0.email = "no address"
            $0.message = ""
        }
        #expect(isBlocked ? reply.answer == .blocked : reply.answer.isLimited)
        let rules = try await fixture.entries().flatMap(\.verdict.parts).map(\.rule)
        #expect(rules == [isBlocked ? .block : .limitClient])
    }

    // Only letters are counted: mistyping an address must not use up what a visitor may send.
    @Test func `An invalid letter is not counted under the client's limit`() async throws {
        let fixture = try await IntakeFixture.open(limits: try .of(client: "1,1/1h"))
        for _ in 0..<5 { _ = try await fixture.post { $0.email = "no address" } }
        #expect(try await fixture.post().answer.id != nil)
        #expect(try await fixture.post().answer.isLimited)
    }

    // The log is read by rule: a sign that refused nothing must not stand for the rule that did.
    @Test func `Refusals are gathered by the rule that refused`() async throws {
        let fixture = try await IntakeFixture.open()
        let bait = Submission.Channel.form(FormSignals(token: .ours(key: "k", age: .minutes(1)), isBaitTaken: true))
        _ = try await fixture.post(channel: bait) { $0.message = "" }
        _ = try await fixture.post(to: "p2", channel: bait)
        #expect(Set(try await fixture.entries().map { $0.verdict.parts.last?.rule }) == [.invalidLetter, .noLetters])
    }

    @Test func `With the same randomness a letter gets the same id and the same names in mail`() async throws {
        var ids: [LetterID?] = []
        for _ in 0..<2 { ids.append(try await IntakeFixture.open().post().answer.id) }
        #expect(ids[0] != nil && ids[0] == ids[1])
    }

    @Test func `A flood of refusals leaves one entry an hour that counts the rest`() async throws {
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
    func `The cache never outweighs the store: a pause counts at once, and so does its end`()
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

    /// A page of somebody else's can have its visitors post as often as it likes: that must not have the firewall keep them out.
    @Test func `Only a client that posted of its own will is named to a firewall`() async throws {
        let fixture = try await IntakeFixture.open()
        try await fixture.store.write {
            _ = try $0.blocks.add(
                .range(try AddressRange("192.0.2.0/24")), effect: .refuse, reason: "a flood", expires: nil, at: IntakeFixture.now)
        }
        try await fixture.blocks.reload(from: fixture.store)
        for (client, origin) in [("192.0.2.7", PostOrigin.expected), ("192.0.2.8", .unclear), ("192.0.2.9", .foreign)] {
            #expect(try await fixture.post(from: client, origin: origin).answer.id == nil)
        }
        #expect(fixture.named.texts == ["192.0.2.7"])
    }
}
