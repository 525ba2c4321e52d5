import Foundation
import PosternProof
import PosternTestSupport
import Testing

@Suite("A canary is found in every form")
struct FormTests {
    static let address = Canary(
        number: 1, kind: .recipientAddress, text: "kestrel7r+club@höhle7d.example", ascii: "kestrel7r+club@xn--hhle7d-wxa.example"
    )
    static let plainAddress = Canary(number: 2, kind: .recipientAddress, text: "kestrel8r@nest8d.example")
    static let text = Canary(number: 3, kind: .letterText, text: "where the heron 17z stands")
    static let four = Canary(number: 4, kind: .clientAddress, text: "203.0.113.117")
    static let six = Canary(number: 5, kind: .clientAddress, text: "2001:db8:7a5b:1c2d:3e4f:5a6b:7c8d:9eaf")

    private static func found(_ bytes: [UInt8], _ canary: Canary) -> Set<Form> {
        let search = NeedleSearch(for: [canary])
        var forms: Set<Form> = []
        search.search(bytes) { forms.insert(search.needles[$1].form) }
        return forms
    }

    // What other programs write: from encoders other than ours, or as constants.
    @Test(
        arguments: [
            ("to kestrel8r@nest8d.example,", plainAddress, Form.plain), ("KESTREL8R@NEST8D.EXAMPLE", plainAddress, .capitals),
            ("elpmaxe.d8tsen@r8lertsek", plainAddress, .reversed), ("kestrel8r%40nest8d.example", plainAddress, .percent),
            ("kestrel8r%40nest8d%2eexample", plainAddress, .percent),
            ("kestrel8r=40nest8d=2Eexample", plainAddress, .quotedPrintable),
            ("kestrel8r&#64;nest8d&#46;example", plainAddress, .references),
            ("kestrel8r\\u0040nest8d\\u002eexample", plainAddress, .escapes),
            ("6b65737472656c3872406e65737438642e6578616d706c65", plainAddress, .hex),
            ("6B65737472656C3872406E65737438642E6578616D706C65", plainAddress, .hex),
            ("kestrel8r at another domain", plainAddress, .part), ("somebody at nest8d.example", plainAddress, .part),
            ("kestrel7r+club@xn--hhle7d-wxa.example", address, .punycode),
            ("kestrel7r%2Bclub%40h%C3%B6hle7d.example", address, .percent),
            ("where+the+heron+17z+stands", text, .percent), ("where%20the%20heron%2017z%20stands", text, .percent),
            ("117.113.0.203.in-addr.arpa", four, .plain), ("203-0-113-117.dsl.example", four, .plain),
            ("::ffff:203.0.113.117", four, .plain), ("2001:0db8:7a5b:1c2d:3e4f:5a6b:7c8d:9eaf", six, .plain),
            ("2001:DB8:7A5B:1C2D:3E4F:5A6B:7C8D:9EAF", six, .capitals), ("20010db87a5b1c2d3e4f5a6b7c8d9eaf", six, .binary),
            ("f.a.e.9.d.8.c.7.b.6.a.5.f.4.e.3.d.2.c.1.b.5.a.7.8.b.d.0.1.0.0.2.ip6.arpa", six, .plain),
            ("2001:db8:7a5b:1c2d::/64", six, .part),
        ] as [(String, Canary, Form)])
    func `As other programs write it`(written: String, canary: Canary, form: Form) {
        #expect(Self.found(Array(written.utf8), canary).contains(form))
    }

    @Test(arguments: 0..<7)
    func `In base 64, at any offset in the encoded bytes, in either alphabet`(before: Int) {
        for canary in [Self.address, Self.plainAddress, Self.text, Self.four, Self.six] {
            let whole = Data(repeating: 0xFB, count: before) + Data(canary.text.utf8) + Data([0xFF, 0xFE])
            let encoded = whole.base64EncodedString()
            #expect(Self.found(Array(encoded.utf8), canary).contains(.base64))
            let forURLs = encoded.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            #expect(Self.found(Array(forURLs.utf8), canary).contains(.base64))
        }
    }

    @Test func `In UTF-16, whichever byte comes first`() throws {
        let (little, big) = (
            try #require(Self.address.text.data(using: .utf16LittleEndian)),
            try #require(Self.address.text.data(using: .utf16BigEndian))
        )
        #expect(Self.found(Array(little), Self.address).contains(.utf16LittleEndian))
        #expect(Self.found(Array(big), Self.address).contains(.utf16BigEndian))
    }

    // md5sum, sha1sum and sha256sum of "kestrel8r@nest8d.example".
    @Test(arguments: [
        (Form.md5, "3a137013549f1e702c5a9efb3783caf8"), (.sha1, "af1fbdd9645c958f4eda6d8f9fb9257de657f44f"),
        (.sha256, "c5ff68987e0c941112c56291f6b8aabbb89849744985d052dcf16fdc8111d8a2"),
    ])
    func `As a digest: hexadecimal in either case, as bytes, and in base 64`(form: Form, digits: String) throws {
        #expect(Self.found(Array(digits.utf8), Self.plainAddress) == [form])
        #expect(Self.found(Array(digits.uppercased().utf8), Self.plainAddress) == [form])
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(digits.dropFirst($0).prefix(2), radix: 16) }
        #expect(Self.found(bytes, Self.plainAddress) == [form])
        #expect(Self.found(Array(Data(bytes).base64EncodedString().utf8), Self.plainAddress) == [form])
    }

    @Test func `IPv6 by its sixteen bytes, IPv4 by those of its mapped form, and never by four bytes that occur by chance`() {
        #expect(Self.found([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 203, 0, 113, 117], Self.four) == [.binary])
        #expect(Self.found([1, 2, 3, 4, 203, 0, 113, 117, 5, 6, 7, 8], Self.four).isEmpty)
        let bytes: [UInt8] = [0x20, 1, 0xD, 0xB8, 0x7A, 0x5B, 0x1C, 0x2D, 0x3E, 0x4F, 0x5A, 0x6B, 0x7C, 0x8D, 0x9E, 0xAF]
        #expect(Self.found([9] + bytes, Self.six) == [.binary])
    }

    @Test(arguments: Form.allCases)
    func `Every form suits some canary, and none gives a needle that could occur by chance`(form: Form) {
        let needles = [Self.address, Self.plainAddress, Self.text, Self.four, Self.six].flatMap { form.needles(of: $0) }
        #expect(!needles.isEmpty)
        #expect(needles.allSatisfy { $0.count >= NeedleSearch.shortest })
    }

    @Test func `No canary of a flock contains another`() {
        var randomness = SeededRandomness(seed: 7)
        let flock = CanaryFlock(recipients: 300, letters: 400, using: &randomness)
        let search = NeedleSearch(for: flock.all)
        for canary in flock.all {
            search.search(Array("<\(canary.text)>".utf8)) { #expect(search.needles[$1].canary == canary.number) }
        }
        #expect(Set(flock.all.map(\.text)).count == 300 + 3 * 400)
    }
}
