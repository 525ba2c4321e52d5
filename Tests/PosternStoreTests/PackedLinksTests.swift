import PosternCore
import PosternStore
import Testing

@Suite("The links of a first letter lie in its conversation's row")
struct PackedLinksTests {
    private static func bytes(_ value: UInt8) -> [UInt8] { Array(repeating: value, count: 16) }

    private static let links = LinkPurpose.allCases.enumerated().map { index, purpose in
        StoredLink(
            madeAt: 1, digest: bytes(UInt8(index)), purpose: purpose, conversation: LetterID(high: 1, low: 2),
            summaryKey: bytes(UInt8(100 + index)))
    }

    @Test func `Each is found by its digest and its purpose, and by nothing else`() {
        let packed = PackedLinks(Self.links)
        #expect(packed.bytes.count == Self.links.count * 33)
        for link in Self.links {
            for purpose in LinkPurpose.allCases {
                #expect(packed.summaryKey(of: link.digest, for: purpose) == (purpose == link.purpose ? link.summaryKey : nil))
            }
            #expect(packed.summaryKey(of: Self.bytes(77), for: link.purpose) == nil)
            #expect(packed.summaryKey(of: Array(link.digest.dropLast()), for: link.purpose) == nil)
        }
        #expect(PackedLinks([]).summaryKey(of: [], for: .reply) == nil)
    }

    @Test func `What somebody else put there leads nowhere`() {
        let packed = PackedLinks(Self.links).bytes
        let first = Self.links[0]
        for length in 0..<33 {
            #expect(PackedLinks(bytes: Array(packed.prefix(length))).summaryKey(of: first.digest, for: first.purpose) == nil)
        }
        #expect(PackedLinks(bytes: Array(packed.dropFirst())).summaryKey(of: first.digest, for: first.purpose) == nil)
    }

    // A mail of last month still has its link after an update.
    @Test func `A purpose is stored as it was before`() {
        #expect(Self.links.map { PackedLinks([$0]).bytes[0] } == [1, 2, 3, 4, 5, 6, 7])
    }
}
