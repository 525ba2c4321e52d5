import PosternMail
import PosternTestSupport
import Testing

@Suite("A mail shows what it holds")
struct MailReadingTests {
    private func view(_ text: String) -> MailView { MailView(source: Array(text.crlf.utf8)) }

    @Test func `A multipart mail shows its subject, its people and both parts`() {
        let mail = MailView(source: Array(SampleMail.alternative.utf8))
        #expect(mail.subject == "Grüße 👋")
        #expect(mail.from == #""Vera Visitor via Example Photos" <contact@relay.example.org>"#)
        #expect(mail.to == "<pat@private.example>")
        #expect(mail.plain == "Grüße, a long line.\r\n.dot")
        #expect(mail.html == #"<p>Grüße</p><img src="http://evil.example/x">"#)
        #expect(mail.fields.map(\.name) == ["From", "To", "Subject", "MIME-Version", "Content-Type"])
        #expect(mail.defects.isEmpty && mail.fault == nil)
    }

    // RFC 2047: white space between two encoded-words is dropped, other text stays. What is no encoded-word stays as it is.
    @Test(arguments: [
        ("plain", "plain"), ("=?utf-8?q?a_b?=", "a b"), ("=?UTF-8?B?w7w=?= x", "ü x"), ("x =?utf-8?q?=C3=BC?= y", "x ü y"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"), ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"), ("=?iso-8859-1?q?=FC=80?=", "ü€"),
        ("=?utf-8*en?q?a?=", "a"), ("=?utf-8?q??=", ""),
        ("=?utf-8?q?open", "=?utf-8?q?open"), ("=?utf-8?x?a?=", "=?utf-8?x?a?="), ("=?utf-8?qq?a?=", "=?utf-8?qq?a?="),
        ("=??q?a?=", "=??q?a?="), ("=?a b?q?c?=", "=?a b?q?c?="), ("=?", "=?"), ("=?=?=?=?", "=?=?=?=?"), ("a =?b", "a =?b"),
    ])
    func `Encoded words are decoded`(written: String, text: String) {
        var defects: Set<MailDefect> = []
        #expect(EncodedWord.decoded(written, defects: &defects) == text)
        #expect(defects.isEmpty)
    }

    // What is broken stays legible.
    @Test(arguments: [
        ("a=3D=\r\nb", "a=b", false), ("a=\nb", "ab", false), ("a= \t\r\nb", "ab", false), ("=C3=BC", "ü", false),
        ("a=3db", "a=b", false), ("=", "=", true), ("=4", "=4", true), ("=zz", "=zz", true), ("=+1=-1", "=+1=-1", true),
        ("==3D", "==", true),
    ])
    func `Quoted-printable is decoded`(written: String, text: String, isBroken: Bool) {
        var defects: Set<MailDefect> = []
        let bytes = TransferEncoding.quotedPrintable.decoded(Array(written.utf8)[...], defects: &defects)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        #expect(defects == (isBroken ? [.brokenQuotedPrintable] : []))
    }

    // RFC 2045 §6.8: what is not of the alphabet is ignored.
    @Test(arguments: [
        ("", "", false), ("YQ==", "a", false), ("YWI=", "ab", false), ("YWJj", "abc", false), ("YW\r\nJ j", "abc", false),
        ("YQ", "a", true), ("YWI", "ab", true), ("Y", "", true), ("YQ==YWI=", "aab", true), ("YW!Jj", "abc", true),
        ("YW-_Jj", "abc", true), ("====", "", true), ("YWJj=", "abc", true),
    ])
    func `Base64 is decoded`(written: String, text: String, isBroken: Bool) {
        var defects: Set<MailDefect> = []
        let bytes = TransferEncoding.base64.decoded(Array(written.utf8)[...], defects: &defects)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        #expect(defects == (isBroken ? [.brokenBase64] : []))
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

    @Test func `A mail that is refused shows why and nothing else`() {
        let mail = view("Subject: x\n\n" + String(repeating: "x\n", count: 600_000))
        #expect(mail.fault == .tooLarge(limitKiB: 1_024))
        #expect(mail.subject == nil && mail.plain == nil && mail.fields.isEmpty)
    }
}
