import Foundation
import PosternText
import PosternWeb
import Testing

extension TemplateTests {
    // Any text of a page, whatever fills it: names, reasons, tags, times and paths alike.
    @Test(arguments: RevealPagesTests.hostile)
    func `Whatever stands in any text of any page is shown as it is and does nothing`(text: String) throws {
        let library = try Self.library()
        for page in try Self.pages() {
            let name = Self.label(type(of: page).template)
            let plain = try #require(library.render(Self.filled(page, with: "x"), named: name))
            let hostile = try #require(library.render(Self.filled(page, with: text), named: name))
            #expect(plain.count > 200)
            #expect(Self.tags(in: hostile) == Self.tags(in: plain), "\(name)")
        }
    }

    private static func library() throws -> PageLibrary {
        var library = PageLibrary()
        for template in Templates.layouts + Templates.pages.map({ $0.template }) {
            let text = try String(contentsOfFile: "\(templatesFolder)/\(template).mustache", encoding: .utf8)
            try library.add(TemplateSource(text), named: label(template))
        }
        return library
    }

    private static func label(_ template: String) -> String { template.replacing("/", with: "-") }

    /// A page's values by their names, with the same text in each; what our catalogue says stays.
    private static func filled(_ value: Any, with text: String) -> [String: any Sendable] {
        var values: [String: any Sendable] = [:]
        for child in Mirror(reflecting: value).children {
            guard let label = child.label else { continue }
            values[label] = other(child.value, with: text)
        }
        return values
    }

    /// - Returns: nil for what is not there.
    private static func other(_ value: Any, with text: String) -> (any Sendable)? {
        switch value {
        case is String: return text
        case let flag as Bool: return flag
        case let texts as Texts: return texts
        default: break
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { other($0.value, with: text) }
        case .collection: return mirror.children.compactMap { other($0.value, with: text) }
        default: return filled(value, with: text)
        }
    }

    /// Each element with the names of its attributes, in order: what a browser would make of the page, its texts left out.
    private static func tags(in page: String) -> [String] {
        var (found, tag, quote) = ([String](), String?.none, Unicode.Scalar?.none)
        for scalar in page.unicodeScalars {
            guard let begun = tag else {
                if scalar == "<" { tag = "" }
                continue
            }
            switch scalar {
            case _ where quote != nil: if scalar == quote { quote = nil }
            case "\"", "'": quote = scalar
            case ">":
                found.append(begun)
                tag = nil
            default: tag = begun + String(scalar)
            }
        }
        return found + (tag.map { [$0] } ?? [])
    }
}
