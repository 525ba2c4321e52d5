/// A client address, or the network it stands in, as abuse is counted by.
package struct ClientPrefix: Hashable, Sendable {
    /// 32 or 24 for IPv4; 64, 56 or 48 for IPv6.
    package let length: UInt8
    /// The address's bytes up to there.
    package let bytes: [UInt8]
}

extension ClientAddress {
    /// Narrowest first: IPv4 /32 and /24; IPv6 /64, /56 and /48. One subscriber of IPv6 has a /64 at least, so that single
    /// addresses mean nothing there.
    package var prefixes: [ClientPrefix] {
        let lengths: [UInt8] = bytes.count == 4 ? [32, 24] : [64, 56, 48]
        return lengths.map { ClientPrefix(length: $0, bytes: Array(bytes.prefix(Int($0) / 8))) }
    }
}

extension ClientPrefix: CustomStringConvertible, CustomReflectable {
    package var description: String { "‹client prefix›" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}

/// Keyed pseudonym of a client address or of its prefix, another one every epoch: what staff work with (P5).
///
/// Sixty-four bits, written as thirteen characters of Crockford's base 32, as ids are.
package struct Tag: Hashable, Sendable, LosslessStringConvertible {
    package let value: UInt64

    package init(value: UInt64) {
        self.value = value
    }

    package init?(_ text: String) {
        let text = text.lowercased()
        guard text.utf8.count == 13, text.unicodeScalars.first.map({ "0123456789abcdef".unicodeScalars.contains($0) }) == true
        else { return nil }
        var value: UInt64 = 0
        for character in text.unicodeScalars {
            guard let digit = Self.alphabet.firstIndex(of: character) else { return nil }
            value = value << 5 | UInt64(digit)
        }
        self.init(value: value)
    }

    package var description: String {
        var text = ""
        for shift in stride(from: 60, through: 0, by: -5) {
            text.unicodeScalars.append(Self.alphabet[Int(truncatingIfNeeded: value >> UInt64(shift)) & 31])
        }
        return text
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".unicodeScalars)
}
