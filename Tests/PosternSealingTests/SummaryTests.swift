import PosternCore
import PosternSealing
import PosternTestSupport
import Testing

@Suite("A conversation's summary opens with its own key, for its own conversation, and is what was sealed")
struct SummaryTests {
    private static let conversation = LetterID(high: 1, low: 2)

    private func key(_ seed: UInt64 = 1) -> SummaryKey {
        var randomness = SeededRandomness(seed: seed)
        return LinkSecret(using: &randomness).summaryKey
    }

    private static func summary(name: String, subject: String? = nil, about: String? = nil, shares: Bool = false) throws
        -> LetterSummary
    {
        LetterSummary(
            visitorName: try HeaderText(name, limit: Letter.Limit.name),
            subject: try subject.map { try HeaderText($0, limit: Letter.Limit.subject) },
            about: try about.map { try HeaderText($0, limit: Letter.Limit.about) }, sharesAddress: shares)
    }

    @Test(
        arguments: [
            ("Vera", nil, nil, false), ("Vera", "Hello", nil, true), ("Vera", nil, "photo 4711", false),
            ("Bcc: x@evil.example", "<script>alert(1)</script>", "'; DROP TABLE link; --", true),
            ("فاطمة", "葛\u{E0100} 🏴\u{E0067}\u{E0062}", "\u{FFFD}", false),
            (
                String(repeating: "👋", count: 100), String(repeating: "葛", count: 150), String(repeating: "👋", count: 200), true
            ),
        ] as [(String, String?, String?, Bool)])
    func `Whatever a visitor wrote`(name: String, subject: String?, about: String?, shares: Bool) throws {
        let summary = try Self.summary(name: name, subject: subject, about: about, shares: shares)
        let sealed = try key().seal(summary, of: Self.conversation)
        #expect(key().open(sealed, of: Self.conversation) == summary)
    }

    @Test func `Not with another key, not for another conversation, and not changed or cut`() throws {
        let sealed = try key().seal(try Self.summary(name: "Vera"), of: Self.conversation)
        #expect(key(2).open(sealed, of: Self.conversation) == nil)
        #expect(key().open(sealed, of: LetterID(high: 1, low: 3)) == nil)
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 1
            #expect(key().open(changed, of: Self.conversation) == nil)
        }
        for count in 0..<sealed.count { #expect(key().open(Array(sealed.prefix(count)), of: Self.conversation) == nil) }
        #expect(key().open(sealed + [0], of: Self.conversation) == nil)
    }

    @Test(arguments: [0, 1, 15, 17, 32])
    func `A key of another length opens nothing and seals nothing that its store could open`(count: Int) throws {
        let sealed = try key().seal(try Self.summary(name: "Vera"), of: Self.conversation)
        #expect(SummaryKey(bytes: [UInt8](repeating: 1, count: count)).open(sealed, of: Self.conversation) == nil)
    }

    @Test func `Texts of like length are sealed in one length, and nothing of them stands there`() throws {
        let sealed = try ["V", "Vera", "Veronica Visitor"].map {
            try key().seal(try Self.summary(name: $0, subject: $0), of: Self.conversation)
        }
        #expect(Set(sealed.map(\.count)) == [144])
        let text = Array("Veronica Visitor".utf8)
        #expect(!sealed[2].indices.contains { sealed[2][$0...].starts(with: text) })
    }

    @Test func `A link that has the key masked gives it back`() throws {
        var randomness = SeededRandomness(seed: 8)
        let (first, later) = (LinkSecret(using: &randomness), LinkSecret(using: &randomness))
        let summary = try Self.summary(name: "Vera", subject: "Hello")
        let sealed = try first.summaryKey.seal(summary, of: Self.conversation)
        let moment = Timestamp(seconds: 1_795_507_200)
        // The link of a later mail: the key goes on from one that was found by its token.
        let token = first.token(for: .reply, at: moment)
        let stored = token.masking(first.summaryKey)
        let next = later.token(for: .letter, at: moment + .hours(1))
        let handedOn = next.masking(token.masking(stored))
        #expect(next.masking(handedOn).open(sealed, of: Self.conversation) == summary)
        #expect(token.masking(handedOn).open(sealed, of: Self.conversation) == nil)
        #expect(handedOn.open(sealed, of: Self.conversation) == nil)
    }
}
