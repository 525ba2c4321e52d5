import PosternCore
import PosternLink
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

@Suite("What was sealed for an address is found by it, and nobody else's is")
struct AddressSearcherTests {
    private let fixture: RevealFixture
    private let searcher: AddressSearcher

    init() throws {
        fixture = try RevealFixture()
        searcher = AddressSearcher(opener: SealOpener(ring: fixture.journal.vault.ring, secrets: fixture.memory))
    }

    private func person(_ address: String, _ handle: String) async throws -> Recipient {
        let enrolment = try Enrolment(ring: fixture.journal.vault.ring, memory: fixture.memory) {
            RecipientID(high: 1, low: UInt64(handle.utf8.count))
        }
        let entry = EnrolRequest.Entry(
            site: fixture.site, handle: try Handle(handle), name: try HeaderText("Pat", limit: 100), language: .english,
            address: try EmailAddress(address), former: nil)
        return try #require(try await enrolment.enrol(EnrolRequest(entries: [entry], confirmed: true)).all.first)
    }

    private func letter(_ number: UInt64) throws -> AddressSearch.SealedLetter {
        let seal = try fixture.held(number).seal
        return AddressSearch.SealedLetter(
            id: LetterID(high: 1, low: number), site: fixture.site, recipient: fixture.recipient, handle: fixture.handle,
            seal: seal)
    }

    @Test func `Recipients and letters, by the address in any capitals; what does not open is counted`() async throws {
        let people = [try await person("pat@private.example", "pat"), try await person("sam@private.example", "sammy")]
        let letters = [try letter(1), try letter(2)]
        let visitor = try fixture.journal.vault.letter().replyAddress
        let spoilt = AddressSearch.SealedLetter(
            id: LetterID(high: 9, low: 9), site: fixture.site, recipient: fixture.recipient, handle: fixture.handle,
            seal: letters[0].seal)
        func search(_ address: String) throws -> AddressMatches {
            searcher.search(
                AddressSearch(
                    address: try EmailAddress(address), isFirst: true, recipients: people, letters: letters + [spoilt]))
        }
        let member = try search("PAT@private.Example")
        #expect(member == AddressMatches(recipients: [people[0].id], letters: [], unread: 1))
        let writer = try search(visitor.text.uppercased())
        #expect(writer == AddressMatches(recipients: [], letters: letters.map(\.id), unread: 1))
        #expect(try search("nobody@private.example") == AddressMatches(recipients: [], letters: [], unread: 1))
    }

    @Test func `What is asked and answered arrives whole, or not at all`() async throws {
        let request = AddressSearch(
            address: try EmailAddress("pat@private.example"), isFirst: true,
            recipients: [try await person("pat@private.example", "pat")], letters: [try letter(1)])
        let payload = request.payload
        #expect(try AddressSearch(payload: payload) == request)
        for count in stride(from: 0, to: payload.count, by: 7) {
            #expect(throws: ByteFault.self) { try AddressSearch(payload: Array(payload.prefix(count))) }
        }
        let answer = AddressMatches(recipients: [fixture.recipient], letters: [LetterID(high: 1, low: 2)], unread: 3)
        #expect(try AddressMatches(payload: answer.payload) == answer)
        #expect(throws: ByteFault.self) { try AddressMatches(payload: answer.payload + [0]) }
    }
}
