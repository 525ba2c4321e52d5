/// Writes the small JSON objects of our answers. `JSONEncoder` would need a type for each of them.
package struct JSONText: Sendable {
    package private(set) var text = ""

    package init() {}

    /// `{` members `}`. The closure calls `member` for each of them.
    package static func object(_ members: (inout JSONText) -> Void) -> String {
        var json = JSONText()
        json.text = "{"
        members(&json)
        json.text += "}"
        return json.text
    }

    package mutating func member(_ name: StaticString, _ value: String) {
        begin(name)
        Self.quote(value, into: &text)
    }

    /// `null` when there is no value.
    package mutating func member(_ name: StaticString, optional value: String?) {
        guard let value else { return member(name, raw: "null") }
        member(name, value)
    }

    /// - Parameter value: one of ours, and JSON already.
    package mutating func member(_ name: StaticString, raw value: StaticString) {
        begin(name)
        text += "\(value)"
    }

    /// - Parameter name: one of ours, though not a literal.
    package mutating func member(dynamic name: String, _ value: String) {
        if text.utf8.last != UInt8(ascii: "{") { text += "," }
        Self.quote(name, into: &text)
        text += ":"
        Self.quote(value, into: &text)
    }

    package mutating func member(_ name: StaticString, _ value: Int) {
        begin(name)
        text += String(value)
    }

    package mutating func member(_ name: StaticString, _ values: [String]) {
        begin(name)
        text += "["
        for (number, value) in values.enumerated() {
            if number > 0 { text += "," }
            Self.quote(value, into: &text)
        }
        text += "]"
    }

    /// - Parameter objects: made by `object`.
    package mutating func member(_ name: StaticString, objects: [String]) {
        begin(name)
        text += "[" + objects.joined(separator: ",") + "]"
    }

    private mutating func begin(_ name: StaticString) {
        if text.utf8.last != UInt8(ascii: "{") { text += "," }
        text += "\"\(name)\":"
    }

    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{00}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
