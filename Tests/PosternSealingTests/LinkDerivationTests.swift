import PosternCore
import PosternSealing
import PosternTestSupport
import Testing

@Suite("What follows from a link's secret leads neither back nor aside")
struct LinkDerivationTests {
    private static let moment = Timestamp(seconds: 1_795_507_200)

    private func secrets(_ count: Int) -> [LinkSecret] {
        var randomness = SeededRandomness(seed: 5)
        return (0..<count).map { _ in LinkSecret(using: &randomness) }
    }

    @Test func `Every purpose, side and use has a value of its own, and each is the same again`() {
        for secret in secrets(20) {
            let tokens = LinkPurpose.allCases.map { secret.token(for: $0, at: Self.moment) }
            let roots = Party.allCases.map { secret.threadRoot(of: $0) }
            let masks = tokens.map { $0.masking(SummaryKey(bytes: [UInt8](repeating: 0, count: 16))).bytes }
            let all = [secret.bytes, secret.summaryKey.bytes] + tokens.map(\.secret) + tokens.map(\.digest) + roots + masks
            #expect(Set(all).count == all.count)
            #expect(all.allSatisfy { $0.count == 16 })
            #expect(tokens == LinkPurpose.allCases.map { secret.token(for: $0, at: Self.moment) })
            #expect(tokens.allSatisfy { $0.madeAt == 1_795_507_200_000 })
        }
    }

    @Test func `Two secrets that differ in one bit have nothing in common`() throws {
        let secret = secrets(1)[0]
        for bit in 0..<128 {
            var bytes = secret.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let other = try #require(LinkSecret(bytes: bytes))
            for (one, two) in [
                (secret.token(for: .reply, at: Self.moment).secret, other.token(for: .reply, at: Self.moment).secret),
                (secret.threadRoot(of: .visitor), other.threadRoot(of: .visitor)),
                (secret.summaryKey.bytes, other.summaryKey.bytes),
            ] {
                let different = zip(one, two).map { ($0 ^ $1).nonzeroBitCount }.reduce(0, +)
                #expect((32...96).contains(different), "bit \(bit): \(different) of 128 differ")
            }
        }
    }

    @Test func `A link of another second is another link: who changes it finds nothing`() {
        let secret = secrets(1)[0]
        let (now, later) = (secret.token(for: .mute, at: Self.moment), secret.token(for: .mute, at: Self.moment + .seconds(9)))
        #expect(now.secret == later.secret && now.digest != later.digest)
        #expect(now.masking(later.masking(secret.summaryKey)) != secret.summaryKey)
    }

    @Test func `A link that the program before has mailed is read as it was written, and has the digest of then`() throws {
        let secret = secrets(1)[0]
        let now = secret.token(for: .mute, at: Self.moment + .milliseconds(321))
        let former = try #require(now.former)
        #expect(former.text.utf8.count == 32 && former.madeAt == 1_795_507_200 && former.secret == now.secret)
        #expect(former.bytes == [0x6B, 0x05, 0x44, 0x00] + now.secret)
        #expect(LinkToken(text: former.text.uppercased() + ".") == former && former.former == nil)
        #expect(former.digest != now.digest && former.masking(secret.summaryKey) != now.masking(secret.summaryKey))
        #expect(former.masking(former.masking(secret.summaryKey)) == secret.summaryKey)
        for text in [String(former.text.dropLast()), former.text + "0", now.text + "0"] { #expect(LinkToken(text: text) == nil) }
    }

    @Test func `A mask applied twice is undone, and another link's does not undo it`() {
        for secret in secrets(20) {
            let tokens = LinkPurpose.allCases.map { secret.token(for: $0, at: Self.moment) }
            let key = secret.summaryKey
            for token in tokens {
                #expect(token.masking(key) != key)
                for other in tokens { #expect((other.masking(token.masking(key)) == key) == (other == token)) }
            }
        }
    }

    // Kept, so that links of letters that are under way work after an update.
    @Test func `The values are what they were`() throws {
        let secret = try #require(LinkSecret(bytes: Array(0..<16)))
        let token = secret.token(for: .reply, at: Self.moment)
        #expect(token.text == Known.token)
        #expect(Hex.text(token.digest) == Known.digest)
        #expect(Hex.text(token.masking(secret.summaryKey).bytes) == Known.masked)
        #expect(Hex.text(secret.threadRoot(of: .recipient)) == Known.root)
    }

    private enum Known {
        static let token = "06h0s4d000fjmp176aewb13m37fk8cfrgr1g"
        static let digest = "f8f49dc41f84e07d4c038a1eab4dc4c7"
        static let masked = "fc02acef22c16629c04220ec4f77675e"
        static let root = "9a6b6c8c450c2b6decca31d688a4617f"
    }
}
