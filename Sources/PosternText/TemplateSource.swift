internal import Mustache

/// The text of a template, parsed to compare it with its page.
///
/// swift-mustache (2.1.1) renders an unknown tag as nothing, so a typing mistake would silently empty a page or a mail.
/// Every template is therefore checked when its process starts.
package struct TemplateSource: Sendable {
    package let text: String
    package let tags: [TemplateTag]

    /// - Parameter text: with LF line ends.
    package init(_ text: String) {
        self.text = text
        tags = TemplateTag.all(in: text)
    }

    /// A mail's template, whose values are texts: variables, sections, inverted sections and comments. Transforms such as
    /// `uppercased(name)` are refused, since they would take an escaped value apart.
    package func faults(known: [String], required: [String]) -> [TemplateFault.Reason] {
        faults(required: required, kinds: [.section, .inverted, .end, .unescaped, .braced]) { tag in
            tag.name == "." || known.contains(tag.name) ? nil : known
        }
    }

    /// A web page's template, which may also stand in a layout and take texts (`{{text.contact.send}}`), but print nothing
    /// unescaped.
    /// - Parameters:
    ///   - known: the names of the page's values, at whatever depth.
    ///   - frame: the names of the values that every page's `frame` has.
    ///   - layouts: the names of the templates to stand in.
    package func faults(known: [String], frame: [String], required: [String], layouts: [String]) -> [TemplateFault.Reason] {
        faults(required: required, kinds: [.section, .inverted, .end, .layout, .block]) { tag in
            let path = tag.name.split(separator: ".").map(String.init)
            switch (tag.kind, path.first) {
            case (.block, _), (_, nil): return nil
            case (.layout, _): return layouts.contains(tag.name) ? nil : layouts
            // Mustache itself checks that it matches the beginning.
            case (.end, _): return nil
            case (_, "text") where path.count == 3: return nil
            case (_, "frame") where path.count == 2: return frame.contains(path[1]) ? nil : frame.map { "frame.\($0)" }
            default: return known.contains(tag.name) ? nil : known
            }
        }
    }

    /// The texts the template takes from the catalogue, as `section.name`.
    package var texts: Set<String> {
        Set(tags.filter { !$0.isComment && $0.name.hasPrefix("text.") }.map { String($0.name.dropFirst("text.".count)) })
    }

    /// - Parameter alternatives: what there is in place of an unknown tag; nil for a known one.
    private func faults(
        required: [String], kinds: Set<TemplateTag.Kind>, alternatives: (TemplateTag) -> [String]?
    ) -> [TemplateFault.Reason] {
        let faults: [TemplateFault.Reason] = tags.compactMap { tag in
            guard tag.isClosed else { return .syntax(line: tag.line, .tagEnd) }
            if tag.isComment { return nil }
            guard tag.kind.map(kinds.contains) ?? true, tag.hasPlainName else {
                return .unsupportedTag(tag.text, line: tag.line)
            }
            return alternatives(tag).map { .unknownTag(tag.name, line: tag.line, known: $0) }
        }
        return faults
            + required.filter { name in !tags.contains { $0.shows(name) } }.map { .missingTag($0) }
    }

    /// - Parameter pragma: goes before the text, and says how values are escaped.
    func compiled(_ pragma: String) throws(TemplateFault.Reason) -> MustacheTemplate {
        do {
            return try MustacheTemplate(string: pragma + text)
        } catch let error as MustacheTemplate.ParserError {
            let line = error.context.lineNumber - pragma.count { $0 == "\n" }
            throw .syntax(line: max(1, line), MustacheMistake(error.error))
        } catch {
            throw .syntax(line: 1, .other)
        }
    }
}

extension TemplateTag {
    fileprivate var hasPlainName: Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: ".")
            }
    }
}

extension MustacheMistake {
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
