package import PosternText

/// One page for every reason a recipient takes no letters (paused, not confirmed, gone), and one for letters that staff
/// blocked. Neither says more or names the recipient, so that nobody learns more by trying.
package struct NoLettersPage: Page {
    package enum Property: String, CaseIterable, Sendable { case heading, detail, written }

    package static let template = "web/no-letters"
    package static let required: [Property] = [.detail, .written]

    package enum Occasion: Sendable {
        case takesNoLetters
        case blocked
    }

    package let frame: PageFrame
    package let text: Texts
    package let heading, detail: String
    /// What a visitor had written, to be copied.
    package let written: String?

    package init(_ occasion: Occasion, to names: RecipientNames, written: String?, _ presentation: Presentation) {
        let texts = presentation.texts
        switch occasion {
        case .takesNoLetters:
            heading = texts(.noLettersTitle)
            detail = texts(.noLettersDetail, names.values)
        case .blocked:
            heading = texts(.blockedTitle)
            detail = texts(.blockedDetail, names.values)
        }
        frame = presentation.frame(title: heading)
        text = texts.texts
        self.written = written.flatMap { $0.isEmpty ? nil : $0 }
    }
}
