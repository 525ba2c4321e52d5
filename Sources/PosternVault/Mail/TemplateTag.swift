/// A tag as it stands in a template.
struct TemplateTag: Equatable {
    let text: String
    let name: String
    let line: Int
    let isClosed: Bool
    private let sigil: Character?

    private init(text: String, name: String, line: Int, isClosed: Bool, sigil: Character?) {
        (self.text, self.name, self.line, self.isClosed, self.sigil) = (text, name, line, isClosed, sigil)
    }

    var isComment: Bool { sigil == "!" }

    /// Variables, escaped or not, sections, inverted sections, their ends and comments. Transforms such as `uppercased(name)` are
    /// not: they would take an escaped value apart.
    var isSupported: Bool {
        guard !isComment else { return true }
        guard sigil.map({ "#^/&{".contains($0) }) ?? true, !name.isEmpty else { return false }
        return name == "." || name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x2D }
    }

    /// Whether the tag prints the value, and does not only ask whether there is one.
    func shows(_ value: String) -> Bool {
        name == value && (sigil == nil || sigil == "{" || sigil == "&")
    }

    /// Every tag of a template, in order; one that never ends reaches to the end of its line.
    static func all(in template: String) -> [TemplateTag] {
        var tags: [TemplateTag] = []
        var rest = template[...]
        var line = 1
        while let open = rest.firstRange(of: "{{") {
            line += rest[..<open.lowerBound].count { $0 == "\n" }
            let inner = rest[open.upperBound...]
            let close = inner.firstRange(of: "}}")
            let content = inner[..<(close?.lowerBound ?? inner.firstIndex(of: "\n") ?? inner.endIndex)]
            let sigil = content.first.flatMap { "#^/&{!>%=<$*".contains($0) ? $0 : nil }
            let name = content.dropFirst(sigil == nil ? 0 : 1).filter { !$0.isWhitespace }
            tags.append(
                TemplateTag(
                    text: "{{\(content)\(close == nil ? "" : "}}")", name: name, line: line, isClosed: close != nil, sigil: sigil)
            )
            line += content.count { $0 == "\n" }
            rest = close.map { inner[$0.upperBound...] } ?? inner[content.endIndex...]
        }
        return tags
    }
}
