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

extension ClientAddress {
    /// 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
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

extension ClientAddress {
    /// The one spelling of an address (RFC 5952): for a person who was shown it by a reveal, for the file that an operator
    /// wants for the firewall, and for nobody else.
    package var revealedText: String {
        guard bytes.count == 16 else { return bytes.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        let text = { (groups: ArraySlice<UInt16>) in groups.map { String($0, radix: 16) }.joined(separator: ":") }
        guard let zeros = Self.longestRun(of: groups) else { return text(groups[...]) }
        return text(groups[..<zeros.lowerBound]) + "::" + text(groups[zeros.upperBound...])
    }

    /// The longest run of zeros, the first of those that are alike; nil where none has two.
    private static func longestRun(of groups: [UInt16]) -> Range<Int>? {
        var (longest, start) = (0..<1, 0)
        for (place, group) in (groups + [1]).enumerated() where group != 0 {
            if place - start > longest.count { longest = start..<place }
            start = place + 1
        }
        return longest.count > 1 ? longest : nil
    }
}
