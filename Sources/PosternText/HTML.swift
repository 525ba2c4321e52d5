internal import Mustache

/// Text as HTML.
package enum HTML {
    /// Escapes for element content and quoted attributes.
    ///
    /// By octet, as browsers read: swift-mustache (2.1.1) escapes by `Character`. There, a quotation mark with a combining accent
    /// after it, or `<` after U+0600, is a different Character and is not escaped.
    /// - Parameter breaksLines: writes `<br>` for a line feed.
    package static func escaped(_ text: String, breaksLines: Bool = false) -> String {
        var copy = text
        return copy.withUTF8 { octets in
            var output: [UInt8] = []
            // What needs no escape is copied in one go.
            var done = 0
            for index in octets.indices {
                // Most of any text is letters and spaces, and neither is escaped.
                guard octets[index] <= 0x3E, octets[index] != 0x20,
                    let escape = escape(octets[index], breaksLines: breaksLines)
                else { continue }
                if done == 0 { output.reserveCapacity(octets.count + octets.count / 8 + 8) }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: octets[done..<index]))
                escape.withUTF8Buffer { output.append(contentsOf: $0) }
                done = index + 1
            }
            guard done > 0 else { return text }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: octets[done...]))
            return String(decoding: output, as: UTF8.self)
        }
    }

    /// Never asked for octets above `>`: `escaped` skips those.
    private static func escape(_ octet: UInt8, breaksLines: Bool) -> StaticString? {
        switch octet {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        case UInt8(ascii: "\n") where breaksLines: "<br>"
        // As browsers do.
        case 0: "\u{FFFD}"
        default: nil
        }
    }
}

/// `HTML.escaped` as swift-mustache calls it.
struct EscapedHTML: MustacheContentType {
    /// The name templates call it by.
    static let name = "POSTERN_HTML"

    func escapeText(_ text: String) -> String { HTML.escaped(text) }
}
