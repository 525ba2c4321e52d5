import PosternCore
import Testing

@Suite("A client is counted by its prefixes, and seen by its tags")
struct ClientPrefixTests {
    @Test func `A client has the prefixes it is counted by`() throws {
        #expect(try #require(ClientAddress(text: "192.0.2.7")).prefixes.map(\.length) == [32, 24])
        let six = try #require(ClientAddress(text: "2001:db8:1:2:3:4:5:6")).prefixes
        #expect(six.map(\.length) == [64, 56, 48])
        #expect(six.map(\.bytes.count) == [8, 7, 6])
        #expect("\(six[0])" == "‹client prefix›")
    }

    @Test func `Every tag reads its own text, and other texts are no tags`() {
        for value in [0, 1, 0xFFFF_FFFF_FFFF_FFFF, 0x0123_4567_89AB_CDEF] as [UInt64] {
            #expect(Tag(Tag(value: value).description) == Tag(value: value))
        }
        for text in ["", "0", "zzzzzzzzzzzzz", "gzzzzzzzzzzzz", "0123456789abil"] { #expect(Tag(text) == nil) }
    }
}
