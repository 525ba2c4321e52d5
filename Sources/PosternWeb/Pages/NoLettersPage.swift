/// One page for every reason a recipient takes no letters: paused, not confirmed, gone (P7).
package struct NoLettersPage: Page {
    package static let template = TemplateName.noLetters

    package let frame: PageFrame
    package let text: Texts
    package let site: String
    package let heading: String
    package let detail: String
    /// What a visitor had written when the recipient paused meanwhile.
    package let written: String?

    package init(to names: RecipientNames, written: String?, _ texts: Catalogue, _ templates: Templates) {
        heading = texts(.noLettersTitle, names.values)
        detail = texts(.noLettersDetail, names.values)
        frame = templates.frame(title: "\(heading) · \(names.site)", texts)
        text = texts.texts
        site = names.site
        self.written = written.flatMap { $0.isEmpty ? nil : $0 }
    }
}
