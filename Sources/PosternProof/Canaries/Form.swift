/// A form in which a value can be stored without being recognised at first sight.
package enum Form: String, Hashable, Sendable, CaseIterable {
    /// As it is, in every spelling of its kind, such as the eight groups of an IPv6 address in full.
    case plain
    case capitals
    case reversed
    /// RFC 4648, both alphabets, at each of the three offsets it can have in the encoded bytes.
    case base64
    /// RFC 2045: every byte, or all except letters and digits.
    case quotedPrintable = "quoted-printable"
    /// Both cases.
    case hex
    /// RFC 3986: what must be encoded, what may be, or every byte; both cases.
    case percent
    /// HTML's character references, decimal and hexadecimal.
    case references
    /// Escapes with a backslash, as in JSON and programming languages.
    case escapes
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
    /// An address whose domain is spelled in ASCII (RFC 3492).
    case punycode
    /// Digests: as bytes, in hexadecimal, in base 64.
    case md5 = "MD5"
    case sha1 = "SHA-1"
    case sha256 = "SHA-256"
    /// The sixteen bytes of an IP address, IPv4 in its mapped form. The four bytes of IPv4 and their eight hexadecimal digits
    /// occur by chance too often to show anything.
    case binary
    /// A part that reveals nearly everything: an address's local part, its domain, an IPv6 client's network.
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
