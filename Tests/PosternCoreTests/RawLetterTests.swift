import PosternCore
import Testing

@Suite("A letter is taken whole, or all its faults are named")
struct RawLetterTests {
    private func good() -> RawLetter {
        var raw = RawLetter()
        (raw.name, raw.email, raw.subject, raw.message) = ("Vera Visitor", "vera@visitor.example", "Your photo", "I like it.")
        return raw
    }

    @Test func `All faults come in one answer, in the order of the form`() throws {
        var raw = RawLetter()
        raw.email = "not an address"
        raw.subject = String(repeating: "x", count: 200)
        raw.about = "a\nb"
        let faults = try #require(throws: LetterFaults.self) { try raw.validated() }
        #expect(faults.all.map(\.field) == [.name, .email, .subject, .message, .about])
        #expect(faults.all.map(\.code) == ["required", "not_an_address", "too_long", "required", "line_break"])
        #expect(faults.all.allSatisfy { !$0.message.isEmpty })
    }

    @Test func `Subject and what it is about may be empty`() throws {
        var raw = good()
        (raw.subject, raw.about) = ("", "  ")
        let letter = try raw.validated()
        #expect(letter.subject == nil)
        #expect(letter.about == nil)
        #expect(!letter.sharesAddress)
    }

    /// Field → the longest text that passes.
    @Test(arguments: [(LetterField.name, 100), (.subject, 150), (.message, 20_000), (.about, 200)])
    func `The limits hold to the code point`(field: LetterField, limit: Int) throws {
        func raw(_ count: Int) -> RawLetter {
            var raw = good()
            let text = String(repeating: "é", count: count)
            switch field {
            case .name: raw.name = text
            case .subject: raw.subject = text
            case .message: raw.message = text
            case .about: raw.about = text
            case .email: break
            }
            return raw
        }
        _ = try raw(limit).validated()
        let faults = try #require(throws: LetterFaults.self) { try raw(limit + 1).validated() }
        #expect(faults.all.map(\.field) == [field])
        #expect(faults.all.first?.message.contains("\(limit)") == true)
    }

    // The body of a post has 256 KiB. What is far too long is counted, not looked up character by character.
    @Test(arguments: [
        "a", " ", "\u{130}", "\u{0301}", "\u{200B}", "\u{FDFA}", "\u{1F468}\u{200D}", "\u{1F1E6}", "\r\n", "\u{3000}",
    ])
    func `A field of 250 KB of anything is too long, and says how long it is`(letter: String) throws {
        let count = 250_000 / letter.utf8.count
        let text = String(repeating: letter, count: count)
        #expect(throws: TextFault.tooLong(limit: 20_000, count: letter == "\r\n" ? count : count * letter.unicodeScalars.count)) {
            try LetterText(text, limit: 20_000)
        }
        #expect(throws: TextFault.tooLong(limit: 100, count: count * letter.unicodeScalars.count)) {
            try HeaderText(text, limit: 100)
        }
        #expect(throws: AddressFault.tooLong(octets: text.utf8.count)) { try EmailAddress(text) }
    }

    @Test(arguments: ["\u{130}", "\u{0301}", "\u{FDFA}", "\u{1F468}\u{200D}", "\u{0958}", "\u{202E}a", "e\u{0301}\u{0302}"])
    func `No text is longer after it was checked than before`(letter: String) throws {
        let text = "x" + String(repeating: letter, count: 20_000 / letter.unicodeScalars.count - 1)
        let checked = try LetterText(text, limit: 20_000).text
        #expect(checked.unicodeScalars.count <= text.unicodeScalars.count && checked.utf8.count <= text.utf8.count)
    }
}
