/// Keyed pseudonym of a client address or of its prefix, a different one every epoch. Staff work with tags instead of addresses.
///
/// Sixty-four bits, written as thirteen characters of Crockford's base 32, like ids.
package struct Tag: Hashable, Sendable, LosslessStringConvertible {
    package let value: UInt64

    package init(value: UInt64) {
        self.value = value
    }

    package init?(_ text: String) {
        let digits = text.lowercased().utf8.map { Base32.values[Int($0)] }
        // Thirteen characters have 65 bits: the first one uses only four.
        guard digits.count == 13, digits[0] < 16, digits.allSatisfy({ $0 < 32 }) else { return nil }
        value = digits.reduce(0) { $0 << 5 | UInt64($1) }
    }

    package var description: String {
        let places = stride(from: 60 as UInt64, through: 0, by: -5)
        return String(decoding: places.map { Base32.alphabet[Int(value >> $0 & 31)] }, as: UTF8.self)
    }
}
