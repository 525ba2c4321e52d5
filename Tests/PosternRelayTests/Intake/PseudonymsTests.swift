import Crypto
import PosternCore
import PosternRelay
import PosternSealing
import PosternStore
import Testing

@Suite("Tags stay the same all day, differ the next day, and need the key")
struct PseudonymsTests {
    private let pseudonyms = Pseudonyms { IntakeFixture.tagKey(of: $0) }
    private let today = Epoch(containing: IntakeFixture.now)

    private func tags(_ client: String, _ epoch: Epoch) throws -> [PosternCore.Tag] {
        try #require(pseudonyms.day(epoch)).tags(of: try #require(ClientAddress(text: client)))
    }

    @Test func `Neighbours share only the tags of their networks`() throws {
        let (one, two) = (try tags("192.0.2.1", today), try tags("192.0.2.2", today))
        #expect(one[0] != two[0])
        #expect(one[1] == two[1])
        let (six, seven) = (try tags("2001:db8:1:1::6", today), try tags("2001:db8:1:2::7", today))
        #expect(six.count == 3)
        #expect(six[0] != seven[0])
        #expect(six[1] == seven[1])
        #expect(try tags("2001:db8:1:1::9", today)[0] == six[0])
    }

    @Test func `Another day has other tags, for the same client and for each of its networks`() throws {
        #expect(try tags("192.0.2.1", today) == tags("192.0.2.1", today))
        #expect(Set(try tags("192.0.2.1", today)).isDisjoint(with: try tags("192.0.2.1", today.next)))
    }

    @Test func `The vault gives a client the same tags`() throws {
        for address in ["192.0.2.1", "2001:db8:1:1::6"] {
            let client = try #require(ClientAddress(text: address))
            let key = SymmetricKey(data: IntakeFixture.tagKey(of: today))
            #expect(ClientTags.tags(of: client, under: key) == (try tags(address, today)))
        }
    }

    // After midnight the vault needs a moment, and longer when it is away.
    @Test func `Letters are counted while tomorrow's key is not known`() throws {
        let pseudonyms = Pseudonyms { [today] in $0 == today ? IntakeFixture.tagKey(of: $0) : nil }
        let limits = try LimitTable.of(client: "1/1h", recipient: "1/1h", sender: "1/1h")
        let client = try #require(ClientAddress(text: "192.0.2.1"))
        var raw = RawLetter()
        (raw.name, raw.email, raw.message) = ("Vera", "vera@visitor.example", "Hello.")
        func question(_ pseudonyms: Pseudonyms) throws -> LimitQuestion? {
            try pseudonyms.day(today).map { day in
                day.question(
                    about: try raw.validated(), from: day.limitKeys(of: client, in: limits), to: RecipientID(high: 1, low: 1),
                    in: limits)
            }
        }
        let (short, whole) = (try #require(try question(pseudonyms)), try #require(try question(self.pseudonyms)))
        #expect(
            short.client.client.map(\.today) == whole.client.client.map(\.today) && short.sender?.today == whole.sender?.today)
        #expect(short.client.client.allSatisfy { $0.tomorrow == nil } && whole.client.client.allSatisfy { $0.tomorrow != nil })
        #expect(try question(Pseudonyms { _ in nil }) == nil)
    }

    @Test func `Without the day's key there are no digests`() throws {
        #expect(Pseudonyms { _ in nil }.day(today) == nil)
    }
}
