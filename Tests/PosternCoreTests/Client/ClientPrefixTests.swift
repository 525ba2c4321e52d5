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

    @Test(arguments: [
        ("  Buy\u{200B} NOW\t\n!", "buy now !"), ("Straße", "straße"), ("\u{202E}abc", "abc"), ("", ""), ("a\u{00AD}b", "ab"),
    ])
    func `A folded text has lost what costs nothing to change`(text: String, folded: String) {
        #expect(FoldedText(text).text == folded)
    }

    // Whatever the alphabet: as many bytes as the text has, or twice that where a letter has two in lower case.
    @Test(arguments: [
        "a", "\u{130}", "\u{1E9E}", "\u{0300}", "\u{FDFA}", "\u{200D}", "\u{1F468}\u{200D}", "\u{0958}", "\u{AC00}",
    ])
    func `Folding never makes a text longer than twice what was read, and reads no more than it may`(letter: String) {
        let text = String(repeating: letter, count: 20_000)
        let folded = FoldedText(text)
        #expect(folded.bytes.count <= text.utf8.count * 3 / 2)
        #expect(FoldedText(text, limit: 4_000).count <= 8_000)
        #expect(folded.bytes.starts(with: FoldedText(text, limit: 4_000).bytes))
        // What the standard library makes of it, letter by letter.
        let plain = text.lowercased().unicodeScalars.filter {
            !$0.properties.isDefaultIgnorableCodePoint && $0.properties.generalCategory != .format
        }
        #expect(folded.text.unicodeScalars.elementsEqual(plain))
    }

    @Test(arguments: [0, 1, 4_000, 20_000]) func `Each character is read once, and none after the last that counts`(limit: Int) {
        let reads = Reads(of: String(repeating: "A\u{130} \u{0301}", count: 5_000))
        _ = FoldedText(reads, limit: limit)
        #expect((limit...(limit + 1)).contains(reads.count))
    }

    /// Counts how many characters were read.
    private final class Reads: Sequence, IteratorProtocol {
        private var rest: Substring.UnicodeScalarView
        private(set) var count = 0

        init(of text: String) { rest = text.unicodeScalars[...] }

        func next() -> Unicode.Scalar? {
            count += 1
            return rest.popFirst()
        }
    }

    @Test func `A phrase is found where it is, and a text that repeats its beginning is read once`() {
        var randomness = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let text = String((0..<40).map { _ in "ab".randomElement(using: &randomness) ?? "a" })
            let phrase = String((0..<Int.random(in: 1...8, using: &randomness)).map { _ in "ab".randomElement() ?? "a" })
            #expect(FoldedText(text).contains(FoldedText(phrase)) == text.contains(phrase), "\(phrase) in \(text)")
        }
        let text = FoldedText(String(repeating: "a", count: 20_000) + "b")
        #expect(text.contains(FoldedText(String(repeating: "a", count: 199) + "b")))
        #expect(!text.contains(FoldedText(String(repeating: "a", count: 199) + "c")) && !text.contains(FoldedText("")))
    }
}
