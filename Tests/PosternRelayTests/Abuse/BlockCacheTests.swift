import PosternCore
import PosternRelay
import Testing

@Suite("The blocks at hand are those of the newest reading")
struct BlockCacheTests {
    @Test func `A reading that comes back late takes no block away`() throws {
        let now = Timestamp(seconds: 1_795_514_709)
        let question = BlockQuestion(
            client: try #require(ClientAddress(text: "192.0.2.7")), tags: [], epoch: Epoch(containing: now),
            senderDomain: "spam.example", subject: FoldedText("Hello"), text: FoldedText("Buy now"))
        let block = Block(id: 1, mark: .domain("spam.example"), effect: .hold, reason: "x", added: now, expires: nil)
        let cache = BlockCache()
        let (early, late) = (cache.begin(), cache.begin())
        cache.show(BlockList([block]), of: late)
        cache.show(BlockList(), of: early)
        #expect(cache.parts(for: question, at: now) == [Verdict.Part(.block, .hold, block: 1)])
        cache.show(BlockList(), of: cache.begin())
        #expect(cache.parts(for: question, at: now).isEmpty)
    }
}
