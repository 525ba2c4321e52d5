import PosternCore
import PosternLink
import PosternTestSupport
import Testing

@Suite("What is asked about members arrives whole, or not at all")
struct MemberPayloadTests {
    private let recipient: Recipient
    private let site: Site
    private let token: MailedToken
    private let credential: SiteToken
    private let record = SealedRecord(version: 3, seal: [1, 2], authorisation: [4])

    init() throws {
        let job = try JobSample.job()
        recipient = JobSample.recipient(of: job)
        site = job.site
        let code = [UInt8](repeating: 9, count: 16)
        token = try #require(MailedToken(job.id, code: code))
        credential = try #require(SiteToken(SiteTokenID(high: 5, low: 6), code: code))
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

    @Test func `Every request and every answer`() throws {
        let address = try EmailAddress("pat@private.example")
        for (former, asks) in [(nil, nil), (recipient, credential)] as [(Recipient?, SiteToken?)] {
            try expectRoundTrip(
                MemberRequest(
                    site: site, handle: recipient.handle, name: recipient.name, language: recipient.language, address: address,
                    former: former, token: asks))
        }
        for answer: MemberAnswer in [
            .record(recipient), .change(AddressChangeID(high: 1, low: 2), recipient), .taken, .limited(retryAfter: .seconds(90)),
            .renamed(recipient, next: record), .askedOften(retryAfter: .seconds(91)),
            .done,
        ] {
            try expectRoundTrip(answer)
        }
        try expectRoundTrip(SignInRequest(recipient: recipient, token: token))
        try expectRoundTrip(RecordInUse(recipient))
        let key = try #require(LedgerKey(epoch: Epoch(day: 9), bytes: [UInt8](repeating: 3, count: 16)))
        try expectRoundTrip(SignIn(ledgerKeys: []))
        try expectRoundTrip(SignIn(ledgerKeys: [key, key]))
        for proof: MemberProof in [.member(token), .site(credential), .undo(token)] {
            for wish: MemberChange.Wish in [
                .words(name: recipient.name, language: .english), .address(address), .keepFormer(record),
                .rename(name: recipient.name, language: .english, next: record),
                .takeNew(record, former: record), .erase, .keepPresent,
            ] {
                try expectRoundTrip(MemberChange(recipient: recipient, proof: proof, wish: wish))
            }
        }
        try expectRoundTrip(SiteTokenRequest(site: site.id, scope: .recipients, id: credential.id))
        try expectRoundTrip(credential)
    }

    @Test func `A report and a proof, at the largest there can be`() throws {
        let longest = [UInt8](repeating: 7, count: 96 * 1_024)
        let (letter, report) = (LetterID(high: 1, low: 1), ReportID(high: 2, low: 2))
        for reply in [nil, ResealRequest.Reply(id: LetterID(high: 3, low: 3), seal: longest)] {
            let request = ResealRequest(
                site: site.id, recipient: recipient.id, handle: recipient.handle, letter: letter, seal: longest, reply: reply,
                report: report,
                remark: try LetterText(String(repeating: "\u{1F600}", count: 1_000), limit: ResealRequest.longestRemark))
            #expect(FrameHead.fits(request.payload))
            #expect(try ResealRequest(payload: request.payload) == request)
        }
        try expectRoundTrip(
            ResealRequest(
                site: site.id, recipient: recipient.id, handle: recipient.handle, letter: letter, seal: [1],
                reply: .init(id: letter, seal: [2]), report: report))
        try expectRoundTrip(
            ProofRequest(
                site: site.id, recipient: recipient.id, handle: recipient.handle, letter: letter, seal: [1], code: "123456"))
        try expectRoundTrip(ReportSeal(bytes: [1, 2, 3]))
        for answer in [CodeAnswer.right(VisitorProof(bytes: [UInt8](repeating: 1, count: 16))), .wrong(left: 9), .spent] {
            try expectRoundTrip(answer)
        }
        try expectRoundTrip(VisitorProof(bytes: [UInt8](repeating: 1, count: 16)))
        #expect(throws: ByteFault.badValue) { try VisitorProof(payload: VisitorProof(bytes: [1]).payload) }
    }

    @Test func `A wait that nobody could show is refused`() {
        for wait in [Duration.seconds(-1), .days(367)] {
            #expect(throws: ByteFault.badValue) { try MemberAnswer(payload: MemberAnswer.limited(retryAfter: wait).payload) }
        }
    }

    @Test func `Printing a payload shows no address, token or key`() throws {
        let key = try #require(LedgerKey(epoch: Epoch(day: 9), bytes: [UInt8](repeating: 202, count: 16)))
        let canary = try EmailAddress("canary@example.org")
        let values: [Any] = [
            MemberRequest(
                site: site, handle: recipient.handle, name: recipient.name, language: .english, address: canary, token: credential
            ),
            MemberChange(recipient: recipient, proof: .member(token), wish: .address(canary)),
            MemberChange.Wish.address(canary), MemberProof.site(credential), SignInRequest(recipient: recipient, token: token),
            SignIn(ledgerKeys: [key]), key, token, credential,
            ProofRequest(
                site: site.id, recipient: recipient.id, handle: recipient.handle, letter: LetterID(high: 1, low: 1), seal: [],
                code: "canary"),
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                for secret in ["202", "canary", "9, 9", token.text, credential.text] {
                    #expect(!text.contains(secret), "\(type(of: value)) shows \(secret)")
                }
            }
        }
    }
}
