/// Keyed pseudonym of a client address or of its prefix, a different one every epoch. Staff work with tags instead of addresses.
///
/// Sixty-four bits, written as thirteen characters of Crockford's base 32, like ids.
package struct Tag: Hashable, Sendable, LosslessStringConvertible {
    package let value: UInt64

    package init(value: UInt64) {
        self.value = value
    }

    package init?(_ text: String) {
        let text = text.lowercased()
        // Thirteen characters have 65 bits: the first one uses only four.
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
