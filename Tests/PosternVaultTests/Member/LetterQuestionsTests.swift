import Crypto
import Logging
import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("A report outlives its letter, and a visitor's code proves the address")
struct LetterQuestionsTests {
    let fixture: VaultFixture
    let questions: LetterQuestions
    let codes: MemberCodes
    let visitors: VisitorCodes
    let proven: ProvenMailboxes
    let budgets: DeliveryBudgets
    let letter: LetterID
    let recipient = RecipientID(high: 1, low: 1)
    let report = ReportID(high: 2, low: 2)
    let site: SiteID
    let handle: Handle

    init() throws {
        fixture = try VaultFixture(suite: .x25519)
        codes = try fixture.ring.memberCodes()
        visitors = VisitorCodes(key: try fixture.ring.authorisationKeys().current)
        proven = ProvenMailboxes(visitors: visitors)
        budgets = DeliveryBudgets(
            .init(recipient: nil, address: nil, confirmation: nil, global: nil), path: nil, key: SymmetricKey(size: .bits256),
            now: { [fixture] in fixture.now }, logger: Logger(label: "test"))
        questions = LetterQuestions(
            ring: fixture.ring, opener: fixture.opener, codes: codes, visitors: visitors, proven: proven,
            budgets: budgets)
        var randomness = SeededRandomness(seed: 1)
        letter = LetterID(at: fixture.now, using: &randomness)
        (site, handle) = (try SiteID("photos"), try Handle("pat"))
    }

    private func sealed(as id: LetterID? = nil) throws -> [UInt8] {
        let links = try #require(LinkSecret(bytes: Array(1...16)))
        return try SealingSession(to: try #require(fixture.key(.letter)), at: fixture.now).seal(
            LetterCoding.bytes(of: LinkedLetter(try fixture.letter(), links: links, language: .english)),
            in: .letter(id ?? letter, to: recipient, handle, at: site))
    }

    private func request(
        seal: [UInt8]? = nil, letter: LetterID? = nil, handle: Handle? = nil, reply: ResealRequest.Reply? = nil
    ) throws -> ResealRequest {
        ResealRequest(
            site: site, recipient: recipient, handle: handle ?? self.handle, letter: letter ?? self.letter,
            seal: try seal ?? sealed(), reply: reply, report: report,
            remark: try LetterText("It asks for my bank.", limit: ResealRequest.longestRemark))
    }

    private func context(_ report: ReportID? = nil, _ letter: LetterID? = nil) -> SealContext {
        .report(report ?? self.report, of: letter ?? self.letter, to: recipient, handle, at: site)
    }

