import PosternCore
import PosternLink
import PosternTestSupport
import Testing

@Suite("What the vault is asked about a conversation arrives whole, or not at all")
struct ConversationPayloadTests {
    private static let now = Timestamp(seconds: 1_795_514_709)

    private func conversation(
        earlier count: Int = 3, proof: [UInt8]? = [9, 9], letter: [UInt8] = [7, 7], replied: Timestamp = now
    ) -> DeliveryJob.Conversation {
        var randomness = SeededRandomness(seed: 4)
        return DeliveryJob.Conversation(
            id: LetterID(at: Self.now, using: &randomness), began: Self.now, letter: letter, author: .visitor,
            reply: LetterID(at: Self.now, using: &randomness), replied: replied,
            earlier: (0..<count).map { _ in MailTokens(using: &randomness).messageID }, proof: proof)
    }

    private func expectRoundTrip(_ job: DeliveryJob) throws {
        let payload = job.payload
        #expect(FrameHead.fits(payload))
        #expect(try DeliveryJob(payload: payload) == job)
    }

    @Test(arguments: DeliveryKind.allCases)
    func `A job of each kind, with a conversation and without`(kind: DeliveryKind) throws {
        try expectRoundTrip(try JobSample.job(kind: kind))
        try expectRoundTrip(try JobSample.job(kind: kind, conversation: conversation(), mutes: [[1], [2, 3]]))
        try expectRoundTrip(try JobSample.job(letter: [], kind: kind, conversation: conversation(earlier: 0, proof: nil)))
    }

    @Test(arguments: [nil, AddressChangeID(high: 3, low: 4)], [false, true])
    func `A job about a change of address, and what its recipient wants`(change: AddressChangeID?, isSet: Bool) throws {
        let job = try JobSample.job(kind: .addressNotice)
        try expectRoundTrip(
            DeliveryJob(
                id: job.id, attempt: 1, kind: job.kind, accepted: job.accepted, tokens: job.tokens, site: job.site,
                recipient: job.recipient, handle: job.handle, recipientName: job.recipientName, language: job.language,
                record: job.record, letter: [], change: change, isTextOnly: isSet, isFirst: !isSet, mutes: [[1]],
                isOverMutedConnection: isSet))
    }

    @Test func `The largest there can be fits a frame`() throws {
        let longest = [UInt8](repeating: 7, count: 96 * 1_024)
        let mutes = (0..<500).map { number in [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 16) }
        try expectRoundTrip(
            try JobSample.job(
                letter: longest, kind: .reply, conversation: conversation(earlier: 30, letter: longest), mutes: mutes))
    }

    @Test func `Cut short anywhere, or longer, it is refused`() throws {
        let payload = try JobSample.job(
            letter: [1], kind: .copy, conversation: conversation(), mutes: [[UInt8](repeating: 5, count: 16)]
        ).payload
        for count in 0..<payload.count {
            #expect(throws: ByteFault.self) { try DeliveryJob(payload: Array(payload.prefix(count))) }
        }
        #expect(throws: ByteFault.trailing(1)) { try DeliveryJob(payload: payload + [0]) }
    }

    // A relay that was taken over must not be able to stop the vault, or to name a header.
    @Test(arguments: [Int64.min, -1, 253_402_300_800_000, .max])
    func `A moment that no mail can show is refused`(milliseconds: Int64) throws {
        let job = try JobSample.job(
            kind: .reply, conversation: conversation(replied: Timestamp(milliseconds: milliseconds)))
        #expect(throws: ByteFault.badValue) { try DeliveryJob(payload: job.payload) }
    }

    @Test(arguments: [
        "", "a", "00000000000000000000000000\r\nBcc: x@evil.example", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "> <x@evil.example",
    ])
    func `An earlier Message-ID that is none of ours is refused`(text: String) throws {
        let conversation = DeliveryJob.Conversation(
            id: LetterID(high: 1, low: 1), began: Self.now, letter: [7], author: .visitor, reply: LetterID(high: 2, low: 2),
            replied: Self.now, earlier: [text])
        let job = try JobSample.job(kind: .reply, conversation: conversation)
        #expect(throws: ByteFault.badValue) { try DeliveryJob(payload: job.payload) }
    }

    @Test func `Who is to be muted, and by what name`() throws {
        let job = try JobSample.job()
        let request = MuteRequest(
            site: job.site.id, recipient: job.recipient, handle: job.handle, letter: job.id,
            seal: [UInt8](repeating: 6, count: 96 * 1_024))
        #expect(try MuteRequest(payload: request.payload) == request)
        let name = MuteName(bytes: Array(0..<16))
        #expect(try MuteName(payload: name.payload) == name)
        for count in [0, 15, 17, 4_096] {
            let wrong = MuteName(bytes: [UInt8](repeating: 1, count: count))
            #expect(throws: ByteFault.badValue) { try MuteName(payload: wrong.payload) }
        }
    }

    @Test func `Whether the own address stands in an answer`() throws {
        let job = try JobSample.job()
        let request = MentionRequest(
            recipient: JobSample.recipient(of: job), text: String(repeating: "👋", count: Letter.Limit.message))
        #expect(try MentionRequest(payload: request.payload) == request)
        for mention in [Mention.absent, .present, .notSaid] { #expect(try Mention(payload: mention.payload) == mention) }
        for payload: [UInt8] in [[], [3], [255], [0, 0]] {
            #expect(throws: ByteFault.self) { try Mention(payload: payload) }
        }
    }

    @Test func `Printing shows no text, seal or link`() throws {
        let request = MentionRequest(recipient: JobSample.recipient(of: try JobSample.job()), text: "canary")
        let job = try JobSample.job(kind: .reply, conversation: conversation(proof: Array("canary".utf8)))
        for value in [request as Any, job as Any] {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                #expect(!text.contains("canary") && !text.contains("99, 97"))
            }
        }
    }
}
