import PosternCore
import PosternWeb
import Testing

struct TrustedProxiesTests {
    private func client(
        peer: String, _ forwardedFor: [String], trusted: [String] = ["127.0.0.1", "10.0.0.0/8", "2001:db8:ff::/48"]
    )
        throws -> ClientAddress
    {
        let proxies = TrustedProxies(try trusted.map { try AddressRange($0) })
        return proxies.client(peer: try #require(ClientAddress(text: peer)), forwardedFor: forwardedFor)
    }

    // The client is the rightmost address that is not a trusted proxy; what stands left of it may be forged.
    @Test(arguments: [
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1,203.0.113.9,10.0.0.1,10.0.0.2"], "203.0.113.9"),
        ("127.0.0.1", ["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        ("127.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("2001:db8:ff::1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("127.0.0.1", ["[2001:db8::7]"], "2001:db8::7"),
        ("127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("127.0.0.1", ["  203.0.113.9\t"], "203.0.113.9"),
        ("127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
    ])
    func `the header is read from the right`(peer: String, forwardedFor: [String], expected: String) throws {
        #expect(try client(peer: peer, forwardedFor) == ClientAddress(text: expected))
    }

    // A header from somebody we do not trust says nothing.
    @Test(arguments: ["203.0.113.9", "11.0.0.1", "2001:db8::1"])
    func `an untrusted peer speaks for itself only`(peer: String) throws {
        #expect(try client(peer: peer, ["198.51.100.1"]) == ClientAddress(text: peer))
        #expect(try client(peer: peer, ["127.0.0.1"], trusted: []) == ClientAddress(text: peer))
    }

    // An entry that is no address ends the reading at the last hop that is known.
    @Test(arguments: [
        ["unknown"], ["_hidden"], [""], ["203.0.113.9, unknown"], ["203.0.113.9, "], ["203.0.113.9,,"],
        ["203.0.113.9 198.51.100.1 x"],
        ["203.0.113.9\" x"], ["999.1.1.1"], ["0x7f000001"], ["2001:db8::7]:443x]"],
    ])
    func `nonsense is nobody's word`(forwardedFor: [String]) throws {
        let found = try client(peer: "127.0.0.1", forwardedFor)
        let acceptable = [ClientAddress(text: "127.0.0.1"), ClientAddress(text: "203.0.113.9")]
        #expect(acceptable.contains(found))
        if forwardedFor.first?.hasPrefix("203.0.113.9,") == true { #expect(found == ClientAddress(text: "127.0.0.1")) }
    }
}
