private import Mustache

/// Escapes text for HTML, in content and in quoted attributes.
///
/// swift-mustache's own escaping goes by `Character`, and a quotation mark with a combining accent behind it is another
/// character than a quotation mark: it passes unescaped and ends the attribute it stands in (seen in 2.1.1). This one
/// goes by code point, as browsers read.
package struct PageEscaping: MustacheContentType {
    /// The name templates call it by. `Templates` puts the pragma in front of every template, so none can forget it.
    static let name = "POSTERN_PAGE"
    static let pragma = "{{% CONTENT_TYPE: \(name)}}"

    package init() {}

    package func escapeText(_ text: String) -> String {
        guard text.utf8.contains(where: Self.isSpecial) else { return text }
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count + text.utf8.count / 8)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            // What a browser would silently make of it; a page has no business carrying one.
            case "\u{00}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"), 0: true
        default: false
        }
    }
}
