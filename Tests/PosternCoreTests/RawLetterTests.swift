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
}
