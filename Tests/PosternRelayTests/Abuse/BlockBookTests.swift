import PosternCore
import PosternRelay
import Testing

@Suite("The blocks at hand are those of the newest reading")
struct BlockCacheTests {
    @Test func `a reading that comes back late takes no block away`() throws {
        let now = Timestamp(seconds: 1_795_514_709)
        let question = BlockQuestion(
            client: try #require(ClientAddress(text: "192.0.2.7")), tags: [], epoch: Epoch(containing: now),
            senderDomain: "spam.example", subject: FoldedText("Hello"), text: FoldedText("Buy now"))
        let block = Block(id: 1, mark: .domain("spam.example"), effect: .hold, reason: "x", added: now, expires: nil)
        let book = BlockCache()
        let (early, late) = (book.begin(), book.begin())
        book.show(BlockList([block]), of: late)
        book.show(BlockList(), of: early)
        #expect(book.parts(for: question, at: now) == [Verdict.Part(.block, .hold, block: 1)])
        book.show(BlockList(), of: book.begin())
        #expect(book.parts(for: question, at: now).isEmpty)
    }
}
