/// What a visitor sees after a letter was accepted. It says the same of every accepted letter, whatever becomes of it.
package struct SentPage: Page {
    package static let template = TemplateName.sent

    package let frame: PageFrame
    package let text: Texts
    package let site: String
    package let another: String

    /// - Parameter another: where the next letter to the same recipient is written.
    package init(to names: RecipientNames, another: String, _ texts: Catalogue, _ templates: Templates) {
        frame = templates.frame(title: "\(texts(.sentTitle)) · \(names.site)", texts)
        text = texts.texts
        (site, self.another) = (names.site, another)
    }
}
