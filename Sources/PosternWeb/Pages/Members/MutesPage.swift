private import PosternCore
package import PosternRelay
package import PosternText

/// Whom the member has muted, with a way back for each.
package struct MutesPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case home, done, heard, conversation, hasMutes, mutes, who, since, visitor, action, token, place
        case hasConnections, connections, until
    }

    package static let template = "members/mutes"
    package static let required: [Property] = [.home, .who, .since, .visitor, .conversation, .token]

    package let frame: PageFrame
    package let text: Texts
    package let home, action, token, place: String
    package let done: String?
    /// Whom the member hears again since a moment ago, with the way back.
    package let heard: Heard?
    package let hasMutes: Bool
    package let mutes: [Line]
    package let hasConnections: Bool
    package let connections: [Connection]

    package struct Line: Sendable {
        package let who, since, visitor: String
    }

    package struct Connection: Sendable {
        package let who, until, conversation: String
    }

    package struct Heard: Sendable {
        package let who, visitor, conversation: String
    }

    /// - Parameter heard: who was muted until now.
    package init(done: MemberDeed?, heard: MemberPage.Mute? = nil, on sheet: MemberSheet) {
        let texts = sheet.texts
        (home, action) = (sheet.home, sheet.link(MemberPath.mutes))
        (token, place) = (sheet.token, sheet.place)
        // Links to other languages would lose the way back.
        frame = sheet.frame(texts(.memberPageTitle), path: heard == nil ? MemberPath.mutes : nil)
        text = texts.texts
        self.done = done?.sentence(texts)
        self.heard = heard.map { mute in
            Heard(
                who: mute.visitorName ?? texts(.mutedUnnamed), visitor: mute.visitor.description,
                conversation: mute.conversation.description)
        }
        let connections = sheet.page.mutedConnections
        hasConnections = !connections.isEmpty
        self.connections = connections.map { muted in
            Connection(
                who: muted.visitorName ?? texts(.mutedUnnamed),
                until: texts(.mutedConnectionUntil, [.date: texts.date(muted.end)]), conversation: muted.conversation.description)
        }
        let mutes = sheet.page.mutes
        hasMutes = !mutes.isEmpty
        self.mutes = mutes.map { mute in
            Line(
                who: mute.visitorName ?? texts(.mutedUnnamed), since: texts(.mutedSince, [.date: texts.date(mute.at)]),
                visitor: mute.visitor.description)
        }
    }
}
