/// The IP address that a submission came from. It is evidence, not data: it is sealed at once, and code that prints it by accident
/// prints a placeholder.
package struct ClientAddress: Hashable, Sendable {
    /// Four bytes (IPv4) or sixteen (IPv6), in network order. An IPv4-mapped IPv6 address is kept as IPv4.
    package let bytes: [UInt8]

    /// Sixteen bytes for either kind, as they are sealed: a seal's length must not tell which. `init(bytes:)` reads them.
    package var mappedBytes: [UInt8] { bytes.count == 16 ? bytes : Self.mappedPrefix + bytes }

    /// Of an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2).
    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    /// Nil unless there are four or sixteen bytes.
    package init?(bytes: [UInt8]) {
        switch bytes.count {
        case 4: self.bytes = bytes
        case 16 where bytes.starts(with: Self.mappedPrefix): self.bytes = Array(bytes.suffix(4))
        case 16: self.bytes = bytes
        default: return nil
        }
    }
}

extension ClientAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "‹client address›" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}

extension ClientAddress {
    /// Reads `192.0.2.1` or `2001:db8::1`, without port, brackets or zone. Nil for anything else.
    package init?(text: some StringProtocol) {
        guard let bytes = IPv4Text.bytes(text) ?? IPv6Text.bytes(text) else { return nil }
        self.init(bytes: bytes)
    }
}
