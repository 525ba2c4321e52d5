import PosternCore
import PosternLink
import PosternTestSupport
import Testing

@Suite("Link frames are read back, and others are refused before they cost anything")
struct FrameTests {
    @Test func `Every kind of frame comes back, on every socket`() throws {
        try expectFramesToComeBack(VaultVerb.self)
        try expectFramesToComeBack(OperatorVerb.self)
        try expectFramesToComeBack(ControlVerb.self)
    }

    private func expectFramesToComeBack<Verb: LinkVerb>(_: Verb.Type) throws {
        for verb in Verb.allCases {
            for kind in [Frame<Verb>.Kind.request(verb), .answer(verb), .refusal] {
                let frame = Frame(kind, id: 0xDEAD_BEEF, payload: [1, 2, 3])
                #expect(try Frame(body: frame.bytes.dropFirst(4)) == frame)
                #expect(frame.bytes.prefix(4) == [0, 0, 0, 9])
            }
        }
    }

    @Test func `No verb stands for two things, and none has no deadline`() {
        let verbs: [any LinkVerb] = VaultVerb.allCases + OperatorVerb.allCases + ControlVerb.allCases
        #expect(Set(verbs.map { $0.rawValue }).count == verbs.count)
        #expect(verbs.allSatisfy { $0.deadline > .zero && $0.deadline <= .seconds(3_600) })
    }

    /// bytes after the length → fault
    @Test(
        arguments: [
            ([2, 1, 0, 0, 0, 1], FrameFault.unknownVersion(2)), ([1, 9, 0, 0, 0, 1], .unknownKind(9)),
            ([1, 0x7F, 0, 0, 0, 1], .unknownKind(0x7F)), ([1, 16, 0, 0, 0, 1], .unknownKind(16)), ([1, 1, 0], .tooShort(3)),
        ] as [([UInt8], FrameFault)])
    func `A wrong head is refused`(body: [UInt8], fault: FrameFault) {
        #expect(throws: fault) { try Frame<VaultVerb>(body: body) }
    }

    @Test func `A wrong length is refused at once`() {
        #expect(throws: FrameFault.tooShort(5)) { try FrameHead.lengthThatFollows(5) }
        #expect(throws: FrameFault.tooLong(1_048_577)) { try FrameHead.lengthThatFollows(1_048_577) }
        #expect(throws: FrameFault.tooLong(.max)) { try FrameHead.lengthThatFollows(.max) }
    }

    @Test func `Every payload comes back, and cut short anywhere it is refused`() throws {
        let job = try JobSample.job()
        #expect(try DeliveryJob(payload: job.payload) == job)
        for count in stride(from: 0, to: job.payload.count, by: 7) {
            #expect(throws: ByteFault.self) { try DeliveryJob(payload: Array(job.payload.prefix(count))) }
        }
        #expect(throws: ByteFault.trailing(1)) { try DeliveryJob(payload: job.payload + [0]) }

        let outcome = Outcome(
            .failed, health: .reached, diagnosis: .init(stage: .recipient, code: 550, enhanced: "5.1.1", text: "no such user"))
        #expect(try Outcome(payload: outcome.payload) == outcome)
        let announcement = Announcement(
            keys: [
                .init(purpose: 1, suite: 1, epoch: nil, publicHalf: [1, 2]),
                .init(purpose: 2, suite: 2, epoch: Epoch(day: 9), publicHalf: [3]),
            ],
            tagKeys: [.init(epoch: Epoch(day: 9), secret: [4, 5])], lanes: 8)
        #expect(try Announcement(payload: announcement.payload) == announcement)
        let records = SealedRecords(all: [job.record, job.record])
        #expect(try SealedRecords(payload: records.payload) == records)
        let enrol = EnrolRequest(
            entries: [
                .init(
                    site: job.site.id, handle: job.handle, recipient: job.recipient, version: 1,
                    address: try EmailAddress("pat@example.org"))
            ],
            confirmed: true)
        #expect(try EnrolRequest(payload: enrol.payload) == enrol)
        let confirmation = ConfirmationRequest(
            site: job.site.id, handle: job.handle, recipient: job.recipient, record: job.record, token: "a.b")
        #expect(try ConfirmationRequest(payload: confirmation.payload) == confirmation)
        let report = KeyReport([
            .init(kind: "tag", id: "b2", suite: nil, epoch: Epoch(day: 9), fits: nil),
            .init(kind: "address", id: "a1", suite: "x-wing", epoch: nil, fits: true),
        ])
        #expect(try KeyReport(payload: report.payload) == report)
        #expect(report.keys.map(\.kind) == ["address", "tag"])
        let refusal = LinkRefusal(.denied, "no")
        #expect(try LinkRefusal(payload: refusal.payload) == refusal)
    }

    @Test func `Printing a payload shows no key, token or address in it`() throws {
        let job = try JobSample.job()
        let tagKey = Announcement.TagKey(epoch: Epoch(day: 9), secret: [0xCA, 0xFE])
        let announcement = Announcement(keys: [], tagKeys: [tagKey], lanes: 8)
        let confirmation = ConfirmationRequest(
            site: job.site.id, handle: job.handle, recipient: job.recipient, record: job.record, token: "canary.token")
        let entry = EnrolRequest.Entry(
            site: job.site.id, handle: job.handle, recipient: job.recipient, version: 1,
            address: try EmailAddress("canary@example.org"))
        let values: [Any] = [
            tagKey, announcement, confirmation, entry, EnrolRequest(entries: [entry], confirmed: true), job, job.tokens,
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                for secret in ["202", "254", "canary", job.tokens.messageID, job.tokens.envelope] {
                    #expect(!text.contains(secret), "\(type(of: value)) shows \(secret)")
                }
            }
        }
    }

    /// The vault dates a mail by it and adds two weeks to it: a relay that was taken over must not be able to stop the vault with a
    /// number.
    @Test(arguments: [Int64.min, -1, 253_402_300_800_000, .max])
    func `A moment that no mail can show is refused`(milliseconds: Int64) throws {
        let job = try JobSample.job(accepted: Timestamp(milliseconds: milliseconds))
        #expect(throws: ByteFault.badValue) { try DeliveryJob(payload: job.payload) }
    }
}

enum JobSample {
    static func job(
        letter: [UInt8] = Array(repeating: 7, count: 2_000), accepted: Timestamp = Timestamp(seconds: 1_795_514_709)
    ) throws -> DeliveryJob {
        var randomness = SeededRandomness(seed: 9)
        let now = Timestamp(seconds: 1_795_514_709)
        let origin = try #require(WebOrigin("https://photos.example"))
        return DeliveryJob(
            id: LetterID(at: now, using: &randomness), attempt: 1, kind: .letter, accepted: accepted,
            tokens: MailTokens(using: &randomness),
            site: Site(id: try SiteID("photos"), name: try HeaderText("Example Photos", limit: 100), origins: [origin]),
            recipient: RecipientID(at: now, using: &randomness), handle: try Handle("pat"),
            recipientName: try HeaderText("Pat Photographer", limit: 100), language: .english,
            record: SealedRecord(
                version: 1, seal: Array(repeating: 3, count: 1_400), authorisation: Array(repeating: 4, count: 32)),
            letter: letter)
    }
}
