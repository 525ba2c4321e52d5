/// What a recipient sees who follows the link of "is this address yours?".
package struct ConfirmationPage: Page {
    package static let template = TemplateName.confirmation

    package enum Occasion: Sendable {
        /// Looking changes nothing, since mail programs follow links by themselves: the button does it.
        case question(action: String)
        case confirmed
        /// Confirmed, but no letters are taken at the moment.
        case paused
        /// Not one of our links, over, or for an address that was replaced since.
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
            (heading, detail) = (texts(.confirmationTitle, names.values), texts(.confirmationDetail, names.values))
            self.action = presentation.link(action)
        case .confirmed:
            (heading, detail) = (texts(.confirmationDoneTitle), texts(.confirmationDoneDetail, names.values))
            action = nil
        case .paused:
            (heading, detail) = (texts(.confirmationDoneTitle), texts(.confirmationPausedDetail, names.values))
            action = nil
        case .notValid:
            (heading, detail) = (texts(.confirmationNotValidTitle), texts(.confirmationNotValidDetail, names.values))
            action = nil
        }
        frame = presentation.frame(title: heading)
        text = texts.texts
    }
}
