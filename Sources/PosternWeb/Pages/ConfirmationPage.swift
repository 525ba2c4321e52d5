package import PosternText

/// The page behind the link in the mail that asks a recipient "is this your address?".
package struct ConfirmationPage: Page {
    package enum Tag: String, CaseIterable, Sendable { case heading, detail, action }

    package static let template = "web/confirmation"
    package static let required: [Tag] = [.detail, .action]

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
    package let heading: String
    package let detail: String
    /// Where the button leads; nil when there is nothing to press.
    package let action: String?

    package init(_ occasion: Occasion, to names: RecipientNames, _ presentation: Presentation) {
        let texts = presentation.texts
        switch occasion {
        case .question(let action):
            heading = texts(.confirmationTitle)
            detail = texts(.confirmationDetail, names.values)
            self.action = presentation.link(action)
        case .confirmed:
            heading = texts(.confirmationDoneTitle)
            detail = texts(.confirmationDoneDetail, names.values)
            action = nil
        case .paused:
            heading = texts(.confirmationDoneTitle)
            detail = texts(.confirmationPausedDetail, names.values)
            action = nil
        case .notValid:
            heading = texts(.confirmationNotValidTitle)
            detail = texts(.confirmationNotValidDetail, names.values)
            action = nil
        }
        frame = presentation.frame(title: heading)
        text = texts.texts
    }
}
