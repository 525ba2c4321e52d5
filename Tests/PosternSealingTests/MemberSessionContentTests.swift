import PosternCore
import PosternSealing
import PosternTestSupport
import Testing

@Suite("What a member's session knows opens with its cookie alone")
struct MemberSessionContentTests {
    private let recipient = RecipientID(high: 1, low: 2)

    private func content(keys: Int) throws -> MemberSessionContent {
        var randomness = SeededRandomness(seed: 3)
        let link = LetterID(at: Timestamp(seconds: 1_795_507_200), using: &randomness)
        return MemberSessionContent(
            token: try #require(MailedToken(link, code: Array(repeating: 4, count: 16))),
            ledgerKeys: try (0..<keys).map { number in
                try #require(
                    LedgerKey(epoch: Epoch(day: Int32(20_000 + number)), bytes: Array(repeating: UInt8(number), count: 16)))
            })
    }

    private func secret(_ seed: UInt64) -> SessionSecret {
        var randomness = SeededRandomness(seed: seed)
        return SessionSecret(using: &randomness)
    }

    @Test(arguments: [0, 1, 30, 200])
    func `It comes back as it was sealed`(keys: Int) throws {
        let (secret, content) = (secret(1), try content(keys: keys))
        let sealed = try secret.seal(content, of: recipient)
        #expect(secret.open(sealed, of: recipient) == content)
        #expect(SessionSecret(text: secret.text) == secret)
    }

    @Test func `Under another cookie, for another member, or changed, it opens to nobody`() throws {
        let secret = secret(1)
        let sealed = try secret.seal(try content(keys: 2), of: recipient)
        #expect(self.secret(2).open(sealed, of: recipient) == nil)
        #expect(secret.open(sealed, of: RecipientID(high: 1, low: 3)) == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(secret.open(changed, of: recipient) == nil)
        }
        for length in [0, 1, 16, sealed.count - 1] { #expect(secret.open(Array(sealed.prefix(length)), of: recipient) == nil) }
    }

    @Test func `Digest and form token tell nothing of the cookie, and are each its own`() {
        let (one, two) = (secret(1), secret(2))
        #expect(one.digest.count == 16 && one.digest != one.bytes && one.digest != two.digest)
        #expect(one.formToken != two.formToken && !one.formToken.contains(one.text))
        #expect(one.formToken != Base64URL.text(of: one.digest))
        #expect("\(one)" != one.text)
    }

    // The rule: 26 characters of our base 32, as an identifier is written.
    @Test(arguments: [
        "", "0", "00000000000000000000000000 ", String(repeating: "u", count: 26), String(repeating: "0", count: 27),
    ])
    func `What no cookie of ours holds is none`(text: String) {
        #expect(SessionSecret(text: text) == nil)
    }
}
