internal import PosternCore

/// All canaries of one run. New ones are made each time, so that none is in a file from before.
package struct CanaryFlock: Sendable {
    package let recipients: [Canary]
    package let visitors: [Canary]
    package let clients: [Canary]
    package let texts: [Canary]

    package var all: [Canary] { recipients + visitors + clients + texts }

    /// - Parameters:
    ///   - recipients: how many addresses of recipients.
    ///   - letters: how many letters; each has its own visitor, client and text.
    package init(recipients: Int, letters: Int, using randomness: inout some RandomNumberGenerator) {
        var number = 0
        func next(_ kind: Canary.Kind, _ text: String, ascii: String? = nil) -> Canary {
            number += 1
            return Canary(number: number, kind: kind, text: text, ascii: ascii)
        }
        self.recipients = (0..<recipients).map { index in
            let (text, ascii) = Self.address(index, using: &randomness)
            return next(.recipientAddress, text, ascii: ascii)
        }
        visitors = (0..<letters).map { index in
            next(.visitorAddress, "\(Self.word(using: &randomness))\(index)v@\(Self.word(using: &randomness)).example")
        }
        clients = (0..<letters).map { next(.clientAddress, Self.client($0, using: &randomness)) }
        texts = (0..<letters).map { index in
            let (first, second) = (Self.word(using: &randomness), Self.word(using: &randomness))
            return next(.letterText, "\(first) the heron \(index)z \(second)")
        }
    }

    /// A letter follows the number, so that no canary is the beginning of another.
    private static func address(_ index: Int, using randomness: inout some RandomNumberGenerator) -> (String, String?) {
        let local = word(using: &randomness) + "\(index)r" + (index % 7 == 6 ? "+club" : "")
        // One in ten has a domain that is sent as punycode (RFC 3492).
        let domain = "\(index % 10 == 9 ? "bücher-" : "")\(word(using: &randomness))\(index)d.example"
        return ("\(local)@\(domain)", DomainName(domain).map { "\(local)@\($0.ascii)" })
    }

    /// From the networks for documentation (RFC 5737, RFC 3849), which occur in nothing else that is searched. The last number of
    /// IPv4 has three digits, so that no address is the beginning of another.
    private static func client(_ index: Int, using randomness: inout some RandomNumberGenerator) -> String {
        let (place, perNetwork) = (index / 2, 155)
        if index.isMultiple(of: 2), place < 2 * perNetwork {
            return "\(place < perNetwork ? "203.0.113" : "198.51.100").\(100 + place % perNetwork)"
        }
        // No group begins with a zero, so that each address has one short spelling.
        let groups = (0..<6).map { _ in String(UInt16.random(in: 0x1000...0xFFFF, using: &randomness), radix: 16) }
        return "2001:db8:" + groups.joined(separator: ":")
    }

    /// Ten letters: 47 bits that do not occur by chance.
    private static func word(using randomness: inout some RandomNumberGenerator) -> String {
        String((0..<10).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement(using: &randomness) ?? "a" })
    }
}
