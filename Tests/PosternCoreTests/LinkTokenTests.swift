import PosternCore
import Testing

@Suite("A link's token is read as people and mail programs pass it on, and is nothing else")
struct LinkTokenTests {
    private static let token = LinkToken(madeAt: 0x01A2_6A1B_2C3D, of: (0..<16).map { $0 * 16 + 7 })

    @Test func `It is written as 36 characters that read back`() {
        let text = Self.token.text
        #expect(text.utf8.count == 36)
        #expect(text.utf8.allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".utf8.contains($0) })
        #expect(LinkToken(text: text) == Self.token)
        #expect(Self.token.bytes.count == 22 && Self.token.bytes.prefix(6) == [0x01, 0xA2, 0x6A, 0x1B, 0x2C, 0x3D])
    }

    @Test func `Every token reads back, whatever its bytes`() throws {
        for octet in [UInt8.min, 1, 0x55, 0x7F, 0x80, 0xAA, 0xFE, .max] {
            for moment in [UInt64.min, 1, 0x8000_0000_0000, 0xFFFF_FFFF_FFFF] {
                let token = try #require(LinkToken(madeAt: moment, secret: [UInt8](repeating: octet, count: 16)))
                #expect(LinkToken(text: token.text) == token)
                #expect(LinkToken(text: token.text.uppercased()) == token)
            }
        }
    }

    // What mail programs leave at the end of a link that stood in a sentence or in brackets.
    @Test(arguments: [
        "", ".", ",", ";", ":", "!", "?", ")", "]", ">", "\"", "'", "*", "_", "-", "/", ").", ">.", "»", "…", "”", "。", "=", " ",
    ])
    func `What follows it in a sentence is not part of it`(after: String) {
        #expect(LinkToken(text: Self.token.text + after) == Self.token)
        #expect(LinkToken(text: Self.token.text.uppercased() + after) == Self.token)
    }

    private static let foreign: [String] = {
        let text = token.text
        var all = ["", ".", "0", String(text.dropLast()), text + "0", text + text, "0" + text, "." + text, " " + text]
        // Letters that the alphabet leaves out, in both cases, and neighbours of its ranges in ASCII.
        for character in [
            "i", "l", "o", "u", "I", "L", "O", "U", "/", ":", "@", "[", "`", "{", "%", "\u{0}", "ß", "а", "٣", "０", "\u{FF41}",
        ] {
            for place in [0, 15, 35] {
                var characters = Array(text)
                characters[place] = Character(character)
                all.append(String(characters))
            }
        }
        return all + [text + String(repeating: ".", count: 8) + text, text + String(repeating: "x", count: 100_000)]
    }()

    @Test(arguments: foreign)
    func `Anything else is no token`(text: String) {
        let read = LinkToken(text: text)
        // Cut off after what may follow a link.
        #expect(read == nil || text.hasPrefix(Self.token.text + "........"))
    }

    @Test(arguments: [0, 15, 17, 32])
    func `A secret has sixteen bytes`(count: Int) {
        #expect(LinkToken(madeAt: 1, secret: [UInt8](repeating: 1, count: count)) == nil)
        #expect(LinkSecret(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test(arguments: [
        (Int64(-1), UInt64(0)), (0, 0), (999, 999), (1_795_507_200_999, 1_795_507_200_999), (.max, 0xFFFF_FFFF_FFFF), (.min, 0),
    ])
    func `It has the millisecond of its moment`(milliseconds: Int64, expected: UInt64) {
        #expect(LinkToken.milliseconds(of: Timestamp(milliseconds: milliseconds)) == expected)
    }

    @Test func `Printing it shows nothing of it`() throws {
        let secret = try #require(LinkSecret(bytes: [UInt8](repeating: 0xCA, count: 16)))
        for value in [Self.token as Any, secret as Any, [Self.token] as Any] {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                #expect(!text.contains("202") && !text.contains(Self.token.text) && !text.contains("1797076495421"), "\(text)")
            }
        }
    }
}
