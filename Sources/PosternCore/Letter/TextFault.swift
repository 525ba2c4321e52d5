/// Why a text cannot stand in a one-line field.
package enum TextFault: Error, Equatable, Sendable {
    case empty
    case tooLong(limit: Int, count: Int)
    /// A line break: in a header it would begin a new one (RFC 5322 §2.2).
    case lineBreak
    /// NUL, ESC and the like. Nobody types them; something sends them.
    case controlCharacter
}
