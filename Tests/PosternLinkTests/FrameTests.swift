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
            ([2, 1, 0, 0, 0, 1], FrameFault.unknownVersion(2)), ([1, 15, 0, 0, 0, 1], .unknownKind(15)),
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
        let condition = VaultCondition(
            budgets: [.init(setting: "A", limit: "1/1h", deferred: 2, last: Timestamp(seconds: 9))],
            clock: .init(now: Timestamp(seconds: 7), believed: Timestamp(seconds: 6), isTrusted: false),
            lanes: .init(
                configured: 8, allowed: 2, open: 1, turnedAway: .init(times: 3, last: Timestamp(seconds: 5), answer: "421 no"),
                uncertain: .init(), missing: [.init(what: "AUTH", since: Timestamp(seconds: 4))]),
            mentions: .init(limit: 30, refused: 2, last: Timestamp(seconds: 3)), follows: .init(limit: 50))
        #expect(try VaultCondition(payload: condition.payload) == condition)
        for count in 0..<condition.payload.count {
            #expect(throws: ByteFault.self) { try VaultCondition(payload: Array(condition.payload.prefix(count))) }
        }

        let announcement = Announcement(
            keys: [
                .init(purpose: 1, suite: 1, epoch: nil, publicHalf: [1, 2]),
                .init(purpose: 2, suite: 2, epoch: Epoch(day: 9), publicHalf: [3]),
            ],
            tagKeys: [.init(epoch: Epoch(day: 9), secret: [4, 5])], senderKeys: [.init(secret: [6]), .init(secret: [])],
            lanes: 8, isAdopting: true, isSecretsCopyBehind: true)
        #expect(try Announcement(payload: announcement.payload) == announcement)
        #expect(try SealedRecord(payload: job.record.payload) == job.record)
        let recipients = [JobSample.recipient(of: job), JobSample.recipient(of: job, record: nil)]
        let enrolled = Enrolled(all: recipients)
        #expect(try Enrolled(payload: enrolled.payload) == enrolled)
        let enrol = EnrolRequest(
            entries: try ([nil] + recipients).map { former in
                .init(
                    site: job.site.id, handle: job.handle, name: job.recipientName, language: job.language,
                    address: try EmailAddress("pat@example.org"), former: former)
            },
            confirmed: true)
        #expect(try EnrolRequest(payload: enrol.payload) == enrol)
        let confirmation = ConfirmationRequest(recipient: recipients[0], token: "a.b")
        #expect(try ConfirmationRequest(payload: confirmation.payload) == confirmation)
        #expect(try Site(payload: job.site.payload) == job.site)
        for request in [
            SiteRequest(id: job.site.id, name: nil, origins: [], former: job.site),
            SiteRequest(id: job.site.id, name: job.site.name, origins: nil, former: nil),
        ] {
            #expect(try SiteRequest(payload: request.payload) == request)
        }
        let adoption = AdoptionRequest(sites: [job.site], recipients: recipients, isLast: true)
        #expect(try AdoptionRequest(payload: adoption.payload) == adoption)
        let notes = RecordNotes(all: [
            .inUse(.site(job.site.id), version: .max, nil),
            .inUse(.recipient(job.handle, at: job.site.id), version: 1, job.recipient),
            .erased(.recipient(job.handle, at: job.site.id), job.recipient),
        ])
        #expect(try RecordNotes(payload: notes.payload) == notes)
        var report = KeyReport([
            .init(kind: "tag", id: "b2", suite: nil, epoch: Epoch(day: 9), fits: nil),
            .init(
                kind: "address", id: "a1", suite: "x-wing", epoch: nil, fits: true, saved: Timestamp(seconds: 5),
                made: Timestamp(seconds: 4), isFormer: true),
        ])
        #expect(try KeyReport(payload: report.payload) == report)
        for copy in [
            SecretsCopyReport(path: "/mnt/other/postern-secrets", current: Timestamp(seconds: 9)),
            SecretsCopyReport(
                path: "/mnt/other/postern-secrets", current: nil, isOnSameDisk: true, problem: .init("away", remedy: "Mount it.")),
        ] {
            report.secretsCopy = copy
            #expect(try KeyReport(payload: report.payload) == report)
        }
        #expect(report.keys.map(\.kind) == ["address", "tag"])
        let refusal = LinkRefusal(.denied, "no")
        #expect(try LinkRefusal(payload: refusal.payload) == refusal)
    }

    @Test func `Printing a payload shows no key, token or address in it`() throws {
        let job = try JobSample.job()
        let tagKey = Announcement.DayKey(epoch: Epoch(day: 9), secret: [0xCA, 0xFE])
        let senderKey = Announcement.SenderKey(secret: [0xCA, 0xFE])
        let announcement = Announcement(keys: [], tagKeys: [tagKey], senderKeys: [senderKey], lanes: 8)
        let confirmation = ConfirmationRequest(recipient: JobSample.recipient(of: job), token: "canary.token")
        let entry = EnrolRequest.Entry(
            site: job.site.id, handle: job.handle, name: job.recipientName, language: job.language,
            address: try EmailAddress("canary@example.org"), former: nil)
        let values: [Any] = [
            tagKey, senderKey, announcement, AddressRequest(address: entry.address), confirmation,
            entry, EnrolRequest(entries: [entry], confirmed: true), job, job.tokens,
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
    static func recipient(of job: DeliveryJob) -> Recipient { recipient(of: job, record: job.record) }

    static func recipient(of job: DeliveryJob, record: SealedRecord?) -> Recipient {
        Recipient(
            id: job.recipient, site: job.site.id, handle: job.handle, name: job.recipientName, language: job.language,
            state: record == nil ? .erased : .active, record: record)
    }

    static func job(
        letter: [UInt8] = Array(repeating: 7, count: 2_000), accepted: Timestamp = Timestamp(seconds: 1_795_514_709),
        kind: DeliveryKind = .letter, conversation: DeliveryJob.Conversation? = nil, mutes: [[UInt8]] = []
    ) throws -> DeliveryJob {
        var randomness = SeededRandomness(seed: 9)
        let now = Timestamp(seconds: 1_795_514_709)
        let origin = try #require(WebOrigin("https://photos.example"))
        return DeliveryJob(
            id: LetterID(at: now, using: &randomness), attempt: 1, kind: kind, accepted: accepted,
            tokens: MailTokens(using: &randomness),
            site: Site(
                id: try SiteID("photos"), name: try HeaderText("Example Photos", limit: 100), origins: [origin],
                authorisation: SiteAuthorisation(version: 3, code: [9, 9])),
            recipient: RecipientID(at: now, using: &randomness), handle: try Handle("pat"),
            recipientName: try HeaderText("Pat Photographer", limit: 100), language: .english,
            record: SealedRecord(
                version: 1, seal: Array(repeating: 3, count: 1_400), authorisation: Array(repeating: 4, count: 32)),
            letter: letter, conversation: conversation, mutes: mutes)
    }
}
