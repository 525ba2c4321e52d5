package import PosternCore

/// Sections of texts by name: what a template reaches as `{{text.contact.send}}`.
package typealias Texts = [String: [String: String]]

/// Every text of the pages in one language, from `templates/strings/web.LANGUAGE.json`.
///
/// A text may have places in braces, `Write to {recipient}`, which are filled in Swift; templates take the texts that
/// have none. Filled-in values are escaped with the rest of the page, never before.
package struct Catalogue: Sendable {
    package let language: Language
    package let texts: Texts

    package init(language: Language, texts: Texts) {
        (self.language, self.texts) = (language, texts)
    }

    /// - Returns: the key itself where the catalogue lacks it, which loading rules out.
    package func callAsFunction(_ key: TextKey, _ values: [String: String] = [:]) -> String {
        let (section, name) = key.path
        guard let text = texts[section]?[name] else { return key.rawValue }
        return values.isEmpty ? text : Self.filled(text, with: values)
    }

    /// One pass over the text, so that a value with braces of its own stays what it is.
    private static func filled(_ text: String, with values: [String: String]) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            result += values[name] ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
