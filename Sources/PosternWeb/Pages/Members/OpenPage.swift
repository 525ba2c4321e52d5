package import PosternText

/// The page behind the link in the mail that a member has asked for. Only its button signs in: mail programs follow links.
package struct OpenPage: Page {
    package enum Property: String, CaseIterable, Sendable { case action }

    package static let template = "members/open"
    package static let required: [Property] = [.action]

    package let frame: PageFrame
    package let text: Texts
    package let action: String

    /// - Parameter path: of the page itself.
    package init(at path: String, _ presentation: Presentation) {
        action = presentation.link(path)
        frame = presentation.frame(title: presentation.texts(.memberPageTitle), path: path)
        text = presentation.texts.texts
    }
}
