/// A tag as it stands in a template.
package struct TemplateTag: Equatable, Sendable {
    package enum Kind: Character, Sendable {
        case section = "#"
        case inverted = "^"
        case end = "/"
        case layout = "<"
        case block = "$"
        case comment = "!"
        case unescaped = "&"
        case braced = "{"
        /// Partials, pragmas, delimiter changes, dynamic names: nothing we need.
        case partial = ">"
        case pragma = "%"
        case delimiters = "="
        case dynamic = "*"
    }

    package let text: String
    package let name: String
    package let line: Int
    package let isClosed: Bool
    /// Nil for a value.
    package let kind: Kind?

    package var isComment: Bool { kind == .comment }

    /// Whether the tag prints the value, and does not only ask whether there is one.
    package func shows(_ value: String) -> Bool {
        name == value && (kind == nil || kind == .braced || kind == .unescaped)
    }

    /// Every tag of a template, in order; one that never ends reaches to the end of its line.
    package static func all(in template: String) -> [TemplateTag] {
        var tags: [TemplateTag] = []
        var rest = template[...]
        var line = 1
        while let open = rest.firstRange(of: "{{") {
            line += rest[..<open.lowerBound].count { $0 == "\n" }
            let inner = rest[open.upperBound...]
            let close = inner.firstRange(of: "}}")
            let content = inner[..<(close?.lowerBound ?? inner.firstIndex(of: "\n") ?? inner.endIndex)]
            let kind = content.first.flatMap(Kind.init)
            let name = content.dropFirst(kind == nil ? 0 : 1).filter { !$0.isWhitespace }
            tags.append(
                TemplateTag(
                    text: "{{\(content)\(close == nil ? "" : "}}")", name: name, line: line, isClosed: close != nil, kind: kind))
            line += content.count { $0 == "\n" }
            rest = close.map { inner[$0.upperBound...] } ?? inner[content.endIndex...]
        }
        return tags
    }
}
