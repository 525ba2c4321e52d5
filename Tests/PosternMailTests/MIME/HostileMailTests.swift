import PosternMail
import PosternTestSupport
import Testing

/// What strangers may send, and what becomes of each: read with its defects named, or refused.
@Suite("No mail is too strange to be read or refused")
struct HostileMailTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let source: [UInt8]
        let result: Result<Set<MailDefect>, MailFault>
        let plain: String?
        let subject: String?

        init(
            _ name: String, _ source: String, _ defects: Set<MailDefect>, plain: String? = nil, subject: String? = nil,
            raw: Bool = false
        ) {
            self.init(name, octets: Array((raw ? source : source.crlf).utf8), defects, plain: plain, subject: subject)
        }

        init(
            _ name: String, octets source: [UInt8], _ defects: Set<MailDefect>, plain: String? = nil, subject: String? = nil
        ) {
            self.name = name
            self.source = source
            self.result = .success(defects)
            self.plain = plain
            self.subject = subject
        }

        init(_ name: String, _ source: String, refused fault: MailFault) {
            self.name = name
            self.source = Array(source.crlf.utf8)
            self.result = .failure(fault)
            self.plain = nil
            self.subject = nil
        }

        var testDescription: String { name }
    }

    private static func holds(_ row: Row) {
        let view = MailView(source: row.source)
        switch row.result {
        case .success(let defects):
            #expect(view.fault == nil)
            #expect(view.defects == defects)
            #expect(view.plain ?? "" == row.plain ?? "")
            #expect(view.subject == row.subject)
        case .failure(let fault):
            #expect(view.fault == fault)
        }
    }

    private static let mixed = "Content-Type: multipart/mixed; boundary=b\n\n"

    // Line ends and octets that some server on the way may have understood in another way.
    static let octets: [Row] = [
        Row("bare LF", "Subject: x\n\nbody\n", [.bareLineFeed], plain: "body\n", subject: "x", raw: true),
        Row(
            "bare CR hides a field", "Subject: x\rBcc: y\r\n\r\na\rb", [.bareCarriageReturn, .controlInHeader], plain: "a\rb",
            subject: "x Bcc: y", raw: true),
        Row("CR at the very end", "Subject: x\r\n\r\nbody\r", [.bareCarriageReturn], plain: "body\r", subject: "x", raw: true),
        Row("NUL in the header", "Subject: a\0b\n\n", [.nul, .controlInHeader], subject: "a b"),
        Row("NUL in the body", "Subject: x\n\na\0b", [.nul], plain: "a\0b", subject: "x"),
        Row(
            "a line of 999 octets", "Subject: x\n\n" + String(repeating: "y", count: 999), [.longLine],
            plain: String(repeating: "y", count: 999), subject: "x"),
        Row("UTF-8 in the header, as RFC 6532 allows", "Subject: Grüße\n\n", [], subject: "Grüße"),
        Row(
            "Latin-1 in the header", octets: Array("Subject: Gr".utf8) + [0xFC] + Array("n\r\n\r\n".utf8), [.headerNotUTF8],
            subject: "Gr\u{FFFD}n"),
    ]

    // Lines that one reader takes for header and another for body.
    static let headers: [Row] = [
        Row("folded nothing", " folded\nSubject: x\n\nbody", [.strayFold], plain: "body", subject: "x"),
        Row("a fold of blanks", "Subject: x\n \nTo: y\n\nbody", [.blankFold], plain: "body", subject: "x"),
        Row("a line that is no field", "no field\nSubject: x\n\nbody", [.strayLine], plain: "body", subject: "x"),
        Row("its continuation joins no field", "Subject: x\nno field\n y\n\n", [.strayLine, .strayFold], subject: "x"),
        Row("a name with a space in it", "Sub ject: x\n\n", [.strayLine]),
        Row("no name", ": x\n\n", [.strayLine]),
        Row("a blank before the colon", "Subject : x\n\n", [.blankBeforeColon], subject: "x"),
        Row("two subjects", "Subject: x\nsubject: y\n\n", [.repeatedField], subject: "x"),
        Row(
            "a word longer than 75", "Subject: =?utf-8?q?\(String(repeating: "a", count: 64))?=\n\n", [.longEncodedWord],
            subject: String(repeating: "a", count: 64)),
        Row(
            "a line break in an encoded-word", "Subject: =?utf-8?q?x=0D=0ABcc:_y?=\n\n", [.controlInHeader], subject: "x  Bcc: y"),
        Row("a line separator in the clear", "Subject: x\u{2028}y\n\n", [.controlInHeader], subject: "x y"),
        Row(
            "a word in an unknown charset", "Subject: =?x-klingon?q?a=FF?=\n\n", [.unknownCharset, .undecodableText],
            subject: "a\u{FFFD}"),
        Row("a word in broken base64", "Subject: =?utf-8?b?YQ?=\n\n", [.brokenBase64], subject: "a"),
    ]

    // Boundaries that let two readers see two different mails.
    static let multiparts: [Row] = [
        Row("an unterminated part", mixed + "--b\n\nfirst\n", [.unterminatedMultipart], plain: "first\r\n"),
        Row("no part", mixed + "nothing\n", [.unterminatedMultipart, .multipartWithoutParts]),
        Row("the end comes first", mixed + "--b--\n--b\n\nx\n--b--\n", [.multipartWithoutParts]),
        Row("the boundary in a sentence of the preamble", mixed + "see --b\n--b\n\nx\n--b--\n", [], plain: "x"),
        Row("a preamble that begins like the boundary", mixed + "--bye\n--b\n\nx\n--b--\n", [.boundaryLookalike], plain: "x"),
        Row("text after the boundary", mixed + "--b\n\nx\n--b y\n--b--\n", [.boundaryLookalike], plain: "x\r\n--b y"),
        Row("blanks after the boundary", mixed + "--b \t\n\nx\n--b-- \n", [], plain: "x"),
        Row("an empty part", mixed + "--b\n--b--\n", []),
        Row("a part that is all header", mixed + "--b\nContent-Type: text/plain\n--b--\n", []),
        Row(
            "the boundary of the multipart around it", mixed + "--b\n" + mixed + "--b\n\nx\n--b--\n",
            [.reusedBoundary, .unterminatedMultipart, .multipartWithoutParts], plain: "x"),
        Row(
            "a boundary that begins with the one around it",
            mixed + "--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\nx\n--bb--\n--b--\n", [.boundaryLookalike],
            plain: "x"),
        Row("no boundary", "Content-Type: multipart/mixed\n\n--b\n\nx\n--b--\n", [.unusableBoundary]),
        Row("an empty boundary", "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n----\n", [.unusableBoundary]),
        Row(
            "a boundary of 71", "Content-Type: multipart/mixed; boundary=\(String(repeating: "b", count: 71))\n\n",
            [.unusableBoundary]),
        Row(
            "a multipart in base64", "Content-Transfer-Encoding: base64\n" + mixed + "--b\n\nx\n--b--\n", [.encodedMultipart],
            plain: "x"),
        Row(
            "a quotation mark that never closes", "Content-Type: text/html; charset=\"x\n\nbody", [.brokenContentType],
            plain: "body"),
    ]

    // Text that is not what it says it is.
    static let texts: [Row] = [
        Row("unknown charset", "Content-Type: text/plain; charset=x-klingon\n\nbody", [.unknownCharset], plain: "body"),
        Row(
            "not UTF-8", octets: Array("Subject: x\r\n\r\na".utf8) + [0xFF], [.undecodableText], plain: "a\u{FFFD}", subject: "x"),
        Row(
            "octets that windows-1252 does not have",
            "Content-Type: text/plain; charset=cp1252\nContent-Transfer-Encoding: "
                + "quoted-printable\n\n=80=81", [.undecodableText], plain: "€\u{FFFD}"),
        Row(
            "unknown transfer encoding", "Content-Transfer-Encoding: rot13\n\nobql", [.unknownTransferEncoding], plain: "obql"),
        Row("broken base64", "Content-Transfer-Encoding: base64\n\nYQ!", [.brokenBase64], plain: "a"),
        Row(
            "broken quoted-printable", "Content-Transfer-Encoding: quoted-printable\n\n=+1", [.brokenQuotedPrintable],
            plain: "=+1"),
    ]

    private static func nested(_ depth: Int) -> String {
        (0..<depth).map { "Content-Type: multipart/mixed; boundary=b\($0)x\n\n--b\($0)x\n" }.joined() + "\nx\n"
    }

    // Beyond a limit nothing is read. Each row is the first one beyond.
    static let refusals: [Row] = [
        Row("a mail of more than 1 MiB", String(repeating: "\n", count: 524_289), refused: .tooLarge(limitKiB: 1_024)),
        Row(
            "a header of more than 64 KiB", "X: " + String(repeating: "x", count: 65_540) + "\n\n",
            refused: .headerTooLarge(limitKiB: 64)),
        Row(
            "a header of many folds", "X: x\n" + String(repeating: " x\n", count: 20_000), refused: .headerTooLarge(limitKiB: 64)),
        Row("257 fields", String(repeating: "X: y\n", count: 257), refused: .tooManyFields(limit: 256)),
        Row("64 parts in a mail", mixed + String(repeating: "--b\n\nx\n", count: 64), refused: .tooManyParts(limit: 64)),
        Row("100,000 boundaries", mixed + String(repeating: "--b\n", count: 100_000), refused: .tooManyParts(limit: 64)),
        Row("nine levels", nested(9), refused: .nestedTooDeeply(limit: 8)),
        Row("2,000 levels", nested(2_000), refused: .nestedTooDeeply(limit: 8)),
    ]

    private static let all = octets + headers + multiparts + texts + refusals

    @Test(arguments: octets)
    func `Strange octets`(row: Row) { Self.holds(row) }

    @Test(arguments: headers)
    func `Strange headers`(row: Row) { Self.holds(row) }

    @Test(arguments: multiparts)
    func `Strange multiparts`(row: Row) { Self.holds(row) }

    @Test(arguments: texts)
    func `Strange texts`(row: Row) { Self.holds(row) }

    @Test(arguments: refusals)
    func `What is too much`(row: Row) { Self.holds(row) }

    @Test func `Just within the limits a mail is read`() {
        let widest = Self.mixed + String(repeating: "--b\n\nx\n", count: 63)
        for source in [String(repeating: "X: y\n", count: 256), widest, Self.nested(8)] {
            #expect(MailView(source: Array(source.crlf.utf8)).fault == nil)
        }
    }

    @Test func `Every defect there is stands in the tables`() {
        let shown = Self.all.flatMap { row in (try? row.result.get()) ?? [] }
        #expect(Set(shown) == Set(MailDefect.allCases))
    }

    // A mail cut anywhere is a mail all the same.
    @Test(arguments: all.filter { $0.source.count < 4_096 })
    func `Any beginning of it can be read too`(row: Row) {
        for end in row.source.indices {
            let view = MailView(source: Array(row.source[..<end]))
            #expect(view.fields.allSatisfy { !$0.value.unicodeScalars.contains { $0.value < 0x20 } })
        }
    }
}
