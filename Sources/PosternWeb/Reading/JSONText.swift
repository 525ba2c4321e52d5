private import PosternCore

/// The small JSON values of our answers, as text. `JSONEncoder` would need a type for each of them.
package enum JSONText {
    case string(String)
    case number(Int)
    case boolean(Bool)
    case null
    case array([JSONText])
    /// In this order. A member without a value is left out.
    case object([(name: String, value: JSONText?)])

    /// Nil becomes `null`.
    static func nullable(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }

    package var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .string(let value): Self.quote(value, into: &text)
        case .number(let value): text += String(value)
        case .boolean(let value): text += value ? "true" : "false"
        case .null: text += "null"
        case .array(let values):
            text += "["
            for (place, value) in values.enumerated() {
                if place > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (name, value) in members {
                guard let value else { continue }
                if text.utf8.last != UInt8(ascii: "{") { text += "," }
                Self.quote(name, into: &text)
                text += ":"
                value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{00}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let unit = UInt16(truncatingIfNeeded: scalar.value)
                text += "\\u" + HexDigits.text([UInt8(unit >> 8), UInt8(unit & 0xFF)])
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
