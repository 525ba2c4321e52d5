import PosternCore
import PosternSealing
import Testing

@Suite("A letter that an earlier version sealed opens")
struct FormerLetterTests {
    private func sealed(
        name: String, subject: String?, message: String, about: String? = nil, address: String = "vera@visitor.example"
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt8(2))
        writer.write(name)
        writer.write(address)
        writer.write(subject)
        writer.write(message)
        writer.write(about)
        writer.write(false)
        return writer.bytes
            + [UInt8](repeating: 0, count: LetterCoding.paddedLength(writer.bytes.count) - writer.bytes.count)
    }

    // What that version kept and this one drops, as a whole field and within one.
    @Test(arguments: ["\u{200D}", "\u{3164}", "\u{FE0F}", "\u{200F}", "\u{2800}", "\u{180B}\u{17B4}", "\u{E000}\u{FFA0}"])
    func `Whatever it took for visible`(text: String) throws {
        let letter = try LetterCoding.letter(from: sealed(name: text, subject: text, message: text, about: text))
        #expect(!letter.name.text.isEmpty && !letter.text.text.isEmpty)
        let other = try LetterCoding.letter(from: sealed(name: "Vera\(text)", subject: "a\(text)b", message: "x\(text)\ny"))
        #expect(other.name.text.hasPrefix("V") && other.text.text.hasSuffix("\ny") && other.subject?.text.hasSuffix("b") == true)
    }

    @Test func `What is sealed now is read back byte for byte`() throws {
        var raw = RawLetter()
        raw.name = "葛\u{E0100} 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F} \u{92}\u{200B}"
        (raw.email, raw.subject) = ("\u{FEFF}Vera <vera＠visitor。example>\u{A0}", "a\u{1E}b\r\n")
        raw.message = "ខ្ញុំ\u{200B}ស្រលាញ់\u{B}don\u{92}t\u{2}\u{202E}\r\nక్\u{200C}ష"
        let letter = try raw.validated()
        #expect(try LetterCoding.letter(from: LetterCoding.bytes(of: letter)) == letter)
        let again = try LetterCoding.letter(from: LetterCoding.bytes(of: letter))
        #expect(again.text.text.unicodeScalars.elementsEqual(letter.text.text.unicodeScalars))
        #expect(letter.replyAddress.text == "vera@visitor.example")
    }

    // A relay that was taken over may seal anything.
    @Test(arguments: ["", "a\nBcc: x@evil.example", String(repeating: "x", count: 101)])
    func `A field that no version made does not`(name: String) {
        #expect(throws: SealFault.badContent) { try LetterCoding.letter(from: sealed(name: name, subject: nil, message: "x")) }
    }
}
