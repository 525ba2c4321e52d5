/// Text as HTML.
enum HTML {
    /// Escapes for element content and quoted attributes. Works on bytes: see `MailTemplate` for what graphemes do to this.
    /// - Parameter breaksLines: writes `<br>` for a line feed.
    static func escaped(_ text: String, breaksLines: Bool = false) -> String {
        var text = text
        return text.withUTF8 { bytes in
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count + bytes.count / 8 + 16)
            for byte in bytes {
                switch byte {
                case UInt8(ascii: "&"): output += "&amp;".utf8
                case UInt8(ascii: "<"): output += "&lt;".utf8
                case UInt8(ascii: ">"): output += "&gt;".utf8
                case UInt8(ascii: "\""): output += "&quot;".utf8
                case UInt8(ascii: "'"): output += "&#39;".utf8
                case UInt8(ascii: "\n") where breaksLines: output += "<br>".utf8
                default: output.append(byte)
                }
            }
            return String(decoding: output, as: UTF8.self)
        }
    }
}
