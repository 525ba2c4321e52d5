/// What is wrong with one file an operator may edit, and what to do about it.
package struct TemplateFault: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Error, Equatable, Sendable {
        case missing
        case unreadable(String)
        case notUTF8
        case syntax(line: Int, SyntaxSlip)
        case unknownTag(String, line: Int, known: [String])
        /// Partials, pragmas, transforms and delimiter changes: nothing a mail needs.
        case unsupportedTag(String, line: Int)
        /// A tag without which the mail would keep something from its reader.
        case missingTag(String)
        case notACatalogue
        case languageName
        case missingWord(String)
        case unknownWord(String)
        case brace(String)
        case slots(word: String, expected: [String])
        case direction
    }

    /// Several reasons of one file.
    struct Reasons: Error {
        let all: [Reason]
    }

    /// Below the templates folder, as in `mail/letter.txt.mustache`.
    package let file: String
    package let reason: Reason

    package init(file: String, reason: Reason) {
        (self.file, self.reason) = (file, reason)
    }

    package var description: String { "\(file): \(problem)" }

    /// What is wrong, with what to do.
    package var problem: String { reason.sentence }
}

/// Every fault of the templates and catalogues, never none.
package struct TemplateFaults: Error, Equatable, Sendable, CustomStringConvertible {
    package let all: [TemplateFault]

    package var description: String { all.map(\.description).joined(separator: "\n") }
}

extension TemplateFault.Reason {
    fileprivate var sentence: String {
        switch self {
        case .missing: "is missing; put the file back from the package"
        case .unreadable(let why): "cannot be read (\(why)); give the vault's user the right to read it"
        case .notUTF8: "is not UTF-8; save it as such"
        case .syntax(let line, let what): "line \(line): \(what.rawValue)"
        case .unknownTag(let tag, let line, let known):
            "line \(line) names “\(tag)”, which nothing fills; there are \(known.joined(separator: ", "))"
        case .unsupportedTag(let tag, let line):
            "line \(line) has “\(tag)”; only {{name}}, {{#name}}, {{^name}}, {{/name}} and {{! comments}} are supported"
        case .missingTag(let tag): "has no {{\(tag)}}, without which the mail would keep something from its reader"
        case .notACatalogue: "is not a JSON object of texts"
        case .languageName: "is not named mail.<language>.json, as in mail.de.json or mail.pt-br.json"
        case .missingWord(let key): "has no text for “\(key)”"
        case .unknownWord(let key): "has a text “\(key)” that nothing uses; remove it"
        case .brace(let text): "has a brace that belongs to no slot: \(text)"
        case .slots(let word, let expected):
            expected.isEmpty
                ? "“\(word)” may hold no slot"
                : "“\(word)” must hold \(expected.map { "{\($0)}" }.joined(separator: " and ")) and no other slot"
        case .direction: "“direction” must be ltr or rtl"
        }
    }
}

/// What Mustache itself holds against a template.
package enum SyntaxSlip: String, Sendable {
    case tagEnd = "a tag has no }} or holds what is no name"
    case sectionEnd = "a section {{#…}} or {{^…}} that began above has no end {{/…}}"
    case sectionName = "a section ends under another name than it began with"
    case other = "this is no valid Mustache"
}
