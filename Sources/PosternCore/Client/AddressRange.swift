/// Why a text is not an address range: one sentence for the operator, with the remedy.
package struct AddressRangeFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
}

/// A block of IP addresses as `POSTERN_TRUSTED_PROXIES` names it: `192.0.2.0/24`, `2001:db8::/32`, or one address.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    private let network: [UInt8]
    private let length: Int

    /// - Throws: when the address cannot be read, the length does not fit it, or bits after the length are set: `10.1.2.3/8` may
    ///   mean one proxy or sixteen million, and trust must not be guessed.
    package init(_ text: String) throws(AddressRangeFault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = ClientAddress(text: first) else {
            throw AddressRangeFault(
                description: "“\(text)” is not an address range; write one like 192.0.2.0/24 or 2001:db8::/32")
        }
        let widest = address.bytes.count * 8
        var length = widest
        if parts.count == 2 {
            // ::ffff:192.0.2.0/120 is kept as the IPv4 range that it means.
            let mapped = widest == 32 && first.contains(":") ? 96 : 0
            guard parts[1].utf8.allSatisfy(\.isASCIIDigit), let written = Int(parts[1]), written >= mapped,
                written - mapped <= widest
            else {
                throw AddressRangeFault(description: "“\(text)” has no length from 0 to \(widest) after the slash")
            }
            length = written - mapped
        }
        let network = Self.masked(address.bytes, to: length)
        guard network == address.bytes else {
            throw AddressRangeFault(
                description:
                    "“\(text)” sets bits after its length; write the first address of the block, or leave out the length for one address"
            )
        }
        self.network = network
        self.length = length
    }

    package func contains(_ client: ClientAddress) -> Bool {
        client.bytes.count == network.count && Self.masked(client.bytes, to: length) == network
    }

    /// In CIDR form, always with the length. It is shown, because a range is configuration and not a client's address.
    package var description: String {
        let groups =
            network.count == 4
            ? network.map { String($0) }.joined(separator: ".")
            : stride(from: 0, to: 16, by: 2).map { String(Int(network[$0]) << 8 | Int(network[$0 + 1]), radix: 16) }.joined(
                separator: ":")
        return "\(groups)/\(length)"
    }

    /// Whether ranges that are to name a few proxies name everybody, together or alone: an eighth of all IPv4 addresses, or of
    /// IPv6 more than every private network (fc00::/7) there is.
    package static func coverEverybody(_ ranges: [AddressRange]) -> Bool {
        share(of: ranges, bytes: 4) >= 0.125 || share(of: ranges, bytes: 16) >= 0.03
    }

    /// The part of all addresses of one kind that the ranges hold. Two ranges are apart, or one is within the other.
    private static func share(of ranges: [AddressRange], bytes: Int) -> Double {
        let kind = Set(ranges.filter { $0.network.count == bytes })
        let outer = kind.filter { range in
            !kind.contains { $0.length < range.length && masked(range.network, to: $0.length) == $0.network }
        }
        return outer.reduce(0) { $0 + 1 / Double(sign: .plus, exponent: $1.length, significand: 1) }
    }

    private static func masked(_ bytes: [UInt8], to length: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(length - index * 8, 0), 8)
            return kept == 0 ? 0 : byte & (0xFF << UInt8(8 - kept))
        }
    }
}
