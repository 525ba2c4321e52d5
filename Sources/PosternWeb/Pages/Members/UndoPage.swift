private import PosternCore
package import PosternRelay
package import PosternText

/// The page behind the link that a former address gets when letters are to go elsewhere. Its button goes both ways, since mail programs
/// press buttons.
package struct UndoPage: Page {
    package enum Property: String, CaseIterable, Sendable { case heading, detail, choice, action, name, button, isWayBack, until }

    package static let template = "members/undo"
    package static let required: [Property] = [.heading, .detail, .action, .name, .until]

    package let frame: PageFrame
    package let text: Texts
    package let heading, detail, until: String
    package let choice: Choice

    package struct Choice: Sendable {
        package let action, name, button: String
        package let isWayBack: Bool
    }

    /// - Parameter path: of the page itself.
    package init(_ change: AddressChangeView, at path: String, _ presentation: Presentation) {
        let texts = presentation.texts
        let values: [TextSlot: String] = [.recipient: change.handle.text, .site: change.site.name.text]
        let (isUndone, isConfirmed) = (change.undone != nil, change.confirmed != nil)
        let (title, explanation): (MemberText, MemberText) =
            isUndone
            ? (.undoUndoneTitle, isConfirmed ? .undoUndoneDetail : .undoRestsDetail)
            : isConfirmed ? (.undoChangedTitle, .undoChangedDetail) : (.undoAskedTitle, .undoAskedDetail)
        heading = texts(title)
        detail = texts(explanation, values)
        let action = presentation.link(path)
        choice =
            isUndone
            ? Choice(action: action, name: "again", button: texts(.undoAgain), isWayBack: true)
            : Choice(action: action, name: "keep", button: texts(.undoKeep), isWayBack: false)
        until = texts(.undoUntil, [.date: texts.date(change.end)])
        frame = presentation.frame(title: texts(.undoPageTitle), path: path)
        text = texts.texts
    }
}
