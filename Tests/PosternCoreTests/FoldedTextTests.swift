import Foundation
import PosternCore
import PosternTestSupport
import Testing

@Suite("Texts are compared without what costs nothing to change")
struct FoldedTextTests {
    // As written → as compared: NFKC and case folding, then invisible characters, accents and look-alikes.
    @Test(arguments: [
        ("  Buy\u{200B} NOW\t\n!", "buy now !"), ("Straße", "strasse"), ("\u{202E}abc", "abc"), ("", ""), ("a\u{00AD}b", "ab"),
        ("Ｂｕｙ ①  ﬁne", "buy 1 fine"), ("𝓫𝓾𝔂 𝐧𝐨𝐰", "buy now"), ("é e\u{301} É", "e e e"), ("\u{130}ıI", "iii"),
        ("ΣΑΣ σας", "oao oao"),
        ("ВUY nоw", "buy now"), ("sᴜᴘᴘᴏʀᴛ 🅱🅤🇾", "support buy"), ("Suppørt", "support"), ("don’t – “x”", "don't - \"x\""),
        ("한국", "한국"), ("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}", "한국"),
        ("ｶﾞ が か\u{3099}", "カ\u{3099} か\u{3099} か\u{3099}"),
        ("الـدَّعم إدارة", "الدعم اداره"), ("\u{FDFA}", "صلي الله عليه وسلم"), ("ありがとう 界", "ありか\u{3099}とう 界"), ("ขำ", "ข\u{E4D}า"),
        ("क़", "क\u{93C}"), ("\u{A0}a\u{3000}b", "a b"), ("Ⅷ ㎏ ½", "viii kg 1⁄2"), ("а\u{E0041}b\u{FE0F}", "ab"),
    ])
    func `A text is folded as NFKC and case folding have it, and further`(text: String, folded: String) {
        let found = FoldedText(text).text
        #expect(found.unicodeScalars.elementsEqual(folded.unicodeScalars), "\(found)")
    }

    // What NFKC and case folding make equal folds to one text. Every letter was tried once; a test need not take a minute.
    @Test(
        arguments: [
            0xA0...0x24F, 0x370...0x52F, 0x1E00...0x1EFF, 0x2100...0x218F, 0x3300...0x33FF, 0xFB00...0xFB4F, 0xFF00...0xFFEF,
            0x1D400...0x1D4FF,
        ] as [ClosedRange<UInt32>])
    func `Letters fold as their compatibility forms and their capitals do`(block: ClosedRange<UInt32>) {
        let different = block.compactMap { Unicode.Scalar($0) }.filter { scalar in
            let (text, folded) = (String(scalar), FoldedText(String(scalar)))
            return FoldedText(text.decomposedStringWithCompatibilityMapping) != folded
                || FoldedText(text.precomposedStringWithCompatibilityMapping) != folded
                || (scalar.properties.changesWhenUppercased && FoldedText(text.uppercased()) != folded)
        }
        #expect(different == [])
    }

    // The time and the length follow from how much is read, whatever is written: an attack once made it long with U+0130.
    @Test(arguments: [
        "a", "\u{130}", "\u{1E9E}", "\u{0300}", "\u{FDFA}", "\u{200D}", "\u{1F468}\u{200D}", "\u{0958}", "\u{AC00}", "\u{1100}",
        "e\u{301}\u{327}", "𝓪", "\u{E0041}",
    ])
    func `Folding reads no more than it may, and costs as much for the worst text as for any`(letter: String) {
        let text = String(repeating: letter, count: 20_000 / letter.unicodeScalars.count)
        let start = FoldedText(text, limit: 4_000)
        #expect(start.count <= 18 * 4_000)
        #expect(FoldedText(text).bytes.starts(with: start.bytes))
        let took = Figure.processorTime { _ = FoldedText(text) }
        let name = "20,000 of U+\(String(letter.unicodeScalars.first?.value ?? 0, radix: 16)) folded"
        #expect(Figure.isCheap(name, took, limit: .milliseconds(200)))
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
