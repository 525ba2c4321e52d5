import Foundation
import PosternCore
import PosternRelay
import PosternWeb
import Testing

/// swift-mustache renders a tag it cannot find as nothing and never says so: these tests do.
struct TemplateTests {
    private static func pages() throws -> [any Page] {
        let templates = try Templates(folder: templatesFolder)
        var randomness = SystemRandomNumberGenerator()
        let look = SiteLook(accent: AccentColour("#b03060"), logo: LogoMark(kind: .png, version: "00"))
        let origin = try #require(WebOrigin("https://photos.example"))
        let known = try #require(Example.contact(look: look, origins: [origin]))
        let shown = Presentation(LanguageChoice(.english), site: known.site, templates)
        let names = RecipientNames(known)
        var form = LetterForm()
        form.letter = Example.letter
        let faulty = LetterFaults(all: LetterField.allCases.map { FieldFault(field: $0, reason: .text(.lineBreak)) })
        let letter = try #require(Mail.kept(Mail.alternative))
        func contact(_ occasion: ContactPage.Occasion) -> ContactPage {
            ContactPage(form, token: "t", to: names, at: .init(page: "/", privacy: "/"), occasion: occasion, shown)
        }
        return [
            contact(.fresh), contact(.faults(faulty)), SentPage(to: names, another: "/", shown),
            NoLettersPage(.takesNoLetters, to: names, written: "x", shown),
            ConfirmationPage(.question(action: "/"), to: names, shown),
            PrivacyPage(Example.facts(of: known.site), path: "/", shown),
            ErrorPage(.unavailable, incident: Incident(using: &randomness), shown),
            OverviewPage(StaffOverview(latest: [Example.entry()]), mailbox: "/", now: Example.now, .unbranded(templates)),
            MailboxPage([letter], .unbranded(templates)), MailboxLetterPage(letter, .unbranded(templates)),
        ]
    }

    @Test func `Every tag of every template is found in some example of its page`() throws {
        for name in TemplateName.allCases {
            let isLayout = name == .layout || name == .staffLayout
            let examples = try Self.pages().filter { isLayout || type(of: $0).template == name }
            try #require(!examples.isEmpty, "\(name.rawValue) has no page")
            for tag in try TemplateSource(name).tags where (tag.kind == .value || tag.kind == .open) && tag.name != "." {
                let isFound = examples.contains { PageShape($0).hasPath(tag.name) }
                #expect(isFound, "\(name.rawValue) shows {{\(tag.name)}}, which its page does not have")
            }
        }
    }

    @Test func `Every property of every page is a tag of its template`() throws {
        for page in try Self.pages() {
            let template = type(of: page).template
            let isForStaff = template.rawValue.hasPrefix("staff/")
            let layout: TemplateName = isForStaff ? .staffLayout : .layout
            let tags = try TemplateSource(template).tags + TemplateSource(layout).tags
            let roots = Set(tags.flatMap { $0.name.split(separator: ".").map(String.init) })
            // The staff's pages have one language, no site and no script.
            let unused = isForStaff ? ["text", "languages", "siteStyle", "script", "banner"] : ["text"]
            for property in PageShape(page).names where !unused.contains(property) {
                #expect(roots.contains(property), "\(template.rawValue) never shows \(property)")
            }
        }
    }

    @Test(arguments: TemplateName.allCases)
    func `A template holds no words of its own`(name: TemplateName) throws {
        #expect(try TemplateSource(name).words == "")
    }

    @Test(arguments: TemplateName.allCases)
    func `A template holds no script, no style, and nothing unescaped`(name: TemplateName) throws {
        // The one script is a file of ours.
        let text = try TemplateSource(name).text.replacing(#"<script src="{{frame.script}}" defer></script>"#, with: "")
        for forbidden in ["<script", "<style", " style=", " on", "{{{", "{{&", "http:", "https:", "javascript:"] {
            #expect(!text.contains(forbidden), "\(name.rawValue) has \(forbidden)")
        }
    }

    @Test func `A folder with several faults names them all`() throws {
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
        #expect(faults.description.contains("lacks “minutes.other”"))
    }

    @Test func `A folder that is not there is said so`() throws {
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
