package import PosternText

/// The page behind the link in the mail that asks a recipient "is this your address?".
package struct ConfirmationPage: Page {
    package enum Property: String, CaseIterable, Sendable { case heading, detail, action, yours, url, settings }

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
    /// The page where visitors write, for anyone who has just begun.
    package let yours: OwnPage?
    /// Where a member asks for a link to their own page; nil but for a link that leads nowhere any more.
    package let settings: String?

    package struct OwnPage: Sendable {
        package let url: String
    }

    /// - Parameter yours: the address of the page where visitors write; nil where it need not be told.
    package init(_ occasion: Occasion, to names: RecipientNames, yours: String? = nil, _ presentation: Presentation) {
        let texts = presentation.texts
        let (title, explanation): (PageText, PageText)
        var path: String?
        switch occasion {
        case .question(let action):
            (title, explanation, path) = (.confirmationTitle, .confirmationDetail, action)
            self.action = presentation.link(action)
        case .confirmed: (title, explanation, action) = (.confirmationDoneTitle, .confirmationDoneDetail, nil)
        case .paused: (title, explanation, action) = (.confirmationDoneTitle, .confirmationPausedDetail, nil)
        case .notValid: (title, explanation, action) = (.confirmationNotValidTitle, .confirmationNotValidDetail, nil)
        }
        heading = texts(title)
        detail = texts(explanation, names.values)
        frame = presentation.frame(title: heading, path: path)
        text = texts.texts
        self.yours = yours.map(OwnPage.init)
        settings = if case .notValid = occasion { presentation.link(MemberPath.home) } else { nil }
    }
}
