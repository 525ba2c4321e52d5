internal import PosternCore
internal import PosternText

/// A page of values that a mail's template can name. The tags are an enum, so that the compiler demands a value for each.
protocol MailPage {
    associatedtype Property: RawRepresentable<String> & CaseIterable & Sendable
    /// What a template of this page must not leave out.
    static var required: [Property] { get }
    var form: MailForm { get }
    /// The value as it goes into the template, already fit for the page's form; nil leaves its section out.
    func value(_ property: Property) -> String?
}

/// The files of `templates/mail/` and the mail's texts, read once when the vault starts.
struct MailTemplates: Sendable {
    let letter: Pair<LetterMailPage>
    let reply: Pair<ReplyMailPage>
    /// Of the notice that letters are paused as well.
    let confirmation: Pair<NoticeMailPage>
    let catalogues: Catalogues

    /// - Parameter path: of `templates/`.
    /// - Throws: every fault of every file.
    init(folder path: String) throws(TemplateFaults) {
        var folder = TemplateFolder(path)
        let letter = Pair<LetterMailPage>("mail/letter", in: &folder)
        let reply = Pair<ReplyMailPage>("mail/reply", in: &folder)
        let confirmation = Pair<NoticeMailPage>("mail/confirmation", in: &folder)
        catalogues = Catalogues(in: &folder, holding: [CatalogueContents(MailText.self)])
        try folder.check()
        guard let letter, let reply, let confirmation else { preconditionFailure("a template that is not there is a fault") }
        self.letter = letter
        self.reply = reply
        self.confirmation = confirmation
    }

    /// A text and an HTML template of one page.
    struct Pair<Page: MailPage>: Sendable {
        private let tags: [Page.Property]
        private let plain, html: FlatTemplate

        fileprivate init?(_ name: String, in folder: inout TemplateFolder) {
            let tags = Array(Page.Property.allCases)
            func template(_ form: String) -> FlatTemplate? {
                FlatTemplate(
                    "\(name).\(form).mustache", in: &folder, tags: tags.map(\.rawValue), required: Page.required.map(\.rawValue))
            }
            // Both are read, so that the faults of both are reported.
            let found = (plain: template("txt"), html: template("html"))
            guard let plain = found.plain, let html = found.html else { return nil }
            self.tags = tags
            self.plain = plain
            self.html = html
        }

        func render(_ page: Page) -> String {
            (page.form == .plain ? plain : html).render { page.value(tags[$0]) }
        }
    }
}
