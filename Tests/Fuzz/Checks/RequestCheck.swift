import PosternCore
import PosternWeb

/// A request without its body: the path on the first line, `Accept-Language` on the second, any field with
/// parameters on the third.
enum RequestCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        let lines = bytes.lines
        try checkPath(lines[0])
        if lines.count > 1 { try checkLanguage(lines[1].text) }
        if lines.count > 2 { try checkField(lines[2].text) }
    }

    private static let patterns: [PathPattern] = [
        "/api/v1/sites/{site}/recipients/{handle}/letters", "/c/{site}/{handle}", "/privacy/{site}.json",
        "/confirm/{site}/{handle}/{token}",
    ]

    private static func checkPath(_ path: [UInt8]) throws(Breach) {
        if let segments = PathPattern.segments(of: path.text) {
            try hold(segments.count <= 8, "a path is cut into a bounded number of pieces")
            for pattern in patterns where pattern.matches(segments) {
                let captures = PathPattern.Captures(pattern: pattern, segments: segments)
                let size = (captures["site"] + captures["handle"] + captures["token"]).utf8.count
                try hold(size <= 3 * path.count, "what is captured stands in the path")
            }
        }
        let decoded = PercentCoding.decoded(path, plusIsSpace: false)
        try hold(decoded.count <= path.count, "decoding makes nothing longer")
        let encoded = PercentCoding.encoded(path.text)
        try hold(
            PercentCoding.decoded(encoded.utf8, plusIsSpace: true).text.isSame(as: path.text), "what is encoded decodes to itself"
        )
    }

    private static func checkLanguage(_ field: String) throws(Breach) {
        let available = ["en", "de", "fr", "ar"].compactMap { Language($0) }
        let choice = LanguageChoice(asked: String(field.prefix(8)), accepted: field, site: [], available: available)
        try hold(available.contains(choice.language), "a page is shown in a language there is")
        if let language = Language(field) {
            try hold(language.description.utf8.count <= 8, "a language's tag is short")
            try hold(Language(language.description) == language, "a language reads its own tag")
        }
    }

    private static func checkField(_ text: String) throws(Breach) {
        guard let field = ParameterisedField(text) else { return }
        try hold(!field.value.utf8.contains { $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: ";") }, "a value is a token")
        try hold(
            field.parameters.keys.allSatisfy { name in
                !name.isEmpty && !name.utf8.contains { $0 <= 0x20 || $0 >= 0x7F || "=;\"".utf8.contains($0) }
            }, "a parameter's name is a token")
        // With everything quoted it reads the same.
        let written = field.parameters.map { name, value in
            "\(name)=\"" + value.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
        }
        // A mark at the beginning would join with the quotation mark before it.
        guard field.parameters.values.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }) else { return }
        let again = ParameterisedField(([field.value] + written).joined(separator: "; "))
        try hold(again == field, "a field that is written again reads the same")
    }
}
