/// A client address, or the network it belongs to: what limits and tags are computed from.
package struct ClientPrefix: Hashable, Sendable {
    /// 32 or 24 for IPv4; 64, 56 or 48 for IPv6.
    package let length: UInt8
    /// The address's first `length` bits.
    package let bytes: [UInt8]
}

extension ClientAddress {
    /// Narrowest first: IPv4 /32 and /24; IPv6 /64, /56 and /48. An IPv6 subscriber has at least a /64, so that a single address
    /// means nothing there.
    package var prefixes: [ClientPrefix] {
        let lengths: [UInt8] = bytes.count == 4 ? [32, 24] : [64, 56, 48]
        return lengths.map { ClientPrefix(length: $0, bytes: Array(bytes.prefix(Int($0) / 8))) }
    }
}

extension ClientPrefix: CustomStringConvertible, CustomReflectable {
    package var description: String { "‹client prefix›" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
