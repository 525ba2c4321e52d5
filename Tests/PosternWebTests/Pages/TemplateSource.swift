import Foundation
import PosternWeb

/// A template's file, taken apart just far enough to compare it with its page.
struct TemplateSource {
    struct Tag {
        enum Kind { case value, open, close, layout, block }
        let kind: Kind
        let name: String
    }

    let text: String

    init(_ name: TemplateName) throws {
        text = try String(contentsOfFile: "\(templatesFolder)/\(name.rawValue).mustache", encoding: .utf8)
    }

    var tags: [Tag] {
        text.split(separator: "{{").dropFirst().compactMap { piece in
            guard let end = piece.range(of: "}}") else { return nil }
            let inside = piece[..<end.lowerBound]
            let name = inside.drop { "#^/<$&{".contains($0) }.trimmingCharacters(in: .whitespaces)
            let kind: Tag.Kind =
                switch inside.first {
                case "#", "^": .open
                case "/": .close
                case "<": .layout
                case "$": .block
                default: .value
                }
            return Tag(kind: kind, name: name)
        }
    }

    /// What is left without tags, elements and attributes whose values no person reads.
    var words: String {
        var rest = text
        for pattern in [#"\{\{[^}]*\}\}"#, #"\b(title|alt|placeholder|aria-label|aria-description)="""#] {
            rest = rest.replacingOccurrences(of: pattern, with: "", options: .regularExpression)
        }
        // An attribute people read is looked at with its value; the element around it is not.
        let readAttributes = rest.matches(of: #/\b(?:title|alt|placeholder|aria-label|aria-description)="([^"]+)"/#).map {
            String($0.1)
        }
        rest = rest.replacingOccurrences(of: "<[^>]*>", with: " ", options: .regularExpression)
        return (rest + readAttributes.joined()).filter { $0.isLetter || $0.isNumber }
    }
}
