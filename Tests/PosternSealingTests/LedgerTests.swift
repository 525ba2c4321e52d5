import Crypto
import PosternCore
import PosternSealing
import PosternTestSupport
import Testing

@Suite("What came for a member opens with the key of its day, for that member alone")
struct LedgerTests {
    private let day = Epoch(day: 20_000)
    private let pat = RecipientID(high: 1, low: 1)
    private let id = LetterID(high: 7, low: 7)

    private func ledger(_ byte: UInt8 = 3, _ epoch: Epoch? = nil) -> LedgerDay {
        LedgerDay(epoch: epoch ?? day, secret: LedgerDay.secret(under: SymmetricKey(data: [UInt8](repeating: byte, count: 32))))
    }

    private func summary() throws -> LetterSummary {
        LetterSummary(
            visitorName: try HeaderText("Vera", limit: 100), subject: try HeaderText("Your photo", limit: 150), about: nil,
            sharesAddress: false)
    }

    @Test func `Masked at acceptance, it opens for the member and for nobody else`() throws {
        let key = SummaryKey(bytes: Array(1...16))
        let sealed = try key.seal(try summary(), of: id)
        let own = try #require(ledger().key(of: pat))
        let masked = own.masking(key, of: id).bytes
        #expect(masked != key.bytes)
        #expect(own.summary(sealed, under: masked, of: id) == (try summary()))
        let others = [
            try #require(ledger().key(of: RecipientID(high: 1, low: 2))), try #require(ledger(4).key(of: pat)),
        ]
        for other in others { #expect(other.summary(sealed, under: masked, of: id) == nil) }
        #expect(own.summary(sealed, under: masked, of: LetterID(high: 7, low: 8)) == nil)
        #expect(own.summary(sealed, under: [], of: id) == nil)
        #expect(own.summary(sealed, under: key.bytes, of: id) == nil)
    }

    @Test func `Of many keys the one of the day is taken`() throws {
        let key = SummaryKey(bytes: Array(1...16))
        let sealed = try key.seal(try summary(), of: id)
        let keys = try (0..<30).map { try #require(ledger(UInt8($0), Epoch(day: 19_980 + Int32($0))).key(of: pat)) }
        let own = try #require(keys.first { $0.epoch == day })
        let masked = own.masking(key, of: id).bytes
        #expect(keys.summary(sealed, under: masked, of: id, begun: day.start + .hours(3)) == (try summary()))
        #expect(keys.summary(sealed, under: masked, of: id, begun: day.end) == nil)
        #expect([LedgerKey]().summary(sealed, under: masked, of: id, begun: day.start) == nil)
    }

    @Test func `No two conversations and no two days have one mask`() throws {
        let key = SummaryKey(bytes: [UInt8](repeating: 0, count: 16))
        let masks = try (0..<50).flatMap { number in
            try [ledger(3), ledger(5)].map { day in
                try #require(day.key(of: pat)).masking(key, of: LetterID(high: 7, low: UInt64(number))).bytes
            }
        }
        #expect(Set(masks).count == 100)
    }

    @Test func `What is reported is the letter, or what came after it, without its links`() throws {
        var raw = RawLetter()
        (raw.name, raw.email, raw.subject, raw.message) = ("Vera", "vera@visitor.example", "Your photo", "I like it.")
        let letter = try raw.validated()
        let whole = try ReportCoding.content(of: ReportCoding.bytes(of: letter))
        #expect(whole.letter == letter && !whole.isReply)
        let reply = Reply(author: .visitor, text: try LetterText("You will be sorry.", limit: Letter.Limit.message))
        let later = try ReportCoding.content(of: ReportCoding.bytes(of: letter, reported: reply))
        #expect(later.letter.text == reply.text && later.letter.subject == letter.subject && later.isReply)
        #expect(throws: SealFault.badContent) { try ReportCoding.content(of: LetterCoding.bytes(of: letter)) }
        // The longest letter of four-byte characters still fits a seal.
        raw.message = String(repeating: "\u{1F600}", count: Letter.Limit.message)
        let longest = ReportCoding.bytes(of: try raw.validated())
        #expect(longest.count + 256 < Seal.longest)
    }

    @Test func `A credential's digest is its own, and does not show it`() throws {
        let (id, code) = (SiteTokenID(high: 1, low: 1), [UInt8](repeating: 9, count: 16))
        let token = try #require(SiteToken(id, code: code))
        #expect(token.digest.count == 16 && token.digest != code)
        let other = try #require(SiteToken(SiteTokenID(high: 1, low: 2), code: code))
        #expect(token.digest != other.digest)
    }
}
