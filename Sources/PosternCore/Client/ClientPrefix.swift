/// A client address, or the network it belongs to: what limits and tags are computed from.
package struct ClientPrefix: Hashable, Sendable {
    /// 32, 24 or 16 for IPv4; 64, 56, 48 or 32 for IPv6.
    package let length: UInt8
    /// The address's first `length` bits.
    package let bytes: [UInt8]
}

extension ClientAddress {
    /// Narrowest first: IPv4 /32 and /24; IPv6 /64, /56 and /48. An IPv6 subscriber has at least a /64, so that a single address
    /// means nothing there.
    package var prefixes: [ClientPrefix] {
        (bytes.count == 4 ? [32, 24] : [64, 56, 48]).map(prefix)
    }

    /// What counts as one network: an IPv4 /24 or an IPv6 /48, which is the least that a provider announces or assigns to a
    /// customer who asks.
    package var network: ClientPrefix { prefix(bytes.count == 4 ? 24 : 48) }

    /// The /16 or /32 around it: what one provider has, and what one owner of many networks is likely to have them from.
    package var wideNetwork: ClientPrefix { prefix(bytes.count == 4 ? 16 : 32) }

    private func prefix(_ length: UInt8) -> ClientPrefix {
        ClientPrefix(length: length, bytes: Array(bytes.prefix(Int(length) / 8)))
    }
}

extension ClientPrefix: CustomStringConvertible, CustomReflectable {
    package var description: String { "‹client prefix›" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
