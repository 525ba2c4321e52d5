package import PosternCore
package import PosternText

/// The pages' templates, texts and assets, read once at start from one folder.
package struct Templates: Sendable {
    private let library: PageLibrary
    private let catalogues: Catalogues
    package let assets: [String: Asset]
    /// The description of the API, unchanged from its file.
    package let openAPI: String

    /// Every page. Its template is compared with its tags at start, so that a mistake in either is found then.
    package static let pages: [any Page.Type] = [
        FrontPage.self, ContactPage.self, SentPage.self, ConversationPage.self, SwitchPage.self, ProvePage.self,
        ReportPage.self, NoLettersPage.self,
        ConfirmationPage.self, PrivacyPage.self,
        JoinPage.self, JoinClosedPage.self, CodePage.self,
        ErrorPage.self,
        AskPage.self, AskedPage.self, OpenPage.self, HomePage.self, LettersPage.self, SettingsPage.self, MutesPage.self,
        AddressPage.self, HeldDataPage.self, ErasePage.self, ErasedPage.self, UndoPage.self,
        DeskPage.self, DeskConfirmPage.self, DecisionsPage.self, WavesPage.self, WavePage.self, ChartsPage.self,
        OverviewPage.self,
        MailboxPage.self, MailboxLetterPage.self,
        SignInPage.self, EnrolPage.self, EnrolledPage.self, SessionsPage.self,
        RevealPage.self, RevealedPage.self, JournalPage.self, ChangePage.self, ChangedPage.self,
        BlocksPage.self, NewBlockPage.self, BlockConfirmPage.self, LogPage.self, ClientPage.self,
        RecipientsPage.self, RecipientPage.self, SitesPage.self, SitePage.self, AccountsPage.self, TokensPage.self,
    ]
    package static let layouts = ["web/layout", "staff/layout"]

    /// - Parameter path: of the folder with `web/`, `staff/`, `strings/` and `assets/` in it.
    /// - Throws: all faults at once, each naming its file.
    package init(folder path: String) throws(TemplateFaults) {
        var reader = TemplateReader(folder: TemplateFolder(path))
        let frame = PageFrame.Property.allCases.map(\.rawValue)
        for layout in Self.layouts { reader.add(layout, known: frame, required: ["frame.title"]) }
        for page in Self.pages { reader.add(page) }
        library = reader.library
        catalogues = Catalogues(
            in: &reader.folder,
            holding: [
                CatalogueContents(PageText.self, plurals: PagePlural.allCases.map(\.rawValue), shown: reader.texts("web/")),
                CatalogueContents(
                    JoinText.self, shown: reader.texts(of: JoinPage.self, JoinClosedPage.self, CodePage.self)),
                CatalogueContents(
                    MemberText.self, plurals: MemberPlural.allCases.map(\.rawValue),
                    shown: reader.texts(
                        of: AskPage.self, AskedPage.self, OpenPage.self, HomePage.self, LettersPage.self, SettingsPage.self,
                        MutesPage.self, AddressPage.self, HeldDataPage.self, ErasePage.self, ErasedPage.self, UndoPage.self)),
                CatalogueContents(
                    StaffText.self, plurals: StaffPlural.allCases.map(\.rawValue), shown: reader.texts("staff/")
                ).with(ChangeText.self),
            ])
        assets = reader.assets()
        openAPI = reader.folder.text(of: "assets/openapi.json") ?? ""
        try reader.folder.check()
    }

    package func render(_ page: some Page) -> String {
        // The name is one of ours, and loading found them all.
        library.render(page, named: Self.label(type(of: page).template)) ?? ""
    }

    /// Those there are catalogues of, English first.
    package var languages: [Language] { catalogues.languages }

    /// - Returns: English where there is no catalogue of that language.
    package func catalogue(_ language: Language) -> Catalogue { catalogues.catalogue(for: language) }

    /// The files every page loads, and the icons that clients ask for by a name of their own.
    package enum BuiltIn: String, CaseIterable, Sendable {
        case stylesheet = "postern.css"
        case script = "postern.js"
        /// Of the pages on which staff sign in.
        case staffScript = "staff.js"
        /// Of the desk: keys, and numbers that keep up.
        case deskScript = "desk.js"
        case icon = "icon.svg"
        case oldIcon = "favicon.ico"
        case touchIcon = "apple-touch-icon.png"
    }

    package func path(of file: BuiltIn) -> String { assets[file.rawValue]?.path ?? "" }
    package func asset(_ file: BuiltIn) -> Asset? { assets[file.rawValue] }

    /// How templates name each other: swift-mustache knows no slash in the name that closes an inheritance.
    fileprivate static func label(_ template: String) -> String { template.replacing("/", with: "-") }
}

private struct TemplateReader {
    var folder: TemplateFolder
    private(set) var library = PageLibrary()
    /// What each template takes from the catalogue.
    private var taken: [String: Set<String>] = [:]

    init(folder: TemplateFolder) {
        self.folder = folder
    }

    mutating func add<SomePage: Page>(_: SomePage.Type) {
        add(
            SomePage.template, known: SomePage.Property.allCases.map(\.rawValue), required: SomePage.required.map(\.rawValue))
    }

    /// - Parameters:
    ///   - template: its path, without `.mustache`.
    ///   - known: names of the values it may show.
    mutating func add(_ template: String, known: [String], required: [String]) {
        let file = template + ".mustache"
        guard let text = folder.text(of: file) else { return }
        let source = TemplateSource(text)
        taken[template] = source.texts
        folder.note(
            file,
            source.faults(
                known: known, frame: PageFrame.Property.allCases.map(\.rawValue), required: required,
                layouts: Templates.layouts.map(Templates.label)))
        do throws(TemplateFault.Reason) {
            try library.add(source, named: Templates.label(template))
        } catch {
            folder.note(file, error)
        }
    }

    /// What the templates of a folder take from the catalogue.
    func texts(_ folder: String) -> Set<String> {
        taken.reduce(into: []) { texts, template in
            if template.key.hasPrefix(folder) { texts.formUnion(template.value) }
        }
    }

    /// What the templates of these pages take from the catalogue.
    func texts(of pages: any Page.Type...) -> Set<String> {
        pages.reduce(into: []) { $0.formUnion(taken[$1.template] ?? []) }
    }

    mutating func assets() -> [String: Asset] {
        var assets: [String: Asset] = [:]
        for name in Templates.BuiltIn.allCases.map(\.rawValue) {
            guard let octets = folder.octets(of: "assets/" + name), let asset = Asset(name: name, content: octets) else {
                continue
            }
            assets[name] = asset
        }
        return assets
    }
}
