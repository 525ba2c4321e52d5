package import PosternCore

/// Decides whose address a submission came from: the peer's own, or one that a trusted proxy vouches for.
///
/// `X-Forwarded-For` grows on the right, one entry per proxy that passed the request on. Only entries written by our
/// own proxies count, so the list is read from the right: each trusted proxy vouches for the entry it added, and the
/// first that is not a trusted proxy is the client. Whatever stands further left, the client may have written itself.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange]) {
        self.ranges = ranges
    }

    /// Whether a header from this peer is worth reading at all.
    package func trusts(_ peer: ClientAddress) -> Bool {
        ranges.contains { $0.contains(peer) }
    }

    /// - Parameter forwardedFor: the values of every `X-Forwarded-For` field, in the order they stood in the head.
    package func client(peer: ClientAddress, forwardedFor: [String]) -> ClientAddress {
        var client = peer
        for entry in forwardedFor.reversed().lazy.flatMap({
            $0.split(separator: ",", omittingEmptySubsequences: false).reversed()
        }) {
            guard trusts(client) else { break }
            // `unknown`, `_hidden` or nonsense: the proxy does not say, and what is left of it is nobody's word.
            guard let next = ClientAddress(text: Self.bareAddress(in: entry)) else { break }
            client = next
        }
        return client
    }

    /// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:4711` all occur.
    private static func bareAddress(in entry: Substring) -> Substring {
        let entry = entry.drop { $0 == " " || $0 == "\t" }
        if entry.first == "[" {
            return entry.dropFirst().prefix { $0 != "]" }
        }
        let trimmed = entry.prefix { $0 != " " && $0 != "\t" }
        return trimmed.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1 ? trimmed.prefix { $0 != ":" } : trimmed
    }
}
