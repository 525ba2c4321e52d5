package import PosternCore
package import PosternText

/// What a visitor sees after a letter was accepted: the same for every accepted letter, whatever becomes of it.
package struct SentPage: Page {
    package enum Property: String, CaseIterable, Sendable { case seesTitle, keep, url, answer, another }

    package static let template = "web/sent"

    package let frame: PageFrame
    package let text: Texts
    package let seesTitle, answer, another: String
    /// The visitor's link; nil where it has been given out before.
    package let keep: Keep?

    package struct Keep: Sendable {
        package let url: String
    }

    /// - Parameters:
    ///   - another: where the next letter to the same recipient is written.
    ///   - letter: the link to the visitor's page of the conversation that has begun.
    package init(
        to names: RecipientNames, another: String, letter: LinkToken? = nil, at origin: WebOrigin, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.sentTitle), path: RecipientPath.sentPage(after: another, letter))
        text = texts.texts
        seesTitle = texts(.sentSeesTitle, names.values)
        answer = texts(.sentAnswer, names.values)
        self.another = presentation.link(another)
        keep = letter.map { Keep(url: "\(origin)\(presentation.link(ConversationPath(.letter, $0).path))") }
    }
}
