import PosternCore
import Testing

@Suite("A block meets the letters it means, for as long as it lasts")
struct BlockTests {
    private static let now = Timestamp(seconds: 1_795_514_709)
    private static let today = Epoch(containing: now)

    private func question(
        _ client: String = "192.0.2.7", domain: String = "mail.spam.example", subject: String = "Hello",
        text: String = "Buy\n now"
    ) throws -> BlockQuestion {
        BlockQuestion(
            client: try #require(ClientAddress(text: client)), tags: [Tag(value: 7), Tag(value: 8)], epoch: Self.today,
            senderDomain: domain, subject: FoldedText(subject), text: FoldedText(text))
    }

    @Test(arguments: [
        (Block.Mark.tag(Tag(value: 8), today), true), (.tag(Tag(value: 8), today.next), false),
        (.tag(Tag(value: 9), today), false),
        (.domain("spam.example"), true), (.domain("mail.spam.example"), true), (.domain("am.example"), false),
        (.domain("example"), true), (.phrase(FoldedText("BUY   NOW")), true), (.phrase(FoldedText("buy later")), false),
        (.phrase(FoldedText("hello")), true),
    ])
    func `A mark meets or does not`(mark: Block.Mark, meets: Bool) throws {
        #expect(mark.meets(try question()) == meets)
    }

    @Test(arguments: [("192.0.2.0/24", true), ("192.0.2.7", true), ("192.0.3.0/24", false), ("2001:db8::/32", false)])
    func `A typed network meets its addresses`(range: String, meets: Bool) throws {
        #expect(Block.Mark.range(try AddressRange(range)).meets(try question()) == meets)
    }

    @Test func `What is over or of another day asks for nothing`() throws {
        func block(_ id: Int64, _ mark: Block.Mark, _ expires: Timestamp?) -> Block {
            Block(id: id, mark: mark, effect: id == 1 ? .refuse : .hold, reason: "x", added: Self.now, expires: expires)
        }
        let list = BlockList([
            block(1, .domain("spam.example"), nil), block(2, .domain("spam.example"), Self.now + .seconds(1)),
            block(3, .domain("spam.example"), Self.now),
        ])
        #expect(
            list.parts(for: try question(), at: Self.now) == [
                Verdict.Part(.block, .refuse, block: 1), Verdict.Part(.block, .hold, block: 2),
            ])
        let tag = block(4, .tag(Tag(value: 7), Self.today), nil)
        #expect(tag.isActive(at: Self.now))
        #expect(!tag.isActive(at: Self.today.end))
    }

    @Test(arguments: [
        ("  Buy\u{200B} NOW\t\n!", "buy now !"), ("Straße", "straße"), ("\u{202E}abc", "abc"), ("", ""), ("a\u{00AD}b", "ab"),
    ])
    func `Texts are compared without what is cheap to change`(text: String, folded: String) {
        #expect(FoldedText(text).text == folded)
    }

    @Test func `Tags come back from their text, and other texts are none`() {
        for value in [0, 1, 0xFFFF_FFFF_FFFF_FFFF, 0x0123_4567_89AB_CDEF] as [UInt64] {
            #expect(Tag(Tag(value: value).description) == Tag(value: value))
        }
        for text in ["", "0", "zzzzzzzzzzzzz", "gzzzzzzzzzzzz", "0123456789abil"] { #expect(Tag(text) == nil) }
    }

    @Test func `A client has the prefixes it is counted by`() throws {
        #expect(try #require(ClientAddress(text: "192.0.2.7")).prefixes.map(\.length) == [32, 24])
        let six = try #require(ClientAddress(text: "2001:db8:1:2:3:4:5:6")).prefixes
        #expect(six.map(\.length) == [64, 56, 48])
        #expect(six.map(\.bytes.count) == [8, 7, 6])
        #expect("\(six[0])" == "‹client prefix›")
    }
}
