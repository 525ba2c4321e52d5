import Mustache

/// A page of values a template can name. The tags are an enum, so that the compiler sees to a value for each.
protocol MailPage {
    associatedtype Tag: RawRepresentable<String> & CaseIterable & Sendable
    /// What a template of this page must not leave out.
    static var required: [Tag] { get }
    /// The value as it goes into the template, already escaped for the page's form; nil leaves its section out.
    func value(_ tag: Tag) -> String?
}

/// A template of `templates/mail/`, checked against the page it shows.
///
/// swift-mustache (2.1.1) renders an unknown tag as nothing, so that a slip of an editor would silently empty a mail: the
/// tags are checked here, when the vault starts. It also escapes HTML character by character where a character is a
/// grapheme: U+0600 before `<`, or a combining mark behind `"`, makes another character of them and they pass unescaped. So
/// pages hand in escaped values and the template renders as plain text; `{{name}}` and `{{{name}}}` are then the same, and
/// neither is a hole.
struct MailTemplate<Page: MailPage>: Sendable {
    private let outlines: TemplateOutlines<Page.Tag>
    /// By the place of each tag in `allCases`: whether the template names it.
    private let isNamed: [Bool]

    /// - Throws: every fault of the text.
    init(_ text: String) throws(TemplateFault.Reasons) {
        let source = text.replacing("\r\n", with: "\n")
        let known = Page.Tag.allCases.map(\.rawValue)
        let tags = TemplateTag.all(in: source)
        var faults: [TemplateFault.Reason] = tags.compactMap { tag in
            guard tag.isClosed else { return .syntax(line: tag.line, .tagEnd) }
            guard tag.isSupported else { return .unsupportedTag(tag.text, line: tag.line) }
            return tag.isComment || tag.name == "." || known.contains(tag.name)
                ? nil : .unknownTag(tag.name, line: tag.line, known: known)
        }
        for tag in Page.required where !tags.contains(where: { $0.shows(tag.rawValue) }) {
            faults.append(.missingTag(tag.rawValue))
        }
        guard faults.isEmpty else { throw TemplateFault.Reasons(all: faults) }
        let names = Set(tags.map(\.name))
        isNamed = Page.Tag.allCases.map { names.contains($0.rawValue) }
        do {
            outlines = TemplateOutlines(of: try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}\n" + source))
        } catch let error as MustacheTemplate.ParserError {
            // The line above is ours.
            throw TemplateFault.Reasons(all: [.syntax(line: max(1, error.context.lineNumber - 1), SyntaxSlip(error.error))])
        } catch {
            throw TemplateFault.Reasons(all: [.syntax(line: 1, .other)])
        }
    }

    func render(_ page: Page) -> String {
        let values = zip(Page.Tag.allCases, isNamed).map { tag, isNamed in isNamed ? page.value(tag) : nil }
        return outlines.outline(present: values.map { $0 != nil }).filled(values)
    }
}

extension SyntaxSlip {
    fileprivate init(_ error: any Error) {
        self =
            switch error as? MustacheTemplate.Error {
            case .expectedSectionEnd: .sectionEnd
            case .sectionCloseNameIncorrect: .sectionName
            case .unfinishedName: .tagEnd
            default: .other
            }
    }
}
