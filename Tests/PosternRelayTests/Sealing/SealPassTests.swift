import PosternCore
import PosternRelay
import PosternSealing
import PosternStore
import Testing

@Suite("A pass finds every record that is not under the newest key in today's form, and each once (K7)")
struct SealPassTests {
    private static func key(_ mark: UInt8) -> SealingKey {
        SealingKey(purpose: .address, suite: .x25519, epoch: nil, publicHalf: [UInt8](repeating: mark, count: 32))
    }

    private static func id(_ number: Int) -> RecipientID { RecipientID(high: 1, low: UInt64(number)) }

    private static let head = Seal.head(ofAddressesTo: key(1))

    /// The beginning of a seal → whether it is to be sealed again.
    @Test(
        arguments: [
            (head, false), (nil, false), (Seal.head(ofAddressesTo: key(2)), true), ([0x50, 0x53, 2] + head.dropFirst(3), true),
            ([0x50, 0x53, 1] + head.dropFirst(3), true), ([], true), (Array(head.dropLast()), true),
        ] as [([UInt8]?, Bool)])
    func `By how it begins`(head: [UInt8]?, isStale: Bool) {
        let pass = SealPass(to: Self.key(1))
        let page = [Recipients.SealHead(recipient: Self.id(1), head: head)]
        #expect(pass.batches(in: page) == (isStale ? [[Self.id(1)]] : []))
    }

    @Test(arguments: [(0, []), (1, [1]), (64, [64]), (65, [64, 1]), (1_000, Array(repeating: 64, count: 15) + [40])])
    func `So many at a time as one request takes`(count: Int, sizes: [Int]) {
        let page = (0..<count).map { Recipients.SealHead(recipient: Self.id($0), head: [1]) }
        let batches = SealPass(to: Self.key(1)).batches(in: page)
        #expect(batches.map(\.count) == sizes)
        #expect(batches.flatMap { $0 } == page.map(\.recipient))
    }

    @Test func `Anyone who is refused counts once, however often a page is looked at, and the first hundred are named`() {
        var pass = SealPass(to: Self.key(1))
        #expect(pass.standing.isUnderWay && pass.standing.key == pass.key.description)
        for _ in 0..<2 {
            let refused = (0..<130).map { (Self.id($0), SealStanding.Refused(recipient: "photos/p\($0)", why: "no")) }
            pass.note(resealed: 10, refused: Dictionary(uniqueKeysWithValues: refused))
        }
        #expect(pass.standing.resealed == 20 && pass.standing.refused == 130)
        #expect(pass.standing.some.map(\.recipient) == (0..<100).map { "photos/p\($0)" })
        pass.end()
        #expect(!pass.standing.isUnderWay)
    }
}
