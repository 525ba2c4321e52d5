import Foundation
import PosternCore
import PosternWeb
import Testing

/// swift-mustache renders a tag it cannot find as nothing and never says so: these tests do.
struct TemplateTests {
    private static func pages() throws -> [any Page] {
        let templates = try Templates(folder: templatesFolder)
        let texts = templates.english
        var randomness = SystemRandomNumberGenerator()
        let names = RecipientNames(try #require(Example.contact()))
        var form = LetterForm()
        form.letter = Example.letter
        let faulty = LetterFaults(all: LetterField.allCases.map { FieldFault(field: $0, reason: .text(.lineBreak)) })
        let letter = try #require(Mail.kept(Mail.alternative))
        func contact(_ occasion: ContactPage.Occasion) -> ContactPage {
            ContactPage(form, token: FormToken(high: 1, low: 2), to: names, action: "/", occasion: occasion, texts, templates)
        }
        return [
            contact(.fresh), contact(.faults(faulty)), SentPage(to: names, another: "/", texts, templates),
            NoLettersPage(to: names, written: "x", texts, templates),
            ConfirmationPage(.question(action: "/"), to: names, texts, templates),
            ErrorPage(.unavailable, incident: Incident(using: &randomness), texts, templates),
            OverviewPage(counts: [:], mailbox: "/", texts, templates), MailboxPage([letter], texts, templates),
            MailboxLetterPage(letter, texts, templates),
        ]
    }

    @Test func `every tag of every template is found in some example of its page`() throws {
        for name in TemplateName.allCases {
            let isLayout = name == .layout || name == .staffLayout
            let examples = try Self.pages().filter { isLayout || type(of: $0).template == name }
            try #require(!examples.isEmpty, "\(name.rawValue) has no page")
            for tag in try TemplateSource(name).tags where tag.kind == .value || tag.kind == .open {
                let isFound = examples.contains { PageShape($0).hasPath(tag.name) }
                #expect(isFound, "\(name.rawValue) shows {{\(tag.name)}}, which its page does not have")
            }
        }
    }

    @Test func `every property of every page is a tag of its template`() throws {
        for page in try Self.pages() {
            let template = type(of: page).template
            let layout: TemplateName = template.rawValue.hasPrefix("staff/") ? .staffLayout : .layout
            let tags = try TemplateSource(template).tags + TemplateSource(layout).tags
            let roots = Set(tags.flatMap { $0.name.split(separator: ".").map(String.init) })
            for property in PageShape(page).names where property != "text" {
                #expect(roots.contains(property), "\(template.rawValue) never shows \(property)")
            }
        }
    }

    @Test(arguments: TemplateName.allCases)
    func `a template holds no words of its own`(name: TemplateName) throws {
        #expect(try TemplateSource(name).words == "")
    }

    @Test(arguments: TemplateName.allCases)
    func `a template holds no script, no style, and nothing unescaped`(name: TemplateName) throws {
        let text = try TemplateSource(name).text
        for forbidden in ["<script", "<style", " style=", " on", "{{{", "{{&", "http:", "https:", "javascript:"] {
            #expect(!text.contains(forbidden), "\(name.rawValue) has \(forbidden)")
        }
    }

    @Test func `a folder with several faults names them all`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.copyItem(at: URL(fileURLWithPath: templatesFolder).resolvingSymlinksInPath(), to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.removeItem(at: folder.appendingPathComponent("web/sent.mustache"))
        try FileManager.default.removeItem(at: folder.appendingPathComponent("assets/postern.css"))
        try Data("{{#open}}".utf8).write(to: folder.appendingPathComponent("web/error.mustache"))
        try Data([0xFF]).write(to: folder.appendingPathComponent("staff/mailbox.mustache"))
        try Data(#"{"sent":{"title":"x"}}"#.utf8).write(to: folder.appendingPathComponent("strings/web.en.json"))
        let faults = try #require(throws: TemplateFaults.self) { try Templates(folder: folder.path) }
        let files = Set(faults.all.map(\.file))
        #expect(
            files == [
                "web/sent.mustache", "assets/postern.css", "web/error.mustache", "staff/mailbox.mustache", "strings/web.en.json",
            ])
        #expect(faults.description.contains("lacks “contact.title”"))
    }

    @Test func `a folder that is not there is said so`() throws {
        let faults = try #require(throws: TemplateFaults.self) { try Templates(folder: "/nonexistent/templates") }
        #expect(faults.all.count >= TemplateName.allCases.count)
    }
}

/// The names a page offers, its own and those of what it holds, however deep.
private struct PageShape {
    private let root: Mirror
    private(set) var names: Set<String> = []

    init(_ page: any Page) {
        root = Mirror(reflecting: page)
        collect(root)
    }

    /// Sections go down one level at a time, so that a plain name may stand at any depth; a dotted one starts at the top.
    func hasPath(_ path: String) -> Bool {
        let parts = path.split(separator: ".").map(String.init)
        guard parts.count > 1 else { return names.contains(path) }
        guard let first = root.children.first(where: { $0.label == parts[0] }) else { return false }
        if let texts = first.value as? Texts, parts.count == 3 { return texts[parts[1]]?[parts[2]] != nil }
        return parts.count == 2 && Mirror(reflecting: first.value).children.contains { $0.label == parts[1] }
    }

    private mutating func collect(_ mirror: Mirror) {
        for child in mirror.children {
            if let label = child.label, label != "some" { names.insert(label) }
            guard !(child.value is Texts) else { continue }
            collect(Mirror(reflecting: child.value))
        }
    }
}
