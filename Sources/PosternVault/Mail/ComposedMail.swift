/// A mail ready for SMTP. The same letter gives the same bytes on every attempt (A4).
package struct ComposedMail: Equatable, Sendable {
    /// Headers and body: CRLF line ends only, seven-bit unless `needsSMTPUTF8`, no line that begins with a dot.
    package let bytes: [UInt8]
    /// Whether a header holds a UTF-8 address (RFC 6532), so that only a server that offers SMTPUTF8 may get it.
    package let needsSMTPUTF8: Bool
    /// Goes between `<` and `>` in MAIL FROM: random per letter, at the domain the mail is from.
    package let envelopeSender: String
}

/// Why a mail cannot be made. Each is a fault of ours, which no retry mends.
package enum ComposeFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// A header value with a line break, NUL or another control character; the types before us let none through.
    case controlCharacter(header: String)
    /// A token that cannot stand in a Message-ID, an envelope address and a MIME boundary.
    case token
    /// A link that is not an absolute URL of RFC 3986 characters.
    case link

    package var description: String {
        switch self {
        case .controlCharacter(let header): "the mail's \(header) header would hold a control character"
        case .token: "a token of the mail is not 1–40 letters and digits"
        case .link: "the mail's link is not an absolute http or https URL"
        }
    }
}
