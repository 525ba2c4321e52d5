/// Hexadecimal: in capitals for quoted-printable (RFC 2045 §6.7), Q encoding (RFC 2047 §4.2) and URLs (RFC 3986 §2.1), else in
/// small letters.
package enum HexDigits {
    @usableFromInline static let capitals = Array("0123456789ABCDEF".utf8)
    private static let small = Array("0123456789abcdef".utf8)

    package static func pair(_ byte: UInt8) -> String {
        let (high, low) = octets(byte)
        return String(decoding: [high, low], as: UTF8.self)
    }

    @inlinable package static func octets(_ byte: UInt8) -> (high: UInt8, low: UInt8) {
        (capitals[Int(byte >> 4)], capitals[Int(byte & 15)])
    }

    /// In small letters.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [small[Int($0 >> 4)], small[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Accepts either case. Nil for anything else, even a sign, which the standard library's parser would accept.
    package static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
