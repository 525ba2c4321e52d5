/// Dotted-decimal IPv4 addresses in text.
enum IPv4Text {
    /// The four bytes. Nil for anything else, including leading zeros, which some readers take for octal.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(\.isASCIIDigit),
                part.utf8.count == 1 || part.first != "0", let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}

/// IPv6 addresses in text (RFC 4291 §2.2), without zones.
enum IPv6Text {
    static func isAddress(_ text: some StringProtocol) -> Bool {
        bytes(text) != nil
    }

    /// Sixteen bytes; nil for anything but an address without brackets or zone.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        // The longest address has 45 characters.
        guard text.utf8.count <= 45 else { return nil }
        let halves = String(text).split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        switch halves.count {
        case 1:
            guard let all = groups(halves[0], mayEndInIPv4: true), all.count == 8 else { return nil }
            return bytes(of: all)
        case 2:
            guard let left = halves[0].isEmpty ? [] : groups(halves[0], mayEndInIPv4: false),
                let right = halves[1].isEmpty ? [] : groups(halves[1], mayEndInIPv4: true), left.count + right.count <= 7
            else { return nil }
            return bytes(of: left + Array(repeating: 0, count: 8 - left.count - right.count) + right)
        default:
            return nil
        }
    }

    private static func bytes(of groups: [UInt16]) -> [UInt8] {
        groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    /// The 16-bit groups of the part; nil if any of them is not one.
    private static func groups(_ part: Substring, mayEndInIPv4: Bool) -> [UInt16]? {
        let parts = part.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, group) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, group.contains(".") {
                guard let four = IPv4Text.bytes(group) else { return nil }
                groups += [UInt16(four[0]) << 8 | UInt16(four[1]), UInt16(four[2]) << 8 | UInt16(four[3])]
            } else {
                // UInt16's own initialiser would accept a sign.
                guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
                    let value = UInt16(group, radix: 16)
                else { return nil }
                groups.append(value)
            }
        }
        return groups
    }
}
