import PosternCore
import PosternWeb
import Testing

/// From whom a request came. In all tables 127.0.0.1, 10/8 and 2001:db8:ff::/48 are our proxies; 203.0.113.9 and
/// 2001:db8::7 are clients; 198.51.100.66 is an address that somebody wants to pass for.
struct TrustedProxiesTests {
    private static let forged = "198.51.100.66"

    private func finding(
        peer: String = "127.0.0.1", listed: [String] = [], named: [String] = [],
        trusted: [String] = ["127.0.0.1", "10.0.0.0/8", "2001:db8:ff::/48"]
    ) throws -> TrustedProxies.Finding {
        let proxies = TrustedProxies(try trusted.map { try AddressRange($0) })
        return proxies.client(peer: try #require(ClientAddress(text: peer)), forwardedFor: listed, forwarded: named)
    }

    // The client is the rightmost address that is not a trusted proxy's. Anything left of it may be forged.
    @Test(arguments: [
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.66, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.66", "203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.66", "198.51.100.66", "203.0.113.9, 10.0.0.1"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.66,203.0.113.9,10.0.0.1,10.0.0.2"], "203.0.113.9"),
        ("127.0.0.1", ["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        ("10.9.9.9", ["198.51.100.66, 203.0.113.9, 127.0.0.1"], "203.0.113.9"),
        ("127.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("127.0.0.1", ["2001:DB8:0:0:0:0:0:7"], "2001:db8::7"),
        ("2001:db8:ff::1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("::ffff:127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["[2001:db8::7]"], "2001:db8::7"),
        ("127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("127.0.0.1", ["  203.0.113.9\t"], "203.0.113.9"),
        ("127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["::ffff:cb00:7109"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9, ::ffff:10.0.0.1"], "203.0.113.9"),
        // U+0600 and the comma after it are one Character.
        ("127.0.0.1", ["198.51.100.66\u{600},203.0.113.9"], "203.0.113.9"),
    ])
    func `X-Forwarded-For is read from the right`(peer: String, listed: [String], expected: String) throws {
        let finding = try finding(peer: peer, listed: listed)
        #expect(finding.client == ClientAddress(text: expected) && finding.ignored == nil)
    }

    // RFC 7239, in every form that proxies write.
    @Test(arguments: [
        (["for=203.0.113.9"], "203.0.113.9"),
        (["For=203.0.113.9"], "203.0.113.9"),
        (["for=\"203.0.113.9\""], "203.0.113.9"),
        (["for=\"203.0.113.9:4711\""], "203.0.113.9"),
        (["for=203.0.113.9:4711"], "203.0.113.9"),
        (["for=\"203.0.113.9:_p\""], "203.0.113.9"),
        (["for=\"[2001:db8::7]\""], "2001:db8::7"),
        (["for=\"[2001:db8::7]:4711\""], "2001:db8::7"),
        (["for=\"[::ffff:203.0.113.9]\""], "203.0.113.9"),
        (["by=10.0.0.1;for=203.0.113.9;host=x;proto=https"], "203.0.113.9"),
        (["proto=https; for=203.0.113.9;"], "203.0.113.9"),
        (["for=198.51.100.66, for=203.0.113.9"], "203.0.113.9"),
        (["for=198.51.100.66", "for=203.0.113.9"], "203.0.113.9"),
        (["for=198.51.100.66,for=203.0.113.9, for=10.0.0.1"], "203.0.113.9"),
        (["for=203.0.113.9", "for=10.0.0.1;by=10.0.0.2", "for=\"10.0.0.3:80\""], "203.0.113.9"),
        // A quotation that the visitor opens does not swallow what the proxy appends.
        (["for=\", for=203.0.113.9"], "203.0.113.9"),
        (["\", for=203.0.113.9"], "203.0.113.9"),
        (["for=198.51.100.66;x=\", for=203.0.113.9"], "203.0.113.9"),
        (["for=\"198.51.100.66", "for=203.0.113.9"], "203.0.113.9"),
        // A comma or a semicolon in a quoted value separates nothing.
        (["for=203.0.113.9;host=\"x, for=198.51.100.66\""], "203.0.113.9"),
        (["for=203.0.113.9;host=\"x;for=198.51.100.66\""], "203.0.113.9"),
        (["for=198.51.100.66\u{600},for=203.0.113.9"], "203.0.113.9"),
    ])
    func `Forwarded is read from the right`(named: [String], expected: String) throws {
        let finding = try finding(named: named)
        #expect(finding.client == ClientAddress(text: expected) && finding.ignored == nil)
    }

    // A header from an untrusted peer is ignored, and counted.
    @Test(arguments: ["203.0.113.9", "11.0.0.1", "128.0.0.1", "2001:db8::7", "2001:db8:fe::1", "::1"])
    func `An untrusted peer speaks for itself only`(peer: String) throws {
        let own = ClientAddress(text: peer)
        for (listed, named) in [([Self.forged], []), ([], ["for=\(Self.forged)"]), (["127.0.0.1"], ["for=127.0.0.1"])] {
            let finding = try finding(peer: peer, listed: listed, named: named)
            #expect(finding.client == own && finding.ignored == .untrustedPeer)
        }
        #expect(try finding(peer: "127.0.0.1", listed: [Self.forged], trusted: []).client == ClientAddress(text: "127.0.0.1"))
        #expect(try finding(peer: peer).ignored == nil)
    }

    // Reading ends at an entry that names nobody. Nothing left of it counts.
    @Test(arguments: [
        "unknown", "_hidden", "", " ", "203.0.113.9, unknown", "203.0.113.9, ", "203.0.113.9,,", "203.0.113.9 198.51.100.66 x",
        "203.0.113.9\" x", "999.1.1.1", "0x7f000001", "2130706433", "203.0.113", "203.0.113.9.", "203.0.113.09", "0203.0.113.9",
        "203.0.113.9:", "203.0.113.9:x", "203.0.113.9:123456", "203.0.113.9/32", "２０３.0.113.9", "203.0.113.9\u{301}",
        "203.0.113.٩", "[2001:db8::7", "2001:db8::7]", "[2001:db8::7]x", "[2001:db8::7]:443x]", "[203.0.113.9]", "[]",
        "fe80::1%eth0", "[fe80::1%25eth0]", "2001:db8::7::", "2001:db8:::7", "20001:db8::7", "1:2:3:4:5:6:7", ":203.0.113.9",
        "localhost", "203.0.113.9;198.51.100.66", "\u{feff}203.0.113.9", "-1.0.0.1", "203.0.113.+9",
    ])
    func `Nothing beyond nonsense in X-Forwarded-For is believed`(entry: String) throws {
        let finding = try finding(listed: ["\(Self.forged), \(entry)"])
        #expect(finding.client == ClientAddress(text: "127.0.0.1"))
    }

    @Test(arguments: [
        "for", "for=", "for=unknown", "for=_a1", "for=\"_a1:80\"", "for=\"\"", "for=\"", "for=\"203.0.113.9", "for=203.0.113.9\"",
        "for=\"203.0.113.9\"x", "for=203.0.113.9;for=198.51.100.66", "For=203.0.113.9;for=203.0.113.9", "for =203.0.113.9",
        "for=2001:db8::7", "for=\"2001:db8::7\"", "for=\"[2001:db8::7%1]\"", "for=\"[2001:db8::7]:\"", "host=x", "=203.0.113.9",
        "for=\"203\\.0.113.9\"", "for=203.0.113.9;host=\"a\\\"b\"", "for=\"[203.0.113.9]\"", "nonsense", "203.0.113.9",
        "for==203.0.113.9", "for=\"203.0.113.9:99999999\"", "forx=203.0.113.9",
    ])
    func `Nothing beyond nonsense in Forwarded is believed`(element: String) throws {
        let finding = try finding(named: ["for=\(Self.forged), \(element)"])
        #expect(finding.client == ClientAddress(text: "127.0.0.1"))
    }

    @Test(arguments: [
        ("203.0.113.9", "for=203.0.113.9", "203.0.113.9", false),
        ("198.51.100.66, 203.0.113.9", "for=\"203.0.113.9:80\"", "203.0.113.9", false),
        ("203.0.113.9, 10.0.0.1", "for=203.0.113.9", "203.0.113.9", false),
        ("2001:db8::7", "for=\"[2001:db8::7]\"", "2001:db8::7", false),
        ("203.0.113.9", "for=198.51.100.66", "127.0.0.1", true),
        ("198.51.100.66", "for=203.0.113.9", "127.0.0.1", true),
        ("203.0.113.9", "for=unknown", "127.0.0.1", true),
        ("203.0.113.9", "", "127.0.0.1", true),
        ("", "for=203.0.113.9", "127.0.0.1", true),
        ("203.0.113.9, 10.0.0.1", "for=10.0.0.1", "127.0.0.1", true),
        ("unknown", "for=_x", "127.0.0.1", false),
    ])
    func `Two fields are believed only when they name the same client`(
        listed: String, named: String, expected: String, isIgnored: Bool
    ) throws {
        let finding = try finding(listed: [listed], named: [named])
        #expect(finding.client == ClientAddress(text: expected))
        #expect(finding.ignored == (isIgnored ? .disagreement : nil))
    }

    @Test(arguments: 0..<40) func `Nothing a visitor sends changes the client that our proxy names`(seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let pieces = ["\"", ",", ";", "=", "for=", "\\", "198.51.100.66", "[", "]", ":", " ", "\u{600}", "é", "127.0.0.1", "_"]
        for _ in 0..<200 {
            let prefix = (0..<next(12)).map { _ in pieces[next(pieces.count)] }.joined()
            #expect(try finding(listed: ["\(prefix), 203.0.113.9"]).client == ClientAddress(text: "203.0.113.9"))
            #expect(try finding(named: ["\(prefix), for=203.0.113.9"]).client == ClientAddress(text: "203.0.113.9"))
        }
    }
}
