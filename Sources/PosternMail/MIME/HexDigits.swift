/// Upper-case hexadecimal, for quoted-printable (RFC 2045 §6.7), Q encoding (RFC 2047 §4.2) and URLs (RFC 3986 §2.1).
package enum HexDigits {
    static let all = Array("0123456789ABCDEF".utf8)

    package static func pair(_ byte: UInt8) -> String {
        String(decoding: [all[Int(byte >> 4)], all[Int(byte & 15)]], as: UTF8.self)
    }

    /// Accepts either case. Nil for anything else, even a sign, which the standard library's parser would accept.
    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
