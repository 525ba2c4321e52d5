private import PosternCore
package import PosternRelay
package import PosternText

/// A page with one button, which does something or undoes it: mute one visitor, pause all letters.
package struct SwitchPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, detail, action, choice, button, isWayBack
        case connection, subheading, note, way, label
    }

    package static let template = "web/switch"
    package static let required: [Property] = [.heading, .detail, .action, .choice, .note, .way]

    package enum Occasion: Equatable, Sendable {
        case mute(Position)
        case pause(Position)
    }

    package enum Position: Sendable {
        case ask
        case done
        /// It was done before.
        case undone
    }

    package let frame: PageFrame
    package let text: Texts
    package let heading, detail: String
    package let action, choice, button: String
    package let isWayBack: Bool
    /// Where a visitor is muted, whether their connection is as well; nil where it cannot be.
    package let connection: Connection?

    package struct Connection: Sendable {
        package let subheading, note, way, label: String

        /// - Parameter isAsked: where it is not muted, whether the page asks.
        fileprivate init?(_ connection: ConversationView.Connection, isAsked: Bool, _ texts: Catalogue) {
            switch connection {
            case .canBeMuted(let end) where isAsked:
                subheading = texts(.connectionTitle)
                note = texts(.connectionDetail, [.date: texts.date(end)])
                (way, label) = ("mute-connection", texts(.connectionMute))
            case .muted(let end):
                subheading = texts(.connectionDoneTitle)
                note = texts(.connectionDoneDetail, [.date: texts.date(end)])
                (way, label) = ("unmute-connection", texts(.connectionUnmute))
            case .unknown, .canBeMuted: return nil
            }
        }
    }

    /// - Parameter path: of the page itself.
    package init(_ occasion: Occasion, _ view: ConversationView, at path: String, _ presentation: Presentation) {
        let texts = presentation.texts
        let names = ConversationNames(view, texts)
        let title, explanation, label, pageTitle: PageText
        switch occasion {
        case .mute(let position):
            pageTitle = .mutePageTitle
            switch position {
            case .ask: (title, explanation, label, choice) = (.muteAskTitle, .muteAskDetail, .muteButton, "mute")
            case .done: (title, explanation, label, choice) = (.muteDoneTitle, .muteDoneDetail, .unmuteButton, "unmute")
            case .undone: (title, explanation, label, choice) = (.muteUndoneTitle, .muteUndoneDetail, .muteButton, "mute")
            }
            isWayBack = position != .ask
            connection = Connection(view.connection, isAsked: position == .done, texts)
        case .pause(let position):
            pageTitle = .pausePageTitle
            switch position {
            case .ask: (title, explanation, label, choice) = (.pauseAskTitle, .pauseAskDetail, .pauseButton, "pause")
            case .done: (title, explanation, label, choice) = (.pauseDoneTitle, .pauseDoneDetail, .resumeButton, "resume")
            case .undone: (title, explanation, label, choice) = (.pauseUndoneTitle, .pauseUndoneDetail, .pauseButton, "pause")
            }
            isWayBack = position != .ask
            connection = nil
        }
        let values: [TextSlot: String] = [.person: names.other, .site: names.site]
        heading = texts(title, values)
        detail = texts(explanation, values)
        button = texts(label, values)
        action = presentation.link(path)
        // It names nobody, since others may see tabs and histories. The page in another language says again how things stand.
        frame = presentation.frame(title: texts(pageTitle), path: path)
        text = texts.texts
    }
}