    @Test func `A reported letter is sealed once more under today's key of reports, and bound to its report`() throws {
        let seal = try questions.reseal(try request(), at: fixture.now).bytes
        let opener = fixture.opener
        let content = try ReportCoding.content(of: try opener.record(in: seal, context: context()))
        #expect(!content.isReply && content.remark == "It asks for my bank.")
        #expect(content.letter == (try fixture.letter()))
        for other in [context(ReportID(high: 2, low: 3)), context(nil, LetterID(high: 9, low: 9))] {
            #expect(throws: SealFault.notAuthentic) { try opener.record(in: seal, context: other) }
        }
        // Not as a letter: no mail has it in it.
        #expect(throws: SealFault.wrongPurpose) {
            try opener.record(in: seal, context: .letter(letter, to: recipient, handle, at: site))
        }
    }

    private func evidence(of id: LetterID) throws -> [UInt8] {
        let client = try #require(ClientAddress(text: "192.0.2.1"))
        return try SealingSession(to: try #require(fixture.key(.evidence)), at: fixture.now).seal(
            client.mappedBytes, in: .evidence(of: id, at: site))
    }

    @Test func `A client's tags of the days up to its submission's follow from its evidence, and nothing else does`() throws {
        let client = try #require(ClientAddress(text: "192.0.2.1"))
        let request = RelateRequest(submission: letter, site: site, evidence: try evidence(of: letter), reach: .upToItsDay)
        let (related, hasLaterDays) = try questions.relate(request, at: fixture.now)
        let (days, today) = (related.days, Epoch(containing: fixture.now))
        #expect(days.map(\.epoch) == days.map(\.epoch).sorted(by: >) && days.first?.epoch == today && !hasLaterDays)
        #expect(Set(days.flatMap(\.tags)).count == days.count * 2)
        for day in days {
            let held = fixture.ring.all.first { $0.key.kind == .tag && $0.key.epoch == day.epoch }
            // Held in a constant: the macro would copy the key, which cannot be copied.
            let key = held?.key.symmetric
            let tags = key.map { ClientTags.tags(of: client, under: $0) }
            #expect(day.tags == tags)
        }
        #expect(try RelateRequest(payload: request.payload) == request)
        // Another submission's, or none.
        for other in [
            RelateRequest(
                submission: LetterID(high: 9, low: 9), site: site, evidence: request.evidence, reach: .upToItsDay),
            RelateRequest(submission: letter, site: site, evidence: [1, 2, 3], reach: .upToItsDay),
        ] {
            #expect(throws: LinkRefusal.self) { try questions.relate(other, at: fixture.now) }
        }
    }

    /// A relay that was taken over today has today's key of tags, and that of each day from now on: with a tag under one of them it
    /// finds the IPv4 address of any evidence by trying out all there are.
    @Test func `A relay that was taken over learns no tag that it could try addresses against, but for fifty a day`() throws {
        let former = RelateRequest(submission: letter, site: site, evidence: try evidence(of: letter), reach: .upToItsDay)
        let later = fixture.now + .days(1)
        try fixture.ring.keepEpochs(now: later, retention: VaultFixture.retention)
        let known = [Epoch(containing: later), Epoch(containing: later + .days(1))]
        let (related, hasLaterDays) = try questions.relate(former, at: later)
        #expect(!related.days.isEmpty && !hasLaterDays && related.days.allSatisfy { !known.contains($0.epoch) })

        let follow = RelateRequest(submission: letter, site: site, evidence: former.evidence, reach: .upToToday)
        for _ in 1...Budget.followedClients.count {
            let (followed, isCounted) = try questions.relate(follow, at: later)
            #expect(isCounted && followed.days.first?.epoch == known[0])
        }
        #expect(throws: LinkRefusal.self) { try questions.relate(follow, at: later) }
        #expect(budgets.follows.refused == 1)
        // Looking back goes on.
        #expect(throws: Never.self) { try questions.relate(former, at: later) }
    }

    @Test func `It still opens when the letter's key is destroyed, and no more after ninety days`() throws {
        let former = try sealed()
        let seal = try questions.reseal(try request(seal: former), at: fixture.now).bytes
        try fixture.ring.keepEpochs(now: fixture.now + .days(60), retention: VaultFixture.retention)
        let opener = fixture.opener
        #expect(throws: SealFault.unknownKey) {
            try opener.record(in: former, context: .letter(letter, to: recipient, handle, at: site))
        }
        #expect(throws: Never.self) { try opener.record(in: seal, context: context()) }
        try fixture.ring.keepEpochs(now: fixture.now + .days(92), retention: VaultFixture.retention)
        #expect(throws: SealFault.unknownKey) { try fixture.opener.record(in: seal, context: context()) }
    }

    @Test func `What came after the letter is reported with the letter's name and subject`() throws {
        let (id, text) = (LetterID(high: 8, low: 8), try LetterText("You will be sorry.", limit: Letter.Limit.message))
        let links = try #require(LinkSecret(bytes: Array(2...17)))
        let session = try SealingSession(to: try #require(fixture.key(.letter)), at: fixture.now)
        func reply(by author: Party) throws -> ResealRequest.Reply {
            let bytes = ReplyCoding.bytes(of: LinkedReply(Reply(author: author, text: text), links: links))
            return .init(
                id: id,
                seal: try session.seal(bytes, in: .reply(id, by: author, in: letter, with: recipient, handle, at: site)))
        }
        let seal = try questions.reseal(try request(reply: try reply(by: .visitor)), at: fixture.now).bytes
        let content = try ReportCoding.content(of: try fixture.opener.record(in: seal, context: context()))
        #expect(content.isReply && content.letter.text == text)
        #expect(content.letter.name == (try fixture.letter().name))
        // A recipient reports no words of their own.
        #expect(throws: LinkRefusal.self) { try questions.reseal(try request(reply: try reply(by: .recipient)), at: fixture.now) }
    }

    @Test func `A seal of another letter, recipient or kind is refused`() throws {
        for wrong in [
            try request(seal: try sealed(as: LetterID(high: 9, low: 9))), try request(letter: LetterID(high: 9, low: 9)),
            try request(handle: try Handle("sam")), try request(seal: [1, 2, 3]),
        ] {
            #expect(throws: LinkRefusal.self) { try questions.reseal(wrong, at: fixture.now) }
        }
    }

    // MARK: - Whose letter it is

    private func named(_ content: RevealItem.Content, _ seal: [UInt8], letter: LetterID? = nil) throws -> [SenderDigest] {
        try questions.nameSender(
            SenderRequest(item: RevealItem(letter ?? self.letter, at: site, content), seal: seal)
        ).all
    }

    @Test func `A letter and its report give the same digest of the visitor's address, which the relay makes of it too`() throws {
        let address = try fixture.letter().replyAddress
        let wanted = try fixture.ring.senderKeys().digests(of: address)
        #expect(wanted.count == 1)
        let seal = try sealed()
        #expect(try named(.letter(to: recipient, handle), seal) == wanted)
        let reported = try questions.reseal(try request(seal: seal), at: fixture.now).bytes
        #expect(try named(.report(report, of: letter, to: recipient, handle), reported) == wanted)
        // Not a mute's, which is one recipient's.
        #expect(visitors.muteName(of: address, for: recipient, handle, at: site).bytes != wanted[0].bytes)
    }

    @Test func `Nothing else says who wrote it`() throws {
        // One more, which nobody opens before its key is gone.
        let (seal, late, other) = (try sealed(), try sealed(), try Handle("sam"))
        for content: RevealItem.Content in [
            .letter(to: recipient, other), .report(report, of: letter, to: recipient, handle), .client,
            .reply(by: .visitor, in: letter, with: recipient, handle),
        ] {
            #expect(throws: LinkRefusal.self) { try named(content, seal) }
        }
        #expect(throws: LinkRefusal.self) { try named(.letter(to: recipient, handle), seal, letter: LetterID(high: 9, low: 9)) }
        try fixture.ring.keepEpochs(now: fixture.now + .days(60), retention: VaultFixture.retention)
        #expect(throws: LinkRefusal.self) { try named(.letter(to: recipient, handle), late) }
    }

    // A relay that was taken over has the keys of these digests, and can try addresses against each.
    @Test func `Fifty senders are named in a day, and no more`() throws {
        let seal = try sealed()
        for _ in 1...Budget.namedSenders.count { _ = try named(.letter(to: recipient, handle), seal) }
        let refusal = #expect(throws: LinkRefusal.self) { try named(.letter(to: recipient, handle), seal) }
        #expect(refusal?.code == .unavailable)
        #expect(budgets.follows.refused == 1)
    }

    // MARK: - Proof of a visitor's address

    private func code() throws -> String {
        codes.code(of: letter, from: try fixture.letter().replyAddress, at: site, on: Epoch(containing: fixture.now)).text
    }

    private func proof(_ code: String, letter: LetterID? = nil, handle: Handle? = nil) throws -> ProofRequest {
        ProofRequest(
            site: site, recipient: recipient, handle: handle ?? self.handle, letter: letter ?? self.letter, seal: try sealed(),
            code: code)
    }

    @Test func `The code that was mailed gives the proof that mails carry`() throws {
        guard case .right(let given) = try questions.prove(try proof(try code()), at: fixture.now) else {
            throw LinkRefusal(.denied, "the code")
        }
        #expect(visitors.isProof(given.bytes, of: try fixture.letter().replyAddress, in: letter, at: site))
    }

    @Test func `Nothing else does, nor anything after two days or ten wrong ones`() throws {
        let right = try code()
        let wrong = MailedCode((UInt64(right) ?? 0) + 1).text
        #expect(throws: LinkRefusal.self) { try questions.prove(try proof(right), at: fixture.now + .hours(49)) }
        #expect(throws: LinkRefusal.self) { try questions.prove(try proof(right, handle: try Handle("sam")), at: fixture.now) }
        for (code, left) in [(wrong, 9), ("", 8), ("x", 7)] {
            #expect(try questions.prove(try proof(code), at: fixture.now) == .wrong(left: left))
        }
        guard case .right = try questions.prove(try proof(right), at: fixture.now + .hours(47)) else {
            throw LinkRefusal(.denied, "the code")
        }
        for left in (1...6).reversed() {
            #expect(try questions.prove(try proof(wrong), at: fixture.now) == .wrong(left: left))
        }
        for code in [wrong, right] { #expect(try questions.prove(try proof(code), at: fixture.now) == .spent) }
    }
}
