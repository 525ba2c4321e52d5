package import PosternText

/// What a visitor sees after a letter was accepted: the same for every accepted letter, whatever becomes of it.
package struct SentPage: Page {
    package enum Property: String, CaseIterable, Sendable { case seesTitle, answer, another }

    package static let template = "web/sent"

    package let frame: PageFrame
    package let text: Texts
    package let seesTitle, answer, another: String

    /// - Parameter another: where the next letter to the same recipient is written.
    package init(to names: RecipientNames, another: String, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.sentTitle), path: "\(another)/sent")
        text = texts.texts
        seesTitle = texts(.sentSeesTitle, names.values)
        answer = texts(.sentAnswer, names.values)
        self.another = presentation.link(another)
    }
}
