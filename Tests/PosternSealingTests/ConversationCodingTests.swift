import PosternCore
import PosternSealing
import PosternTestSupport
import Testing

@Suite("A letter and a reply are opened as they were sealed, with their links, and nothing else is opened")
struct ConversationCodingTests {
    private static let links = LinkSecret(bytes: (0..<16).map { 200 - $0 })

    private func letter(_ message: String = "Hello") throws -> Letter {
        var raw = RawLetter()
        (raw.name, raw.email, raw.subject, raw.message, raw.about) = ("Vera", "vera@visitor.example", "Subject", message, "photo")
        return try raw.validated()
    }

    private static let texts = [
        "x", "Bcc: x@evil.example\n.\n\n--=_postern\n", "葛\u{E0100} ខ្ញុំ\u{200B}ស្រលាញ់\nక్\u{200C}ష",
        String(repeating: "👋", count: Letter.Limit.message), "<a href='https://evil.example'>",
    ]

    @Test(arguments: texts, [nil, "en", "ar"])
    func `A letter with its links and language`(message: String, tag: String?) throws {
        let language = try tag.map { try #require(Language($0)) }
        for recipient in [language, Language("de")] {
            let linked = LinkedLetter(
                try letter(message), links: try #require(Self.links), language: language, recipientLanguage: recipient)
            let bytes = LetterCoding.bytes(of: linked)
            #expect(bytes.count == LetterCoding.paddedLength(bytes.count))
            let content = try LetterCoding.content(of: bytes)
            #expect(content.letter == linked.letter && content.linked == linked)
            #expect(try LetterCoding.letter(from: bytes) == linked.letter)
        }
    }

    @Test func `A letter of the version before knows the visitor's language alone`() throws {
        let linked = LinkedLetter(try letter(), links: try #require(Self.links), language: .english)
        var bytes = LetterCoding.bytes(of: linked)
        // The language that is not there is a flag, and so a zero like those of the padding.
        bytes[0] = 3
        #expect(try LetterCoding.content(of: bytes).linked == linked)
    }

    @Test func `A letter of a former version has none`() throws {
        let letter = try letter()
        let second = LetterCoding.bytes(of: letter)
        #expect(second[0] == 2)
        #expect(try LetterCoding.content(of: second).letter == letter)
        #expect(try LetterCoding.content(of: second).linked == nil)
        var first = second
        first[0] = 1
        while first.last == 0 { first.removeLast() }
        // The last field is a flag, a zero of its own.
        #expect(try LetterCoding.content(of: first + [0]).letter == letter)
        #expect(try LetterCoding.content(of: first + [0]).linked == nil)
    }

    @Test func `What a repeated post is recognised by does not depend on its links`() throws {
        #expect(LetterCoding.bytes(of: try letter()) == LetterCoding.bytes(of: try letter()))
        let linked = LinkedLetter(try letter(), links: try #require(Self.links), language: nil)
        #expect(LetterCoding.bytes(of: linked) != LetterCoding.bytes(of: try letter()))
    }

    @Test(arguments: texts, Party.allCases)
    func `A reply with its author and links`(text: String, author: Party) throws {
        let linked = LinkedReply(
            Reply(author: author, text: try LetterText(text, limit: Letter.Limit.message)), links: try #require(Self.links))
        let bytes = ReplyCoding.bytes(of: linked)
        #expect(bytes.count == LetterCoding.paddedLength(bytes.count))
        #expect(try ReplyCoding.reply(from: bytes) == linked)
    }

    // A relay that was taken over may seal anything.
    @Test func `A reply that was cut, changed in its frame or made longer is refused`() throws {
        let linked = LinkedReply(
            Reply(author: .recipient, text: try LetterText("Hello", limit: 99)), links: try #require(Self.links))
        let bytes = ReplyCoding.bytes(of: linked)
        for count in 0..<bytes.count {
            #expect(throws: SealFault.badContent) { try ReplyCoding.reply(from: Array(bytes.prefix(count))) }
        }
        let isFrame = Set(0..<18).union(bytes.indices.dropFirst(23 + LinkSecret.length))
        for place in isFrame.sorted() {
            for value: UInt8 in [bytes[place] &+ 1, 0xFF] {
                var changed = bytes
                changed[place] = value
                #expect(throws: SealFault.badContent, "\(place)") { try ReplyCoding.reply(from: changed) }
            }
        }
        for more in [[0], [UInt8](repeating: 0, count: 256), [1]] {
            #expect(throws: SealFault.badContent) { try ReplyCoding.reply(from: bytes + more) }
        }
    }

    private func reply(author: String, text: String) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt8(1))
        writer.write(author)
        writer.write(text)
        writer.writeRaw([UInt8](repeating: 1, count: 16))
        let rest = LetterCoding.paddedLength(writer.bytes.count) - writer.bytes.count
        return writer.bytes + [UInt8](repeating: 0, count: rest)
    }

    @Test(arguments: [
        ("", "x"), ("Visitor", "x"), ("staff", "x"), ("visitor", ""), ("visitor", " \u{200B}\n"), ("recipient", "\u{2800}"),
        ("recipient", String(repeating: "x", count: Letter.Limit.message + 1)),
    ])
    func `An author that is no party, and a text that shows nothing or is too long, are refused`(author: String, text: String) {
        #expect(throws: SealFault.badContent) { try ReplyCoding.reply(from: reply(author: author, text: text)) }
    }

    @Test func `A letter is no reply, and a reply no letter`() throws {
        let linked = LinkedLetter(try letter(), links: try #require(Self.links), language: nil)
        for bytes in [LetterCoding.bytes(of: linked), LetterCoding.bytes(of: linked.letter)] {
            #expect(throws: SealFault.badContent) { try ReplyCoding.reply(from: bytes) }
        }
        #expect(throws: SealFault.badContent) { try LetterCoding.letter(from: reply(author: "visitor", text: "x")) }
    }

    @Test func `Bytes that nobody sealed are refused`() {
        var randomness = SeededRandomness(seed: 3)
        for count in 0..<400 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...3, using: &randomness) }
            #expect(throws: SealFault.badContent) { try ReplyCoding.reply(from: bytes) }
            #expect(throws: SealFault.badContent) { try LetterCoding.content(of: bytes) }
            #expect(throws: SealFault.badContent) { try LetterCoding.content(of: [3] + bytes) }
            #expect(throws: SealFault.badContent) { try LetterCoding.content(of: [4] + bytes) }
        }
    }

    // The rule: each of what a reply belongs to is authenticated with it.
    @Test func `A reply's seal is bound to its conversation, author, recipient and itself`() throws {
        let (one, two) = (LetterID(high: 1, low: 1), LetterID(high: 2, low: 2))
        let (pat, sam) = (RecipientID(high: 3, low: 3), RecipientID(high: 4, low: 4))
        let (site, club) = (try SiteID("photos"), try SiteID("club"))
        let (handle, other) = (try Handle("pat"), try Handle("sam"))
        let contexts = [
            SealContext.reply(one, by: .visitor, in: two, with: pat, handle, at: site),
            .reply(two, by: .visitor, in: two, with: pat, handle, at: site),
            .reply(one, by: .recipient, in: two, with: pat, handle, at: site),
            .reply(one, by: .visitor, in: one, with: pat, handle, at: site),
            .reply(one, by: .visitor, in: two, with: sam, handle, at: site),
            .reply(one, by: .visitor, in: two, with: pat, other, at: site),
            .reply(one, by: .visitor, in: two, with: pat, handle, at: club), .letter(one, to: pat, handle, at: site),
        ]
        let key = KeyID(of: [1], purpose: "letter")
        #expect(Set(contexts.map { $0.associatedData(key: key) }).count == contexts.count)
    }
}
