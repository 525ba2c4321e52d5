import PosternCore
import PosternLink
import PosternTestSupport
import Testing

@Suite("What is asked and said of a reveal arrives whole, or not at all")
struct RevealPayloadTests {
    private let claim: StaffClaim
    private let reason: RevealReason
    private let site: SiteID
    private let handle: Handle
    private let letter = LetterID(high: 1, low: 2)
    private let recipient = RecipientID(high: 3, low: 4)

    init() throws {
        claim = StaffClaim(name: try StaffName("anna"), role: .reviewer, record: StaffRecord(version: 3, seal: [1, 2]))
        reason = try RevealReason(typed: "Somebody reported it — “at once”.")
        (site, handle) = (try SiteID("photos"), try Handle("pat"))
    }

    private func expectRoundTrip<Value: LinkPayload & Equatable>(_ value: Value) throws {
        let payload = value.payload
        #expect(try Value(payload: payload) == value)
        for count in 0..<payload.count {
            #expect(throws: ByteFault.self, "\(Value.self), \(count) of \(payload.count)") {
                try Value(payload: Array(payload.prefix(count)))
            }
        }
        #expect(throws: ByteFault.trailing(1)) { try Value(payload: payload + [0]) }
    }

    private var contents: [RevealItem.Content] {
        [
            .letter(to: recipient, handle), .reply(by: .visitor, in: letter, with: recipient, handle),
            .reply(by: .recipient, in: letter, with: recipient, handle),
            .report(ReportID(high: 5, low: 6), of: letter, to: recipient, handle), .client,
        ]
    }

    @Test func `Every request`() throws {
        try expectRoundTrip(RevealInquiry(name: claim.name, letter: letter))
        for content in contents {
            let item = RevealItem(letter, at: site, content)
            #expect((item.kind == .client) == (content == .client))
            let request = RevealRequest(claim: claim, item: item, reason: reason, seal: [7, 8, 9])
            try expectRoundTrip(request)
            for proof: RevealProof in [
                .code("123 456"), .passkey(credential: [1], clientData: [2, 2], authenticatorData: [], signature: [4]),
            ] {
                try expectRoundTrip(RevealAttempt(request: request, challenge: [5, 6], proof: proof))
            }
        }
    }

    @Test func `What asks for a sender's digests, and these`() throws {
        for content in contents { try expectRoundTrip(SenderRequest(item: RevealItem(letter, at: site, content), seal: [7, 8])) }
        try expectRoundTrip(AddressRequest(address: try EmailAddress("vera@visitor.example")))
        let digest = try #require(SenderDigest(bytes: Array(1...16)))
        for all in [[], [digest], [digest, digest]] { try expectRoundTrip(SenderNames(all: all)) }
    }

    @Test func `Every answer`() throws {
        let (moment, wait) = (Timestamp(seconds: 1_795_514_709), Duration.seconds(90))
        let half = RevealStanding.Half(kind: .client, by: claim.name, reason: reason, until: moment)
        for halves in [[], [half], [half, half]] {
            try expectRoundTrip(RevealStanding(left: 3, most: 30, renewed: moment, needsTwo: true, halves: halves))
        }
        let refusals: [RevealRefusal] = [
            .role, .account, .capReached(until: moment), .keyGone, .notOpened, .unwritten, .wrongProof, .usedBefore, .overdue,
            .limited(retryAfter: wait), .tooNew(until: moment),
        ]
        for refusal in refusals {
            try expectRoundTrip(RevealBeginning.refused(refusal))
            try expectRoundTrip(RevealAnswer.refused(refusal))
        }
        try expectRoundTrip(RevealBeginning.offer(challenge: [1, 2], .code))
        try expectRoundTrip(RevealBeginning.offer(challenge: [1, 2], .passkey(credential: [3])))
        try expectRoundTrip(RevealAnswer.waits(until: moment))
        for address in ["192.0.2.7", "2001:db8::17"] {
            try expectRoundTrip(RevealAnswer.shown(.client(try #require(ClientAddress(text: address)))))
        }
        for (optional, isReply) in [(nil, true), ("<b>\u{202E}", false)] as [(String?, Bool)] {
            try expectRoundTrip(
                RevealAnswer.shown(
                    .letter(
                        RevealedLetter(
                            name: optional, subject: optional, about: optional, text: "line\nline", isReply: isReply,
                            remark: optional))))
        }
    }

    @Test func `What an administrator changes, and what became of it`() throws {
        let (carl, moment) = (try StaffName("carl"), Timestamp(seconds: 1_795_514_709))
        let origin = try #require(WebOrigin("https://photos.example"))
        let former = Site(
            id: site, name: try HeaderText("Photos", limit: 100), origins: [origin],
            authorisation: SiteAuthorisation(version: 2, code: [1, 2]))
        let changes: [AdministratorChange] =
            StaffRole.allCases.flatMap { role -> [AdministratorChange] in
                [.account(carl, .add(role)), .account(carl, .reset(role)), .account(carl, .move(to: role))]
            } + [
                .account(carl, .remove), .site(SiteRequest(id: site, name: nil, origins: nil, former: nil)),
                .site(SiteRequest(id: site, name: former.name, origins: [origin, origin], former: former)),
            ]
        for change in changes {
            let request = ChangeRequest(claim: claim, change: change, reason: reason)
            try expectRoundTrip(request)
            try expectRoundTrip(ChangeAttempt(request: request, challenge: [5, 6], proof: .code("123456")))
        }
        // Each is another matter for a challenge.
        #expect(Set(changes.map(\.payload)).count == changes.count)
        let refusals: [ChangeRefusal] = [
            .role, .account, .oneself, .capReached(until: moment), .unwritten, .wrongProof, .usedBefore, .overdue,
            .limited(retryAfter: .seconds(90)), .tooNew(until: moment),
        ]
        for refusal in refusals {
            try expectRoundTrip(ChangeBeginning.refused(refusal))
            try expectRoundTrip(ChangeAnswer.refused(refusal))
        }
        try expectRoundTrip(ChangeBeginning.offer(challenge: [1, 2], .code))
        try expectRoundTrip(ChangeBeginning.offer(challenge: [1, 2], .passkey(credential: [3])))
        let token = try #require(
            MailedToken(Identifier<MailedToken.IDKind>(high: 1, low: 2), code: Array(repeating: 7, count: 16)))
        try expectRoundTrip(ChangeAnswer.link(StaffLink(name: carl, role: .auditor, token: token)))
        try expectRoundTrip(ChangeAnswer.removed)
        try expectRoundTrip(ChangeAnswer.site(former))
        #expect(throws: ByteFault.badValue) {
            try ChangeAnswer(payload: ChangeAnswer.refused(.limited(retryAfter: .days(2))).payload)
        }
    }

    // The vault reads it as its own type: a relay that was taken over sends what it likes.
    @Test(arguments: [
        "", "too short", "         a         ", "two lines of\na reason", " begins with a blank", "turned \u{202E}round here",
    ])
    func `A reason that nobody could have given is none`(text: String) throws {
        let good = RevealRequest(claim: claim, item: RevealItem(letter, at: site, .client), reason: reason, seal: [])
        var writer = ByteWriter()
        claim.write(to: &writer)
        good.item.write(to: &writer)
        let prefix = writer.bytes
        writer.write(text)
        writer.write([] as [UInt8])
        #expect(good.payload.starts(with: prefix))
        #expect(throws: ByteFault.badValue) { try RevealRequest(payload: writer.bytes) }
    }

    @Test func `A page of the journal, and what is said of all of it`() throws {
        let moment = Timestamp(seconds: 1_795_514_709)
        for before in [nil, 0, 77] as [Int?] { try expectRoundTrip(JournalExcerptRequest(before: before)) }
        let lines = [JournalExcerpt.Line.About.nothing, .known("staff anna"), .erased].enumerated().map { number, about in
            JournalExcerpt.Line(number: number, at: number == 0 ? nil : moment, by: "staff", did: "did it", about: about)
        }
        for (findings, agrees) in [([], nil), (["one", "two"], 9)] as [([String], Int?)] {
            let standing = JournalExcerpt.Standing(
                name: agrees.map { _ in "a/b" }, size: 3, root: "r", findings: findings, agreesSince: agrees, checked: moment)
            try expectRoundTrip(JournalExcerpt(standing: standing, lines: lines))
        }
    }

    @Test func `No wait is longer than a day, and nobody has less than nothing left`() {
        #expect(throws: ByteFault.badValue) {
            try RevealBeginning(payload: RevealBeginning.refused(.limited(retryAfter: .days(2))).payload)
        }
        let standing = RevealStanding(left: 31, most: 30, renewed: Timestamp(seconds: 1), needsTwo: false)
        #expect(throws: ByteFault.badValue) { try RevealStanding(payload: standing.payload) }
    }
}
