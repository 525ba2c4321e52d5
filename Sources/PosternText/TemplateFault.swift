/// What is wrong with one file that an operator may edit, and what to do about it.
package struct TemplateFault: Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Error, Hashable, Sendable {
        case missing
        case unreadable(String)
        case notUTF8
        case syntax(line: Int, MustacheMistake)
        case unknownTag(String, line: Int, known: [String])
        /// Partials, pragmas, transforms, delimiter changes, and whatever would leave a value unescaped.
        case unsupportedTag(String, line: Int)
        /// A tag without which the reader would miss something.
        case missingTag(String)
        case notACatalogue
        case unknownLanguage(known: [String])
        case missingText(String)
        case unknownText(String)
        case brace(String)
        case slots(key: String, expected: [String])
    }

    /// Below the templates folder, as in `mail/letter.txt.mustache`.
    package let file: String
    package let reason: Reason

    package init(file: String, reason: Reason) {
        self.file = file
        self.reason = reason
    }

    package var description: String { "\(file): \(problem)" }

    /// What is wrong, with what to do.
    package var problem: String {
        switch reason {
        case .missing: "is missing; put the file back from the package"
        case .unreadable(let why):
            "is there and cannot be read (\(why)); let the service's users read the whole folder (chmod -R a+rX)"
        case .notUTF8: "is not UTF-8; save it as UTF-8"
        case .syntax(let line, let mistake): "line \(line): \(mistake.rawValue)"
        case .unknownTag(let tag, let line, let known):
            "line \(line) names “\(tag)”, which nothing fills; there are \(known.joined(separator: ", "))"
        case .unsupportedTag(let tag, let line):
            "line \(line) has “\(tag)”; only {{name}}, {{#name}}, {{^name}}, {{/name}} and {{! comments}} are supported"
        case .missingTag(let tag): "has no {{\(tag)}}, without which its reader would miss something"
        case .notACatalogue: "is not a JSON object of sections, each an object of texts"
        case .unknownLanguage(let known):
            "is named after no language that Postern can count in; there are \(known.joined(separator: ", ")), each with an "
                + "optional region as in pt-br"
        case .missingText(let key): "has no text for “\(key)”"
        case .unknownText(let key): "has a text “\(key)” that nothing uses; remove it"
        case .brace(let text): "has a brace that belongs to no slot: \(text)"
        case .slots(let key, let expected):
            expected.isEmpty
                ? "“\(key)” may hold no slot"
                : "“\(key)” must hold \(expected.map { "{\($0)}" }.joined(separator: " and ")) and no other slot"
        }
    }
}

/// Every fault of the templates and catalogues, never none.
package struct TemplateFaults: Error, Equatable, Sendable, CustomStringConvertible {
    package let all: [TemplateFault]

    package var description: String { all.map(\.description).joined(separator: "\n") }
}

/// What swift-mustache itself objects to.
package enum MustacheMistake: String, Sendable {
    case tagEnd = "a tag has no }} or its name is not a name"
    case sectionEnd = "a section {{#…}} or {{^…}} that began above has no end {{/…}}"
    case sectionName = "a section ends under another name than it began with"
    case other = "this is not valid Mustache"
}
