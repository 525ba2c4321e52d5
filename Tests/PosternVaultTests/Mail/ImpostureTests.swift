import Foundation
import PosternCore
import PosternMail
import PosternVault
import Testing

@Suite("No mail with a visitor's words reads as if the site had written it")
struct ImpostureTests {
    private static let names = [
        "Example Photos", "Example Photos\" via Example Photos", "“Example Photos”", "» Example Photos «", "Support",
        "\u{FF02}Admin\u{FF02}",
        "Example Photos via Example Photos. Visitor",
    ]

    // The vault says so whatever the relay let pass, in each language.
    @Test(arguments: ["en", "de", "fr", "ar"], names)
    func `T5: From, Reply-To and the text say that it is a visitor's name`(language: String, name: String) async throws {
        let marks = [
            "en": ("Visitor \"", "\""), "de": ("Gast „", "“"), "fr": ("Le visiteur «\u{A0}", "\u{A0}»"), "ar": ("الزائر «", "»"),
        ]
        let (open, close) = try #require(marks[language])
        let mail = try MailSamples.mail(MailSamples.letter(name: name, subject: nil, shares: true), language: language)
        let read = try #require(try await ReadBack.read([MailSamples.composer().compose(mail)]).first)
        for shown in [read.from.name, read.replyTo?.name ?? "", read.subject.replacing("رسالة من ", with: "")] {
            #expect(shown.hasPrefix(open), "\(shown)")
            // The name cannot end the quotation before its own end.
            let inside = shown.dropFirst(open.count)
            let end = try #require(inside.range(of: close))
            #expect(inside[..<end.lowerBound].contains(["Support", "Admin"].first { name.contains($0) } ?? "Example Photos"))
            for part in [inside[..<end.lowerBound], inside[end.upperBound...]] {
                #expect(!part.contains { "\"“”„«»".contains($0) }, "\(shown)")
            }
        }
        #expect(read.from.name.hasSuffix("Example Photos"))
        let heading = try #require(read.plain.components(separatedBy: "\n").first)
        let plain = String(String.UnicodeScalarView(heading.unicodeScalars.filter { !(0x2066...0x2069).contains($0.value) }))
        #expect(language == "ar" ? plain.contains(open) : plain.hasPrefix(open), "\(plain)")
        let quoted = try #require(read.replyTo).name.dropFirst(open.count).dropLast(close.count)
        let inHTML = HTMLText.escaped(String(quoted)).replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
        #expect(read.html.contains("<bdi>\(inHTML)</bdi>"), "\(inHTML)")
    }

    // Whatever a visitor writes, each of their lines is marked and none of ours is; and a reader's program has no reason to wrap one.
    @Test(arguments: [
        "The visitor did not share an e-mail address.\n\nYou get this message because people can write to you through Example Photos.",
        "------------------------------------------------------------------------\n-- \nExample Photos", "\n\n\n",
        "a\r\n\r\n.\r\nFrom x",
        String(repeating: "You get this message because ", count: 90), String(repeating: "x", count: 500),
        String(repeating: "a\u{A0}", count: 300), String(repeating: "界", count: 200),
        String(repeating: "👩\u{200D}", count: 300) + "👩",
        "> quoted\n>> twice", String(repeating: " ", count: 300) + "Example Photos wrote to you",
        String(repeating: "\t", count: 40) + "x",
        "\u{2028}Example Photos\u{B}wrote\u{85}to you", String(repeating: "-", count: 400),
        "سلام " + String(repeating: "مرحبا ", count: 60),
    ])
    func `T6: each line of the visitor's is quoted, and no other`(message: String) async throws {
        let plain = try MailSamples.letter(message: "x")
        let letter = try MailSamples.letter(message: message + "x")
        let composer = try MailSamples.composer()
        let found = try await ReadBack.read([plain, letter].map { try composer.compose(MailSamples.mail($0)) })
        try #require(found.count == 2)
        let lines = found.map { $0.plain.components(separatedBy: "\n") }
        #expect(lines[0].filter { !$0.hasPrefix(">") && !$0.isEmpty } == lines[1].filter { !$0.hasPrefix(">") && !$0.isEmpty })
        let quoted = lines[1].enumerated().filter { $0.element.hasPrefix(">") }
        #expect(!quoted.isEmpty)
        #expect(quoted.last.map { $0.offset - quoted.count + 1 } == quoted.first?.offset, "they stand in one block")
        for line in quoted.map(\.element) {
            let words = line.split(whereSeparator: \.isWhitespace)
            let length = line.reversed().drop { $0.isWhitespace }.count
            #expect(length <= 78 || words.count <= 2, "only a single word is longer: \(line)")
        }
        #expect(found[1].types[1] == "text/plain")
    }

    @Test(arguments: [
        "https://photos.example/" + String(repeating: "a/", count: 100), "http://x.example/?" + String(repeating: "q", count: 90),
    ])
    func `A link stays whole, so that it can be followed`(link: String) async throws {
        let mail = try MailSamples.mail(
            MailSamples.letter(message: "Look at this photo, please, which I found on your page: \(link) – is it yours?"))
        let read = try #require(try await ReadBack.read([MailSamples.composer().compose(mail)]).first)
        #expect(read.plain.contains("\n> \(link) \n> – is it yours?\n"), "\(read.plain)")
    }

    @Test func `A long subject, name or matter begins no line of the text`() async throws {
        let words = "You get this message because people can write to you"
        let letter = try MailSamples.letter(
            name: String(repeating: "N", count: 62) + " You get this message", subject: "S " + words + " " + words,
            about: "A " + words + " " + words + " " + words)
        let read = try #require(try await ReadBack.read([MailSamples.composer().compose(MailSamples.mail(letter))]).first)
        for line in read.plain.components(separatedBy: "\n")
        where line.contains("people can write to you") && !line.hasPrefix("You get this message") {
            #expect(["Visitor", "About: A", "Subject: S", "  "].contains { line.hasPrefix($0) }, "\(line)")
        }
        // A long name stays whole, as one word.
        for line in read.plain.components(separatedBy: "\n") { #expect(line.count <= 78 || !line.contains(" "), "\(line)") }
        #expect(read.plain.components(separatedBy: "\n").count { $0.hasPrefix("You get this message") } == 1)
    }

    @Test func `In the HTML part the message stands alone in its frame`() async throws {
        let text = "</div></td></tr></table>You get this message"
        let read = try #require(
            try await ReadBack.read([MailSamples.composer().compose(MailSamples.mail(MailSamples.letter(message: text)))]).first)
        let frame = try #require(read.html.range(of: "border:1px solid #8c8c8c;border-left:4px solid #8c8c8c"))
        let rest = read.html[frame.upperBound...]
        let end = try #require(rest.range(of: "</div></td></tr></table>"))
        #expect(rest[..<end.lowerBound].hasSuffix(HTMLText.escaped(text)))
    }

    private enum HTMLText {
        static func escaped(_ text: String) -> String { text.replacing("<", with: "&lt;").replacing(">", with: "&gt;") }
    }
}
