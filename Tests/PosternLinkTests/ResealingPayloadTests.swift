import PosternCore
import PosternLink
import PosternTestSupport
import Testing

@Suite("Records to be sealed again arrive whole, or not at all")
struct ResealingPayloadTests {
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

    @Test func `The request, each answer, and the keys to retire`() throws {
        let recipient = JobSample.recipient(of: try JobSample.job())
        try expectRoundTrip(RecordsToReseal([]))
        try expectRoundTrip(RecordsToReseal([recipient, recipient]))
        let record = SealedRecord(version: 3, seal: [1, 2], authorisation: [4])
        let refusals = ResealedRecord.Reason.allCases.map { ResealedRecord.refused($0) }
        try expectRoundTrip(ResealedRecords([.resealed(record), .unchanged] + refusals))
        try expectRoundTrip(KeyRetirement(ids: ["0123456789abcdef", "a"]))
        #expect(throws: ByteFault.badValue) { try ResealedRecord(payload: [200]) }
    }

    @Test func `As many as a request may have fit into a frame, and more are refused`() throws {
        let recipient = JobSample.recipient(of: try JobSample.job())
        let record = SealedRecord(
            version: 1, seal: [UInt8](repeating: 1, count: 1_500), authorisation: [UInt8](repeating: 2, count: 33))
        let large = Recipient(
            id: recipient.id, site: recipient.site, handle: recipient.handle, name: recipient.name, language: recipient.language,
            state: .active, record: record)
        let most = RecordsToReseal(Array(repeating: large, count: RecordsToReseal.most))
        #expect(FrameHead.fits(most.payload))
        #expect(try RecordsToReseal(payload: most.payload) == most)
        let answers = ResealedRecords(Array(repeating: .resealed(record), count: RecordsToReseal.most))
        #expect(FrameHead.fits(answers.payload))
        let more = RecordsToReseal(Array(repeating: large, count: RecordsToReseal.most + 1))
        #expect(throws: ByteFault.tooLong) { try RecordsToReseal(payload: more.payload) }
    }
}
