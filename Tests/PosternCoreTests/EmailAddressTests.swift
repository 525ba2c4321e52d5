import PosternCore
import Testing

@Suite("Only what an SMTP server takes becomes an address")
struct EmailAddressTests {
    /// As typed → as it stands between angle brackets.
    @Test(arguments: [
        ("pat@example.org", "pat@example.org"),
        ("  pat@example.org ", "pat@example.org"),
        ("Pat.O'Hara+photos@Example.ORG", "Pat.O'Hara+photos@example.org"),
        ("a@b.co", "a@b.co"),
        ("!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"),
        ("pat@bücher.example", "pat@xn--bcher-kva.example"),
        ("pat@例え.テスト", "pat@xn--r8jz45g.xn--zckzah"),
        ("jürgen@example.org", "jürgen@example.org"),
        ("pat@xn--bcher-kva.example", "pat@xn--bcher-kva.example"),
        (String(repeating: "a", count: 64) + "@example.org", String(repeating: "a", count: 64) + "@example.org"),
    ])
    func `A good address is kept, its domain in lower-case ASCII`(raw: String, text: String) throws {
        #expect(try EmailAddress(raw).text == text)
    }

    /// Text → the rule that refuses it.
    @Test(arguments: [
        // nothing there
        ("", AddressFault.empty), ("   ", .empty), ("\t", .empty),
        // no @
        ("pat", .noAtSign), ("pat.example.org", .noAtSign),
        // local part: empty, dots, spaces, quotes, brackets, controls, comments, too long
        ("@example.org", .localPart), (".pat@example.org", .localPart), ("pat.@example.org", .localPart),
        ("p..at@example.org", .localPart), ("pat smith@example.org", .localPart), ("\"pat\"@example.org", .localPart),
        ("pat@photos@example.org", .localPart), ("<pat@example.org", .localPart), ("pat(home)@example.org", .localPart),
        ("pat\r\nRCPT TO:<x@evil.example>@example.org", .localPart), ("pat\u{0}@example.org", .localPart),
        ("pat,sam@example.org", .localPart), ("pat;sam@example.org", .localPart), ("pat\u{202E}@example.org", .localPart),
        ("pat\u{200B}@example.org", .localPart), ("pat\\@example.org", .localPart),
        (String(repeating: "a", count: 65) + "@example.org", .localPart),
        // domain: single label, literal, empty labels, hyphens, numbers, injected lines, spaces, paths
        ("pat@localhost", .domain), ("pat@[192.0.2.1]", .domain), ("pat@[IPv6:2001:db8::1]", .domain), ("pat@", .domain),
        ("pat@.example.org", .domain), ("pat@example..org", .domain), ("pat@example.org.", .domain),
        ("pat@-example.org", .domain), ("pat@example-.org", .domain), ("pat@192.0.2.1", .domain),
        ("pat@exa mple.org", .domain),
        ("pat@example.org>", .domain), ("pat@example.org\r\nDATA", .domain), ("pat@example.org\nDATA", .domain),
        ("pat@exam_ple.org", .domain), ("pat@example.org/x", .domain), ("pat@bücher.example/x", .domain),
        ("pat@bücher.example:25", .domain), ("pat@" + String(repeating: "a", count: 64) + ".org", .domain),
        ("pat@example.org?x=1", .domain), ("pat@bücher.example#x", .domain), ("pat@bü cher.example", .domain),
    ])
    func `A bad address is refused for the right reason`(raw: String, fault: AddressFault) {
        #expect(throws: fault) { try EmailAddress(raw) }
    }

    @Test func `254 octets pass, 255 do not`() throws {
        let label = String(repeating: "d", count: 62)
        let domain = "\(label).\(label).\(label).org"
        let local = String(repeating: "a", count: 254 - domain.utf8.count - 1)
        #expect(local.utf8.count <= 64)
        #expect(try EmailAddress("\(local)@\(domain)").text.utf8.count == 254)
        #expect(throws: AddressFault.tooLong(octets: 255)) { try EmailAddress("a\(local)@\(domain)") }
    }

    @Test func `A megabyte is refused without being worked on`() {
        #expect(throws: AddressFault.tooLong(octets: 1_000_012)) {
            try EmailAddress(String(repeating: "a", count: 1_000_000) + "@example.org")
        }
    }

    @Test func `Only a local part beyond ASCII needs SMTPUTF8`() throws {
        #expect(try !EmailAddress("pat@bücher.example").needsSMTPUTF8)
        #expect(try EmailAddress("jürgen@example.org").needsSMTPUTF8)
    }

    @Test func `An address that is printed by accident shows nothing`() throws {
        let address = try EmailAddress("canary@private.example")
        var dumped = ""
        dump(address, to: &dumped)
        for text in ["\(address)", String(reflecting: address), "\([address])", "\(Optional(address) as Any)", dumped] {
            #expect(!text.contains("canary") && !text.contains("private"))
        }
    }
}
