import PosternCore
import PosternMail
import PosternTestSupport
import Testing

/// P4, K1: no reply of a server may name a recipient anywhere but on the wire.
@Suite struct RedactionTests {
    private static let recipient = "jo.canary+club@members.example"
    private static let redaction = Redaction(hiding: [recipient, "relay-login"])

    private static func readable(_ text: String) -> [String] {
        let lowered = text.lowercased()
        return ["jo.canary", "members.example", "relay-login", "@", "%40", "＠"].filter { lowered.contains($0) }
    }

    // Whatever form an address takes, nothing of it is left.
    @Test(arguments: [
        "<jo.canary+club@members.example>: Recipient address rejected",
        "jo.canary+club@members.example unknown",
        "unknown user jo.canary+club@members.example.",
        "rcpt=jo.canary+club@members.example,reason=unknown",
        "<JO.Canary+Club@MEMBERS.example> No Such User",
        "(jo.canary+club@members.example) [jo.canary+club@members.example]",
        "< jo.canary+club @ members.example > unknown",
        "jo.canary+club @ members.example unknown",
        "<jo.canary+club@members.exam",
        "\"jo canary\"@members.example refused",
        "\"jo \\\" canary\"@members.example refused",
        "<@a.example,@b.example:jo.canary+club@members.example> source route",
        "@a.example:jo.canary+club@members.example route",
        "jo.canary%2Bclub%40members.example percent",
        "rfc822;jo.canary+2Bclub+40members.example xtext",
        "jo.canary=2Bclub=40members.example quoted-printable",
        "jo.canary&#64;members.example &#x40; entity",
        "jo.canary(at)members.example",
        "jo.canary [at] members [dot] example",
        "User jo.canary not found",
        "no such local part: JO.CANARY+CLUB",
        "host mx.members.example[192.0.2.7] said no",
        "bounce+jo.canary+club=members.example-x",
        "SRS0=HHH=TT=members.example=jo.canary+club refused",
        "jo.canary＠members.example full width",
        "jo\u{200B}.ca\u{AD}nary\u{0}+club@mem\u{202E}bers.example hidden",
        "am8uY2FuYXJ5K2NsdWJAbWVtYmVycy5leGFtcGxl base64",
        "id=XXam8uY2FuYXJ5K2NsdWJAbWVtYmVycy5leGFtcGxl;",
        "6a6f2e63616e6172792b636c7562406d656d626572732e6578616d706c65 hex",
        "6A006F002E00630061006E006100720079002B0063006C007500620040006D0065006D0062006500720073002E006500780061006D0070006C006500",
        "elpmaxe.srebmem@bulc+yranac.oj backwards",
        "=?utf-8?Q?jo=2Ecanary?= refused",
        "j o . c a n a r y + c l u b at m e m b e r s . e x a m p l e",
        "login relay-login is not allowed",
        "m.e.m.b.e.r.s.e.x.a.m.p.l.e",
    ])
    func `No form of a known address is left`(reply: String) {
        let cleaned = Self.redaction.clean(reply)
        #expect(Self.readable(cleaned).isEmpty, "left: \(cleaned)")
    }

    // A mark may stand on a letter that no precomposed one exists for, and a server may write marks apart or leave them out.
    @Test(arguments: [
        ("g\u{303}uarani@members.example", "550 g\u{303}uarani: unknown"),
        ("g\u{303}uarani@members.example", "550 G\u{303}UARANI: unknown"),
        ("g\u{303}uarani@members.example", "550 guarani: unknown"),
        ("\u{130}stanbul@members.example", "550 i\u{307}stanbul: unknown"),
        ("\u{130}stanbul@members.example", "550 \u{130}STANBUL: unknown"),
        ("jos\u{e9}@members.example", "550 jose%CC%81: unknown"),
        ("jos\u{e9}@members.example", "550 jos%C3%A9: unknown"),
        ("jose\u{301}@members.example", "550 jos\u{e9}: unknown"),
    ])
    func `A name with marks is found however they are written`(address: String, reply: String) {
        #expect(Redaction(hiding: [address]).clean(reply) == "550 ‹address› unknown")
    }

    // An address nobody told us of is taken out by its shape.
    @Test(arguments: [
        ("550 <someone@else.example>: unknown", "someone"), ("someone@else.example", "someone"),
        ("someone%40else.example", "someone"), ("someone+40else.example", "someone"),
        ("<wéird.üser@bücher.example> no", "bücher"), ("\"some one\"@else.example", "some one"),
        ("c29tZW9uZUBlbHNlLmV4YW1wbGU=", "c29tZW9uZUBl"), ("736f6d656f6e6540656c73652e6578616d706c65", "736f6d65"),
        ("md5 d41d8cd98f00b204e9800998ecf8427e", "d41d8cd9"), ("1B2M2Y8AsgTpgAmY7PhCfg== has no room", "1B2M2Y8A"),
        ("sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk,reason=unknown", "2jmj7l5r"), ("9ZbFxpWRkv8bD6J6YT is unknown", "9ZbFxpWR"),
        ("zado8ijtr2kgy71cbg is unknown", "zado8ijt"), ("550 DIGEST=2UHN-KYSSE/5BMZ66P6P7YC", "2UHN"),
        ("<anything at all>", "anything"),
    ])
    func `An address is known by its shape`(reply: String, piece: String) {
        #expect(!Redaction().clean(reply).contains(piece))
    }

    @Test func `A domain is known by both its names`() throws {
        let address = try EmailAddress("anna@bücher.example")
        let cleaned = Redaction(hiding: [address.text]).clean("no mailbox at Bücher.example. today")
        #expect(cleaned == "no mailbox at ‹address› today")
    }

