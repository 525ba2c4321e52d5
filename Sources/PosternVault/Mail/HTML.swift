/// Text as HTML.
enum HTML {
    /// Escapes for element content and quoted attributes. Works on bytes: see `MailTemplate` for what graphemes do to this.
    /// - Parameter breaksLines: writes `<br>` for a line feed.
    static func escaped(_ text: String, breaksLines: Bool = false) -> String {
        var text = text
        return text.withUTF8 { bytes in
            var output: [UInt8] = []
            // What needs nothing is copied in one go.
            var done = 0
            output.reserveCapacity(bytes.count + bytes.count / 8)
            for index in bytes.indices {
                // Most of any text is letters and spaces, and what is escaped is neither.
                guard bytes[index] <= 0x3E, bytes[index] != 0x20, let escape = escape(bytes[index], breaksLines: breaksLines)
                else { continue }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[done..<index]))
                escape.withUTF8Buffer { output.append(contentsOf: $0) }
                done = index + 1
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[done...]))
            return String(decoding: output, as: UTF8.self)
        }
    }

    /// Of none above `>`, the last of them: `escaped` passes those by.
    private static func escape(_ byte: UInt8, breaksLines: Bool) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        case UInt8(ascii: "\n") where breaksLines: "<br>"
        default: nil
        }
    }
}
