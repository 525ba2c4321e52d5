import PosternCore
import PosternRelay
import PosternSealing
import Testing

@Suite("A block matches the letters it means, for as long as it lasts")
struct BlockTests {
    private static let now = Timestamp(seconds: 1_795_514_709)
    private static let today = Epoch(containing: now)

    private static let keys = SenderKeys(secrets: [Array(0..<32), Array(1...32)])

    private func cache(_ blocks: [Block], keys: SenderKeys? = keys) -> BlockCache {
        let cache = BlockCache { keys }
        cache.show(blocks, of: cache.begin())
        return cache
    }

    private func block(_ id: Int64, _ mark: Block.Mark, expires: Timestamp? = nil, refuse: Bool = false) -> Block {
        Block(id: id, mark: mark, effect: refuse ? .refuse : .hold, reason: "x", added: Self.now, expires: expires)
    }

    private func letter(domain: String = "mail.spam.example", subject: String = "Hello", text: String = "Buy\n now") throws
        -> Letter
    {
        var raw = RawLetter()
        (raw.name, raw.email, raw.subject, raw.message) = ("Vera", "vera@\(domain)", subject, text)
        return try raw.validated()
    }

    @Test(arguments: [
        (Block.Mark.domain("spam.example"), true), (.domain("mail.spam.example"), true), (.domain("am.example"), false),
        (.domain("example"), true), (.phrase(BlockedPhrase("BUY   NOW")), true), (.phrase(BlockedPhrase("buy later")), false),
        (.phrase(BlockedPhrase("hello")), true), (.tag(Tag(value: 8), today), false),
    ])
    func `A domain or a phrase matches what the letter says`(mark: Block.Mark, matches: Bool) throws {
        let parts = cache([block(1, mark)]).parts(for: try letter(), at: Self.now)
        #expect(parts == (matches ? [Verdict.Part(.block, .hold, block: 1)] : []))
    }

    // The second key is that of an earlier machine.
    @Test(arguments: [
        ("vera@mail.spam.example", true), ("VERA@Mail.Spam.Example", true), ("wera@mail.spam.example", false),
        ("vera@spam.example", false), ("vera+1@mail.spam.example", false),
    ])
    func `A sender's block matches one mailbox, in a letter and of somebody who joins`(typed: String, matches: Bool) throws {
        for digest in Self.keys.digests(of: try EmailAddress(typed)) {
            let cache = cache([block(1, .sender(digest), refuse: true)])
            let wanted = matches ? [Verdict.Part(.block, .refuse, block: 1)] : []
            #expect(cache.parts(for: try letter(), at: Self.now) == wanted)
            #expect(cache.parts(for: try letter().replyAddress, at: Self.now) == wanted)
        }
        #expect(Self.keys.digests(of: try EmailAddress(typed)).count == 2)
    }

    @Test func `A sender's block names neither a client nor words, and nobody once it is removed or its key is not known`() throws
    {
        let digest = try #require(Self.keys.digests(of: try letter().replyAddress).first)
        let client = try #require(ClientAddress(text: "192.0.2.7"))
        let cache = cache([block(1, .sender(digest))])
        #expect(cache.parts(for: client, tags: [], at: Self.now).isEmpty)
        #expect(cache.parts(for: try letter().text, at: Self.now).isEmpty)
        #expect(try self.cache([block(1, .sender(digest))], keys: nil).parts(for: letter(), at: Self.now).isEmpty)
        #expect(try self.cache([block(1, .sender(.forgotten))]).parts(for: letter(), at: Self.now).isEmpty)
    }

    // What a sender changes to get past a block, all for nothing.
    @Test(arguments: [
        "Ｂｕｙ now", "BUY\u{A0}NOW", "b\u{200B}u\u{AD}y now", "Вuy nоw", "𝐛𝐮𝐲 𝐧𝐨𝐰", "b\u{332}u\u{332}y\u{332} now", "bùý ñow",
        "ⓑⓤⓨ now",
    ])
    func `A phrase is found in whatever letters it is written`(text: String) throws {
        let parts = cache([block(1, .phrase(BlockedPhrase("Buy now")))]).parts(for: try letter(text: text), at: Self.now)
        #expect(parts == [Verdict.Part(.block, .hold, block: 1)])
    }

    @Test func `A phrase is shown to staff as it was typed`() {
        #expect(BlockedPhrase("  Чай\u{202E} für  Straße ").text == "Чай für Straße")
    }

    @Test(
        arguments: try [
            (Block.Mark.tag(Tag(value: 8), today), true), (.tag(Tag(value: 8), today.next), false),
            (.tag(Tag(value: 9), today), false), (.range(AddressRange("192.0.2.0/24")), true),
            (.range(AddressRange("192.0.2.7")), true), (.range(AddressRange("192.0.3.0/24")), false),
            (.range(AddressRange("2001:db8::/32")), false), (.domain("spam.example"), false),
        ])
    func `A tag or a range matches the client before its letter is read`(mark: Block.Mark, matches: Bool) throws {
        let client = try #require(ClientAddress(text: "192.0.2.7"))
        let parts = cache([block(1, mark)]).parts(for: client, tags: [Tag(value: 7), Tag(value: 8)], at: Self.now)
        #expect(parts == (matches ? [Verdict.Part(.block, .hold, block: 1)] : []))
    }

    @Test func `A block that has expired, or is of another day, asks for nothing`() throws {
        let cache = cache([
            block(1, .domain("spam.example"), refuse: true), block(2, .domain("spam.example"), expires: Self.now + .seconds(1)),
            block(3, .domain("spam.example"), expires: Self.now),
        ])
        #expect(
            cache.parts(for: try letter(), at: Self.now) == [
                Verdict.Part(.block, .refuse, block: 1), Verdict.Part(.block, .hold, block: 2),
            ])
        let tag = block(4, .tag(Tag(value: 7), Self.today))
        #expect(tag.isActive(at: Self.now))
        #expect(!tag.isActive(at: Self.today.end))
    }

    @Test func `A reading that comes back late takes no block away`() throws {
        let (cache, letter) = (BlockCache(), try letter())
        let (early, late) = (cache.begin(), cache.begin())
        cache.show([block(1, .domain("spam.example"))], of: late)
        cache.show([], of: early)
        #expect(cache.parts(for: letter, at: Self.now) == [Verdict.Part(.block, .hold, block: 1)])
        cache.show([], of: cache.begin())
        #expect(cache.parts(for: letter, at: Self.now).isEmpty)
    }
}
