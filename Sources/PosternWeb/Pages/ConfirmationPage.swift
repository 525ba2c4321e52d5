package import PosternText

/// The page behind the link in the mail that asks a recipient "is this your address?".
package struct ConfirmationPage: Page {
    package enum Property: String, CaseIterable, Sendable { case heading, detail, action }

    package static let template = "web/confirmation"
    package static let required: [Property] = [.detail, .action]

    package enum Occasion: Sendable {
        /// Only the button confirms: mail programs follow links by themselves.
        case question(action: String)
        case confirmed
        /// Confirmed, but no letters are taken at the moment.
        case paused
        /// Not one of our links, too old, or for an address that has been replaced.
        case notValid
    }

    package let frame: PageFrame
    package let text: Texts
    package let heading, detail: String
    /// Where the button leads; nil when there is nothing to press.
    package let action: String?

    package init(_ occasion: Occasion, to names: RecipientNames, _ presentation: Presentation) {
        let texts = presentation.texts
        let (title, explanation): (PageText, PageText)
        switch occasion {
        case .question(let action):
            (title, explanation) = (.confirmationTitle, .confirmationDetail)
            self.action = presentation.link(action)
        case .confirmed: (title, explanation, action) = (.confirmationDoneTitle, .confirmationDoneDetail, nil)
        case .paused: (title, explanation, action) = (.confirmationDoneTitle, .confirmationPausedDetail, nil)
        case .notValid: (title, explanation, action) = (.confirmationNotValidTitle, .confirmationNotValidDetail, nil)
        }
        heading = texts(title)
        detail = texts(explanation, names.values)
        frame = presentation.frame(title: heading)
        text = texts.texts
    }
}
