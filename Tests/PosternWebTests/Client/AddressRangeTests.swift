import PosternCore
import PosternWeb
import Testing

struct AddressRangeTests {
    // A range contains exactly the addresses of its family that share its leading bits.
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true),
        ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.128/25", "192.0.2.127", false),
        ("10.0.0.0/8", "10.255.1.2", true),
        ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("127.0.0.1", "127.0.0.1", true),
        ("127.0.0.1", "127.0.0.2", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false),
        ("::1/128", "::1", true),
        ("::ffff:192.0.2.0/120", "192.0.2.7", true),
        ("192.0.2.0/24", "::ffff:192.0.2.7", true),
    ])
    func `A range contains the addresses of its prefix`(range: String, address: String, isInside: Bool) throws {
        let client = try #require(ClientAddress(text: address))
        #expect(try AddressRange(range).contains(client) == isInside)
    }

    // Anything that could be read in two ways is refused, with a sentence.
    @Test(arguments: [
        "", "localhost", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.1/24", "2001:db8::1/32",
        "2001:db8::/129",
        "192.0.2/24", "192.0.2.0/24/8", "::ffff:192.0.2.0/95", "fe80::1%eth0", " 192.0.2.0/24",
    ])
    func `A faulty range is refused`(text: String) {
        let fault = #expect(throws: AddressRangeFault.self) { try AddressRange(text) }
        #expect(fault?.description.contains(text) == true)
    }

    // An eighth of IPv4 is far more than any list of proxies; private networks together are a two-hundredth.
    @Test(
        arguments: [
            (["0.0.0.0/0"], true), (["::/0"], true), (["0.0.0.0/1", "128.0.0.0/1"], true),
            (["10.0.0.0/8", "::/1", "8000::/1"], true),
            (["2000::/3"], true), ((0..<40).map { "\($0).0.0.0/8" }, true), (["0.0.0.0/3"], true),
            (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "fe80::/10"], false),
            (["127.0.0.1/32", "::1/128"], false), ([], false), (["173.245.48.0/20", "2400:cb00::/32"], false),
            // Counted once, however often they are named.
            (Array(repeating: "10.0.0.0/8", count: 50) + ["10.1.0.0/16"], false),
        ] as [([String], Bool)])
    func `Ranges that name everybody are told from a list of proxies (H5)`(texts: [String], isEverybody: Bool) throws {
        #expect(AddressRange.coverEverybody(try texts.map { try AddressRange($0) }) == isEverybody)
    }

    @Test func `A range is written in full`() throws {
        #expect(try AddressRange("127.0.0.1").description == "127.0.0.1/32")
        #expect(try AddressRange("2001:db8::/32").description == "2001:db8:0:0:0:0:0:0/32")
    }
}
