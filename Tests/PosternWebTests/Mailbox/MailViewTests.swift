import PosternWeb
import Testing

struct MailViewTests {
    private func view(_ text: String) -> MailView { MailView(source: Array(Mail.crlf(text).utf8)) }

    @Test func `A mail of ours shows its subject, its people and both parts`() {
        let mail = MailView(source: Array(Mail.alternative.utf8))
        #expect(mail.subject == "Grüße 👋")
        #expect(mail.from == #""Vera Visitor via Example Photos" <contact@relay.example.org>"#)
        #expect(mail.to == "<pat@private.example>")
        #expect(mail.plain == "Grüße, a long line.\r\n.dot")
        #expect(mail.html == #"<p>Grüße</p><img src="http://evil.example/x">"#)
        #expect(mail.fields.map(\.name) == ["From", "To", "Subject", "MIME-Version", "Content-Type"])
    }

    // RFC 2047: white space between two encoded words is dropped, other text stays.
    @Test(arguments: [
        ("plain", "plain"), ("=?utf-8?q?a_b?=", "a b"), ("=?UTF-8?B?w7w=?= x", "ü x"), ("x =?utf-8?q?=C3=BC?= y", "x ü y"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"), ("=?iso-8859-1?q?=FC?=", "ü"), ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?", "=?"), ("=?=?=?=?", "=?=?=?=?"), ("a =?b", "a =?b"),
    ])
    func `Encoded words are decoded`(written: String, text: String) {
        #expect(EncodedWord.decoded(written) == text)
    }

    @Test(arguments: [
        ("a=3D=\r\nb", "a=b"), ("a=\nb", "ab"), ("=", "="), ("=4", "=4"), ("=zz", "=zz"), ("=C3=BC", "ü"), ("a=3db", "a=b"),
    ])
    func `Quoted-printable is decoded`(written: String, text: String) {
        #expect(String(decoding: TransferCoding.quotedPrintable(Array(written.utf8)), as: UTF8.self) == text)
    }

    // Whatever arrives is shown as far as it goes.
    @Test(arguments: [
        ("", nil), ("Subject: x", nil), ("no field\n\nbody", "body"), ("Subject: x\n\nbody\n", "body\r\n"),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!", ""),
        ("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\n\nsecond", "first"),
        ("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\ncut short", "cut short"),
        ("Content-Type: multipart/mixed\n\nbody", nil),
    ])
    func `A strange mail still shows something`(source: String, plain: String?) {
        let mail = view(source)
        #expect(mail.plain ?? "" == plain ?? "")
        #expect(mail.html == nil)
    }

    @Test func `Parts nested without end are left alone`() {
        let nested = String(repeating: "Content-Type: multipart/mixed; boundary=b\n\n--b\n", count: 2_000) + "\nx"
        #expect(view(nested).plain == nil)
    }
}
