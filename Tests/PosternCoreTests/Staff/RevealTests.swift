import PosternCore
import Testing

@Suite("What a reveal is made of")
struct RevealTests {
    @Test(arguments: [
        ("Three reports today", "Three reports today"), ("  Three reports   today \r\n", "Three reports today"),
        ("Three\nreports\r\ntoday", "Three reports today"), ("drei Meldungen – heute", "drei Meldungen – heute"),
        ("three \u{202E}reports", "three reports"), (String(repeating: "x", count: 10), "xxxxxxxxxx"),
        (String(repeating: "é", count: 500), String(repeating: "é", count: 500)),
    ])
    func `A reason is one line, whatever was typed`(typed: String, text: String) throws {
        let reason = try RevealReason(typed: typed)
        #expect(reason.text == text)
        #expect(try RevealReason(typed: reason.text) == reason)
    }

    @Test(arguments: [
        "", " ", "spam", "a b c d e", "\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}",
        "x\n\n\n\n\n\n\n\n\n\n\ny",
    ])
    func `Less than ten characters say nothing`(typed: String) {
        #expect(throws: RevealReason.Fault.tooShort) { try RevealReason(typed: typed) }
    }

    @Test func `More than five hundred are too many`() {
        #expect(throws: RevealReason.Fault.tooLong) { try RevealReason(typed: String(repeating: "x ", count: 251)) }
        #expect(throws: RevealReason.Fault.tooLong) { try RevealReason(typed: String(repeating: "x", count: 1_000_000)) }
    }

    // RFC 5952 §4.
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:DB8::1", "2001:db8::1"),
        ("2001:0db8:0:0:0:0:0:0001", "2001:db8::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("0:0:0:0:0:0:0:0", "::"), ("::1", "::1"), ("fe80::", "fe80::"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ])
    func `A client address has one spelling`(text: String, canonical: String) throws {
        let address = try #require(ClientAddress(text: text))
        #expect(address.revealedText == canonical)
        #expect(ClientAddress(text: address.revealedText) == address)
        #expect(!"\(address)".contains(canonical))
    }
}
