import PosternCore
import PosternRelay
import PosternStore
import Testing

@Suite("Texts that are nearly the same have sketches that agree")
struct TextSketchTests {
    /// Under one key for both days.
    private func sketch(_ text: String) -> DatedSketch? {
        Pseudonyms { _ in [7] }.day(Epoch(day: 1))?.sketch(of: FoldedText(text))
    }

    private func agreement(_ one: String, _ other: String) throws -> Int {
        let (one, other) = (try #require(sketch(one)), try #require(sketch(other)))
        return zip(one.today, other.today).count { $0 == $1 }
    }

    private static let letter = """
        Dear Pat, I saw your photo “Harbour at dusk” and liked it very much. We are a young agency that sells prints to hotels, and we \
        would pay you 250 EUR for each picture. Please register at our site and upload ten of your best works before Friday. There is \
        no fee for the first month, and you can leave whenever you like. Kind regards, Victor of Example Prints.
        """

    // What changes from copy to copy: names, numbers, case, look-alikes, spaces, a sentence.
    @Test(arguments: [
        letter,
        letter.replacing("Pat", with: "Sam").replacing("“Harbour at dusk”", with: "“Old town”"),
        letter.replacing("250 EUR", with: "1,200 EUR").uppercased(),
        letter.replacing("a", with: "\u{430}").replacing(" ", with: "  "),
        letter.replacing("e", with: "e\u{301}"),
        "Hello! My name is Victor. " + letter,
        letter.replacing("There is no fee for the first month, and you can leave whenever you like. ", with: ""),
    ])
    func `A copy that was changed a little is near`(copy: String) throws {
        #expect(try agreement(Self.letter, copy) >= 3)
    }

    // The same things that visitors say, in their own words.
    @Test(arguments: [
        "Dear Pat, I saw your photo of the harbour and liked it very much. May I use it for the poster of our choir? We would name you.",
        "Hello, we met at the exhibition in June. You asked me to send you the address of the framer: it is Example Frames in the old town.",
        "Please register me for the walk on Sunday. I shall bring my daughter, who is nine and takes photos with an old camera of mine.",
    ])
    func `Another letter is not near`(other: String) throws {
        #expect(try agreement(Self.letter, other) < 3)
    }

    @Test func `Scripts without spaces are compared as well`() throws {
        let text = "私はあなたの港の写真がとても好きです。ホテルに写真を売る会社ですが、一枚につき二百ユーロをお支払いします。"
        #expect(try agreement(text, text.replacing("二百", with: "三百")) >= 3)
        #expect(try agreement(text, "昨日の展覧会でお会いしました。額縁屋の住所をお知らせします。旧市街の教会の隣にあります。よろしくお願いします。") < 3)
    }

    @Test(arguments: [
        "", "I like it.\nMay I print it?", "one two three four five six seven eight nine ten eleven",
        "!!! ??? --- *** ((( ))) ,,, ;;;",
    ])
    func `A short text is like no other`(text: String) {
        #expect(sketch(text) == nil)
    }

    @Test func `Another day's key gives other digests, and no word can be guessed without one`() throws {
        let text = FoldedText(Self.letter)
        let days = [[7], [8]].map { key in Pseudonyms { _ in key }.day(Epoch(day: 1))?.sketch(of: text) }
        let (one, other) = (try #require(days[0]), try #require(days[1]))
        #expect(zip(one.today, other.today).allSatisfy { $0 != $1 })
        #expect(one.today == one.tomorrow)
    }

    // `openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:8 SIPHASH` of the bytes 0 to 23.
    @Test func `The digest is SipHash-2-4`() {
        let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)
        let digest = SipHash(key: key).digest(0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908, 0x1716_1514_1312_1110)
        #expect(digest == 0xB8AD_50C6_F649_AF94)
    }
}
