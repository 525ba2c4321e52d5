/// One page for every reason a recipient takes no letters (paused, not confirmed, gone), and one for letters that staff have
/// blocked: neither says more (P7).
package struct NoLettersPage: Page {
    package static let template = TemplateName.noLetters

    package enum Occasion: Sendable {
        case takesNoLetters
        case blocked
    }

    package let frame: PageFrame
    package let text: Texts
    package let heading: String
    package let detail: String
    /// What a visitor had written, to be copied.
    package let written: String?

    package init(_ occasion: Occasion, to names: RecipientNames, written: String?, _ presentation: Presentation) {
        let texts = presentation.texts
        switch occasion {
        case .takesNoLetters:
            (heading, detail) = (texts(.noLettersTitle, names.values), texts(.noLettersDetail, names.values))
        case .blocked: (heading, detail) = (texts(.blockedTitle), texts(.blockedDetail, names.values))
        }
        frame = presentation.frame(title: heading)
        text = texts.texts
        self.written = written.flatMap { $0.isEmpty ? nil : $0 }
    }
}