    // A word too short to be an encoding is looked at for the names alone.
    @Test(arguments: ["jo", "Jo.", "JO,", "oj", "a,jo", "jo.b"])
    func `A short name is found in a short word`(word: String) {
        let redaction = Redaction(hiding: ["jo@me.example"])
        #expect(redaction.clean("user \(word) unknown") == "user ‹address› unknown")
        #expect(redaction.clean("Ok job 12.3, joy of jon") == "Ok job 12.3, joy of jon")
    }

    // P5: client addresses are evidence and belong in no reply.
    @Test(arguments: [
        "blocked 192.0.2.77 today", "blocked [192.0.2.77] today", "blocked 77.2.0.192.in-addr.arpa today",
        "blocked dsl-192-0-2-77.isp.example today", "blocked 2001:db8::77 today", "blocked [IPv6:2001:db8::77] today",
        "blocked 2001:db8:0:0:0:0:0:77 today", "blocked ::ffff:192.0.2.77 today", "blocked ip=192.0.2.77; today",
    ])
    func `IP addresses go`(reply: String) {
        #expect(Redaction().clean(reply) == "blocked ‹ip› today")
    }

    // What helps the operator and names nobody stays as it was.
    @Test(arguments: [
        "Ok: queued as 4XyZ12AbCdz9q", "OK id=1rABcd-0000000012A-3bCd", "see /help/Mailbox-Unavailable/details",
        "OK 1700000000 a1-20020a05600c0a0100b003c6cc57566fsi123wmb.9 - gsmtp",
        "OK 1700000000 98e67ed59e1d1-2a0b5e3f7d2si1234567a91.123 - gsmtp",
        "Ok 0100018d3e5f7a9b-1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f-000000",
        "Requested mail action not taken: mailbox unavailable", "Message rejected (policy 4.3.2) at 12:34:56",
        "Greylisted, see https://support.example.org/help?p=NoSuchUser", "Größe überschritten", "mail.example.net closing",
        "joke.canaryish words are no names",
    ])
    func `The rest is left alone`(reply: String) {
        #expect(Self.redaction.clean(reply) == reply)
    }

    // A smarthost's text is shown in a terminal and on a page.
    @Test(arguments: ["a\u{1B}[31mred\u{7}", "a\r\nb\tc", "a\u{85}b\u{2028}c", "a\u{202E}b", "a\u{0}b"])
    func `Control characters do not get through`(reply: String) {
        let cleaned = Redaction().clean(reply)
        #expect(cleaned.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        #expect(!cleaned.contains("\u{202E}") && !cleaned.contains("\u{2028}"))
    }

    @Test func `Nobody can write our marks`() {
        #expect(!Redaction().clean("‹address›").contains("‹"))
    }

    @Test func `A long reply is cut, and never through an address`() {
        let long = Redaction().clean(String(repeating: "word ", count: 100))
        #expect(long.count == Redaction.limit)
        #expect(long.hasSuffix("…"))
        #expect(Self.redaction.clean(String(repeating: "x", count: 1_995) + " jo.canary+club@members.example").count <= 200)
        #expect(
            Self.readable(Self.redaction.clean(String(repeating: "a ", count: 995) + "jo.canary+club@members.example")).isEmpty)
    }

    // A mark makes another Character of the sign it stands on, and a person reads on.
    @Test(arguments: [
        "someone@\u{301}else.example", "someone\u{301}@\u{20DD}else.example", "someone @¨ else.example",
        "<someone@else.example\u{301}>\u{301}", "jo.canary@\u{301}members.example", "jo.canary\u{308} unknown",
        "\u{D4E}@\u{D4E}someone.example", "<someone @canary.example",
    ])
    func `No mark hides an address`(reply: String) {
        let cleaned = Self.redaction.clean(reply)
        #expect(!cleaned.unicodeScalars.contains("@") && !cleaned.contains("canary"), "left: \(cleaned)")
    }

    // Otherwise it would not fit into the frame that takes the outcome to the relay.
    @Test(arguments: ["\u{1E130}", "a\u{301}", "\u{915}\u{94D}", "\u{FDFA}", "é\u{1E130}"])
    func `A pile of marks is cut like anything long`(pile: String) {
        let cleaned = Redaction().clean("x" + String(repeating: pile, count: 1_500))
        #expect(cleaned.unicodeScalars.count <= Redaction.limit)
    }

    // A hostile reply costs no more than an honest one.
    @Test(arguments: ["<", "@", "\"@", "%", "=?", "a@", "<<>>", " @ ", "‹", "::", "1.2.3.", "< ", "\u{FDFA}"])
    func `Piles of signs are digested`(sign: String) {
        var cleaned = ""
        let took = Figure.processorTime { cleaned = Self.redaction.clean(String(repeating: sign, count: 5_000)) }
        #expect(Figure.isCheap("5,000 × “\(sign)” in a reply", took, limit: .seconds(1)))
        #expect(cleaned.count <= Redaction.limit)
        #expect(!cleaned.contains("@"))
    }

    // Whatever surrounds it and however it is cased, the address does not come through.
    @Test(arguments: 0..<300)
    func `Random surroundings do not hide an address`(seed: UInt64) {
        var randomness = SeededRandomness(seed: seed)
        let noise = Array("<>\"'()[]{}:;,. \t\r\n\\%+=&#/|‹›\u{200B}\u{0}ab1".unicodeScalars)
        func piece() -> String {
            var view = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...6, using: &randomness) {
                view.append(noise.randomElement(using: &randomness) ?? " ")
            }
            return String(view)
        }
        let address = Self.recipient.map { Bool.random(using: &randomness) ? $0.uppercased() : String($0) }.joined()
        let cleaned = Self.redaction.clean(piece() + address + piece() + "x" + piece())
        #expect(Self.readable(cleaned).isEmpty, "left: \(cleaned)")
    }
}
