/// Octets as text in the charset that a mail names.
enum Charset {
    /// - Parameter name: the charset as the mail names it, in any case; nil if it names none.
    static func text(of bytes: [UInt8], named name: String?, defects: inout Set<MailDefect>) -> String {
        switch name?.lowercased() {
        case nil, "utf-8", "utf8", "us-ascii", "ascii":
            break
        case "iso-8859-1", "latin1", "windows-1252", "cp1252":
            return text(ofWindows1252: bytes, &defects)
        default:
            // Most charsets contain ASCII, so that much can still be read.
            defects.insert(.unknownCharset)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if !text.utf8.elementsEqual(bytes) { defects.insert(.undecodableText) }
        return text
    }

    /// ISO 8859-1 is read as windows-1252, as browsers and mail programs do (encoding.spec.whatwg.org, "Names and labels"):
    /// the two differ only where ISO 8859-1 has control characters.
    private static func text(ofWindows1252 bytes: [UInt8], _ defects: inout Set<MailDefect>) -> String {
        var scalars = String.UnicodeScalarView()
        for byte in bytes {
            let scalar = (0x80...0x9F).contains(byte) ? windows1252[Int(byte - 0x80)] : Unicode.Scalar(byte)
            if scalar == "\u{FFFD}" { defects.insert(.undecodableText) }
            scalars.append(scalar)
        }
        return String(scalars)
    }

    /// 0x80 to 0x9F; five of them are undefined.
    private static let windows1252 = Array(
        "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ".unicodeScalars)
}
