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

    // As pasted → the address in it. An invisible character is dropped wherever it stands, unless it turns what follows.
    @Test(arguments: [
        ("\u{200B}v@visitor.example", "v@visitor.example"), ("v@visitor.example\u{A0}", "v@visitor.example"),
        ("\u{202A}v@visitor.example\u{202C}", "v@visitor.example"), ("\u{FEFF}v@visitor.example", "v@visitor.example"),
        ("\u{2066}v@visitor.example\u{2069}", "v@visitor.example"), ("\u{3000}v@visitor.example\u{2003}", "v@visitor.example"),
        ("\u{AD}\u{2060}v@visitor.example\u{200E}\u{200F}", "v@visitor.example"),
        ("\r\nv@visitor.example\r\n", "v@visitor.example"),
        ("\u{0}v@visitor.example\u{1F}", "v@visitor.example"),
        ("\u{3164}\u{FE0F}v@visitor.example\u{E0020}", "v@visitor.example"),
        ("v\u{200B}@\u{AD}visitor.\u{2060}example", "v@visitor.example"), ("v@\u{200E}visitor.example", "v@visitor.example"),
        ("\u{85}v@visitor.example\u{2028}", "v@visitor.example"),
    ])
    func `T1: what cannot be seen around an address does not spoil it`(raw: String, text: String) throws {
        #expect(try EmailAddress(raw).text == text)
    }

    @Test(arguments: [
        ("Vera Visitor <v@visitor.example>", "v@visitor.example"),
        ("\"Visitor, Vera\" <v@visitor.example>;", "v@visitor.example"),
        ("<v@visitor.example>", "v@visitor.example"), ("Disp <disp@private.example>", "disp@private.example"),
        ("Véra\u{A0}<\u{200B}v@visitor.example\u{202C}>", "v@visitor.example"), ("v@visitor.example, ", "v@visitor.example"),
        ("v@visitor.example <v@visitor.example>", "v@visitor.example"),
        ("'v@visitor.example' <V@visitor.example>", "V@visitor.example"),
        ("v@visitor.example <mailto:v@visitor.example>", "v@visitor.example"), ("mailto:v@visitor.example", "v@visitor.example"),
        ("MAILTO:o%27h@visitor.example?subject=a%0D%0Ab&cc=x@evil.example", "o'h@visitor.example"),
        ("ｖｅｒａ＠ｖｉｓｉｔｏｒ．ｅｘａｍｐｌｅ", "vera@visitor.example"), ("vera＠visitor。example", "vera@visitor.example"),
        ("vera﹫visitor｡example", "vera@visitor.example"), ("vera@visitor．example", "vera@visitor.example"),
        // at the end of a sentence, and with the name in brackets
        ("v@visitor.example.", "v@visitor.example"), ("v@visitor.example. ", "v@visitor.example"),
        ("Vera <v@visitor.example>.", "v@visitor.example"), ("mailto:v@visitor.example.", "v@visitor.example"),
        ("v@bücher.example.", "v@xn--bcher-kva.example"), ("v@visitor.example (Vera)", "v@visitor.example"),
        ("v@visitor.example (Vera Visitor).", "v@visitor.example"), ("v@visitor.example(Véra)", "v@visitor.example"),
        ("\u{200B}v@visitor.example ()\u{A0}", "v@visitor.example"), ("<v@visitor.example> (Vera)", "v@visitor.example"),
    ])
    func `T1: the address in what people paste is found`(raw: String, text: String) throws {
        #expect(try EmailAddress(raw).text == text)
    }

    @Test(arguments: [
        "a@x.example <v@visitor.example>", "<a@x.example> <v@visitor.example>", "a@x.example, v@visitor.example",
        "<<v@visitor.example>>",
        "mailto:a@x.example,v@visitor.example", "mailto:v%0D%0ARCPT@visitor.example", "mailto:v%00@visitor.example",
        "a@b.example>\r\nRCPT TO:<v@visitor.example>", "x\r\nRCPT TO:<v@visitor.example>", "v＠x＠visitor.example", "mailto:", "<>",
        "v\u{202E}@visitor.example", "v@visitor.example <", "v@visitor.example..", "v@visitor.example (a@x.example)",
        "v@visitor.example (Vera) (Visitor)", "v@visitor.example (Vera (Visitor))", "v@visitor.example (Vera",
        "(Vera) v@visitor.example",
        "v@visitor.example (\r\nRCPT TO:<x>)", "v@visitor.example\r\nDATA (Vera)", "a@x.example v@visitor.example (Vera)",
        "v@visitor.example (Vera)@x.example", "v@visitor.example (\u{0})", "v@x.example (Vera) <v@visitor.example>", ".", ")",
        "(@)",
    ])
    func `What could be two addresses, or none, is not guessed at`(raw: String) {
        #expect(throws: AddressFault.self) { try EmailAddress(raw) }
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
        ("pat\u{200D}@example.org", .localPart), ("pat\\@example.org", .localPart),
        (String(repeating: "a", count: 65) + "@example.org", .localPart),
        // domain: single label, literal, empty labels, hyphens, numbers, injected lines, spaces, paths
        ("pat@localhost", .domain), ("pat@[192.0.2.1]", .domain), ("pat@[IPv6:2001:db8::1]", .domain), ("pat@", .domain),
        ("pat@.example.org", .domain), ("pat@example..org", .domain), ("pat@example.org..", .domain),
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

    // By what all providers agree on. Mutes and blocks by sender go by it.
    @Test(arguments: [
        ("vera@visitor.example", true), ("VERA@Visitor.Example", true), ("ｖｅｒａ@visitor.example", true),
        ("ve\u{AD}ra@visitor.example", true), ("vera+club@visitor.example", false), ("v.era@visitor.example", false),
        ("vera@mail.visitor.example", false), ("wera@visitor.example", false),
    ])
    func `One mailbox is one, however it is written`(raw: String, isSame: Bool) throws {
        let mailbox = try EmailAddress("vera@visitor.example").mailbox
        #expect((try EmailAddress(raw).mailbox == mailbox) == isSame)
    }

    @Test(arguments: [
        (String(repeating: "0a", count: 16), true), (String(repeating: "0A", count: 16), true),
        (String(repeating: "0a", count: 15), false), (String(repeating: "0a", count: 17), false), ("", false),
        (String(repeating: "0", count: 31), false), (String(repeating: "+1", count: 16), false),
        (String(repeating: "é", count: 16), false),
    ])
    func `A sender's digest is sixteen bytes, and read as it is shown`(text: String, isOne: Bool) {
        let digest = SenderDigest(text)
        #expect((digest != nil) == isOne)
        #expect(digest.map { $0.description == text.lowercased() && SenderDigest($0.description) == $0 } ?? !isOne)
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
