package import PosternCore
package import PosternRelay
internal import PosternText

/// A member's session, as the cookie of a request has opened it.
package struct SignedIn: Sendable {
    package let secret: SessionSecret
    /// The member's page as it stands.
    package let page: MemberPage
    /// Stands in each form of the session's pages, so that no other site can post one.
    package let formToken: String

    package init(secret: SessionSecret, page: MemberPage, formToken: String) {
        self.secret = secret
        self.page = page
        self.formToken = formToken
    }

    /// `photos/pat`.
    var place: String { "\(page.site.id)/\(page.recipient.handle)" }
}

/// What all pages of a signed-in member have: the token for their forms, whose page it is, and the way back.
package struct MemberSheet: Sendable {
    let member: SignedIn
    let presentation: Presentation

    package init(_ member: SignedIn, _ presentation: Presentation) {
        self.member = member
        self.presentation = presentation
    }

    var page: MemberPage { member.page }
    var texts: Catalogue { presentation.texts }
    var token: String { member.formToken }
    /// What the page that asks for a link reads, should the session end before the form is posted.
    var place: String { member.place }
    var home: String { link(MemberPath.home) }

    func link(_ path: String, _ query: String? = nil) -> String { presentation.link(path, query) }

    /// The title names nobody, since others may see tabs and histories.
    /// - Parameters:
    ///   - path: of the page itself, where it can be shown in another language without losing what was typed.
    ///   - query: what of its own query is kept then.
    func frame(_ title: String, path: String? = nil, query: String? = nil) -> PageFrame {
        presentation.frame(title: title, path: path, query: query)
    }

    /// The language's own name for itself; its tag where nothing here is written in it.
    func name(of language: Language) -> String {
        presentation.templates.languages.contains(language) ? presentation.templates.catalogue(language).name : language.tag
    }
}

/// Where the members' pages are.
package enum MemberPath {
    package static let home = "/manage"
    package static let asked = "/manage/asked"
    package static let letters = "/manage/letters"
    package static let settings = "/manage/settings"
    package static let mutes = "/manage/mutes"
    package static let address = "/manage/address"
    package static let data = "/manage/data"
    package static let export = "/manage/export"
    package static let erase = "/manage/erase"
}

/// The box on top of a page that answers a post: what happened, what it means, what to do.
package struct MemberNotice: Sendable {
    package let title, detail: String

    init(_ title: String, _ detail: String) {
        (self.title, self.detail) = (title, detail)
    }
}

/// Why nothing was changed, whatever was to be.
package enum MemberObstacle: Equatable, Sendable {
    /// The form's token is of another session, or the post came from another site's page.
    case expired
    /// Fields are marked.
    case faults
    case limited(Duration)
    case changedMeanwhile
    /// The address was changed, and until then that can be undone: no other takes its place before.
    case changedLately(until: Timestamp)
    /// The new address is the one that counts already.
    case sameAddress
    case unavailable(Duration)
    /// What was posted could not be read.
    case unreadable

    func notice(_ texts: Catalogue) -> MemberNotice {
        switch self {
        case .expired: MemberNotice(texts(.memberExpiredTitle), texts(.memberExpiredDetail))
        case .faults: MemberNotice(texts(.memberFaultsTitle), texts(.memberFaultsDetail))
        case .limited(let wait):
            MemberNotice(texts(.memberLimitedTitle), texts(.memberLimitedDetail, [.wait: texts.span(wait)]))
        case .changedMeanwhile: MemberNotice(texts(.memberChangedTitle), texts(.memberChangedDetail))
        case .changedLately(let end):
            MemberNotice(texts(.addressLatelyTitle), texts(.addressLatelyDetail, [.date: texts.date(end)]))
        case .sameAddress: MemberNotice(texts(.addressSameTitle), texts(.addressSameDetail))
        case .unavailable(let wait):
            MemberNotice(texts(.memberUnavailableTitle), texts(.memberUnavailableDetail, [.wait: texts.span(wait)]))
        case .unreadable: MemberNotice(texts(.memberUnreadableTitle), texts(.memberUnreadableDetail))
        }
    }
}

/// What has just been done, as the address of the page that follows says it: `?done=saved`. Anyone who makes such an address up reads a
/// sentence and changes nothing.
package enum MemberDeed: String, CaseIterable, Sendable {
    case saved, paused, resumed, muted, unmuted, confirmed, kept, mailed
    case unmutedConnection = "unmuted-connection"

    func sentence(_ texts: Catalogue) -> String {
        switch self {
        case .saved: texts(.doneSaved)
        case .paused: texts(.donePaused)
        case .resumed: texts(.doneResumed)
        case .muted: texts(.doneMuted)
        case .unmuted: texts(.doneUnmuted)
        case .unmutedConnection: texts(.doneUnmutedConnection)
        case .confirmed: texts(.doneConfirmed)
        case .kept: texts(.doneKept)
        case .mailed: texts(.doneMailed)
        }
    }
}
