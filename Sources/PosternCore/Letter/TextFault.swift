/// Why a text cannot be a field of a letter.
package enum TextFault: Error, Equatable, Sendable {
    case empty
    case tooLong(limit: Int, count: Int)
    /// In a mail, a line break would begin a new header field (RFC 5322 §2.2).
    case lineBreak
}
