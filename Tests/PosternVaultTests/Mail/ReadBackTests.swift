import Foundation
import PosternCore
import PosternMail
import PosternVault
import Testing

@Suite struct ReadBackTests {
    @Test func `Names, subjects and texts of every script survive an independent parser, 400 at random`() async throws {
        var random = Scribbler(seed: 0x0BAD_5EED)
        let composer = try MailSamples.composer()
        var letters: [Letter] = []
        var recipients: [String] = []
        var mails: [OutgoingMessage] = []
        for _ in 0..<400 {
            let letter = try MailSamples.letter(
                name: "n" + random.line(upTo: 90), subject: random.next() % 8 == 0 ? nil : "s" + random.line(upTo: 140),
                message: "m" + random.text(upTo: 900) + "m", about: random.next() % 2 == 0 ? nil : "a" + random.line(upTo: 190),
                shares: random.next() % 2 == 0)
            letters.append(letter)
            recipients.append(try HeaderText("r" + random.line(upTo: 90), limit: 100).text)
            mails.append(
                try composer.compose(
                    MailSamples.mail(letter, site: "Ünited Phötos", recipientName: recipients[recipients.count - 1])))
        }
        let found = try await ReadBack.read(mails)
        try #require(found.count == mails.count)
        for (index, read) in found.enumerated() {
            let (letter, mail, recipientName) = (letters[index], mails[index], recipients[index])
            #expect(read.defects == [])
            #expect(read.types == ["multipart/alternative", "text/plain", "text/html"])
            #expect(read.date == "2026-11-24 10:05:09+00:00")
            let name = Self.spoken(letter.name.text)
            #expect(read.from.name.isExactly("\(name) via Ünited Phötos") && read.from.address == "contact@relay.example.org")
            #expect(read.to.name.isExactly(recipientName) && read.to.address == "pat@mailbox.example")
            #expect(read.replyTo?.address == (letter.sharesAddress ? "vera@visitor.example" : nil))
            if let replyTo = read.replyTo { #expect(replyTo.name.isExactly(name)) }
            #expect(read.subject.isExactly(letter.subject?.text ?? "\(name) wrote to you"))
            #expect(read.quoted.isExactly(letter.text.text.withoutLineEnds))
            if let about = letter.about {
                #expect(read.plain.replacing("\n  ", with: "").holds("\nAbout: \(about.text.replacing("\n  ", with: ""))\n"))
            }
            #expect(Self.visible(read.html).holds(letter.text.text))
            Self.checkLines(mail)
        }
    }

    struct Message: Sendable {
        let name: String
        let text: String
    }

    // What a message can hold at its worst.
    static let worst: [Message] = [
        Message(name: "one word of 20,000 letters", text: String(repeating: "x", count: 20_000)),
        Message(name: "20,000 ideographs", text: String(repeating: "界", count: 20_000)),
        Message(name: "20,000 emoji", text: String(repeating: "😀", count: 20_000)),
        Message(name: "10,000 lines of a dot", text: String(repeating: ".\n", count: 9_999) + "."),
        Message(name: "lines of From", text: String(repeating: "From \n", count: 3_000) + "x"),
        Message(name: "blank lines around", text: "\n\n\nx\n\n"),
        Message(name: "9,000 trailing spaces", text: "x" + String(repeating: " ", count: 9_000)),
        Message(name: "spaces everywhere", text: String(repeating: "a ", count: 9_999)),
        Message(name: "tabs and blanks", text: "\t\n \n\t x"),
        Message(name: "equals signs", text: String(repeating: "=", count: 5_000)),
        Message(name: "19,999 empty lines", text: String(repeating: "\n", count: 19_999) + "x"),
    ]

    @Test func `The worst messages survive too`() async throws {
        let composer = try MailSamples.composer()
        let letters = try Self.worst.map { try MailSamples.letter(message: $0.text) }
        let mails = try letters.map { try composer.compose(MailSamples.mail($0)) }
        let found = try await ReadBack.read(mails)
        try #require(found.count == mails.count)
        for (index, read) in found.enumerated() {
            let (text, name) = (letters[index].text.text, Self.worst[index].name)
            #expect(read.defects == [], "\(name)")
            let isWhole = read.quoted.isExactly(text.withoutLineEnds) && Self.visible(read.html).holds(text)
            #expect(isWhole, "\(name)")
            Self.checkLines(mails[index])
        }
    }

    /// Each claim as a value of its own: a failure must not print a mail of a megabyte.
    private static func checkLines(_ mail: OutgoingMessage) {
        let endsWell = mail.bytes.suffix(2) == [0x0D, 0x0A] && mail.bytes.first != 0x0A
        let hasOnlyCRLF = endsWell && zip(mail.bytes, mail.bytes.dropFirst()).allSatisfy { ($0 == 0x0D) == ($1 == 0x0A) }
        #expect(hasOnlyCRLF)
        let longest = mail.lines.map(\.utf8.count).max() ?? 0
        #expect(longest <= 76)
        let hasRiskyLine = mail.lines.contains { $0.hasPrefix(".") || $0.hasPrefix("From ") || $0.last == " " || $0.last == "\t" }
        #expect(!hasRiskyLine)
        let isSevenBit = mail.bytes.allSatisfy { $0 < 0x80 && ($0 >= 0x20 || $0 == 0x0D || $0 == 0x0A || $0 == 0x09) }
        #expect(isSevenBit)
    }

    /// The rules for names, said a second time: no at sign and no double quotation mark is left, and words stay apart by one
    /// space.
    private static func spoken(_ name: String) -> String {
        let words = name.replacingOccurrences(of: "@", with: " (at) ", options: .literal).replacingOccurrences(
            of: "＠", with: " (at) ", options: .literal
        )
        .replacingOccurrences(of: "\"", with: "'", options: .literal)
        .components(separatedBy: " ").filter { !$0.isEmpty }.joined(separator: " ")
        return "Visitor \"\(words)\""
    }

    /// HTML's text without its tags, as far as ours has any.
    private static func visible(_ html: String) -> String {
        let entities = [("<br>", "\n"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        return entities.reduce(html) { $0.replacingOccurrences(of: $1.0, with: $1.1, options: .literal) }
    }
}

extension ReadBack.Mail {
    /// The visitor's words in the text part without their marks and without line ends, since long lines are broken.
    fileprivate var quoted: String {
        plain.components(separatedBy: "\n").filter { $0.utf8.first == UInt8(ascii: ">") }.map { line in
            let octets = line.utf8.dropFirst()
            return String(decoding: octets.first == UInt8(ascii: " ") ? octets.dropFirst() : octets, as: UTF8.self)
        }.joined()
    }
}

extension String {
    fileprivate var withoutLineEnds: String { replacingOccurrences(of: "\n", with: "", options: .literal) }
}

/// Bytes decide: Swift's `==` takes canonically equivalent texts for equal, and `contains` stops at graphemes.
extension String {
    fileprivate func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
    fileprivate func holds(_ part: String) -> Bool { Data(utf8).range(of: Data(part.utf8)) != nil }
}

/// Writes text in all scripts at once, the same for the same seed (SplitMix64, Steele, Lea and Flood 2014).
private struct Scribbler: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private static let pools: [[String]] = [
        ["a", "b", "Z", "0", "plain", "words ", " "],
        ["\"", "\\", ",", ";", ":", "<", ">", "(", ")", "[", "]", "@", ".", "'", "&"],
        ["=?", "?=", "=?UTF-8?B?", "=20", "_", "=", "?", "{{why}}", "{{", "}}", "{site}", "<br", "</div>", "&amp;"],
        ["ä", "é", "ß", "ñ", "Ł", "ő", "’", "–", "€"], ["م", "ر", "ح", "ب", "ا", "ש", "ל", "ו", "ם", "ی\u{200C}"],
        ["界", "橋", "写", "真", "한", "글", "の", "＠"],
        ["👩‍👩‍👧‍👦", "🏳️‍🌈", "🇪🇺", "👍🏽", "😀"], ["न", "म", "स्", "ते", "ก", "ำ", "ệ", "e\u{0301}\u{0302}", "\u{0301}", "\u{0600}"],
        ["\u{200E}", "\u{200F}", "\u{061C}"],
    ]

    /// One to three pools at a time: a text is mostly of few scripts.
    mutating func line(upTo limit: Int) -> String {
        let chosen = (0...Int.random(in: 0...2, using: &self)).compactMap { _ in Self.pools.randomElement(using: &self) }.flatMap
        { $0 }
        var text = ""
        let target = Int.random(in: 0...limit, using: &self)
        while let piece = chosen.randomElement(using: &self), text.unicodeScalars.count + piece.unicodeScalars.count <= target {
            text += piece
        }
        return text
    }

    mutating func text(upTo limit: Int) -> String {
        var text = ""
        while text.unicodeScalars.count < limit * 3 / 4 {
            text += line(upTo: limit / 4)
            text += ["\n", "\n\n", " \n", "\t", "  ", "\n.", "\nFrom ", "\n--"].randomElement(using: &self) ?? "\n"
        }
        return text
    }
}
