/// A way in which a value can stand somewhere without being readable at first sight.
package enum Form: String, Hashable, Sendable, CaseIterable {
    /// As it is, with each spelling the kind has: `::ffff:192.0.2.1`, the eight groups of an IPv6 address in full.
    case plain
    case capitals
    case reversed
    /// RFC 4648, both alphabets, at each of the three places it can have in what was encoded.
    case base64
    /// RFC 2045: every byte, or only those that are no letter and no digit.
    case quotedPrintable = "quoted-printable"
    /// Both cases.
    case hex
    /// RFC 3986: what must be, what may be, or every byte; both cases.
    case percent
    /// HTML's references to characters, decimal and hexadecimal.
    case references
    /// Backslashes, as JSON and programming languages have them.
    case escapes
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
    /// An address whose domain is spelled in ASCII (RFC 3492).
    case punycode
    /// Digests: as bytes, in hexadecimal, in base 64.
    case md5 = "MD5"
    case sha1 = "SHA-1"
    case sha256 = "SHA-256"
    /// The bytes of an IP address. Not the four of IPv4, nor their eight hexadecimal digits, which chance writes too often to
    /// show anything; the sixteen of its mapped form, yes.
    case binary
    /// A piece that tells nearly all: an address's local part, its domain, an IPv6 client's network.
    case part

    /// Whether a value of this kind can have this form.
    package func suits(_ canary: Canary) -> Bool {
        switch self {
        case .punycode: canary.ascii != nil
        case .binary: canary.kind == .clientAddress
        case .part: canary.kind == .recipientAddress || (canary.kind == .clientAddress && canary.text.contains(":"))
        case .plain, .capitals, .reversed, .base64, .quotedPrintable, .hex, .percent, .references, .escapes, .utf16LittleEndian,
            .utf16BigEndian, .md5, .sha1, .sha256:
            true
        }
    }
}
