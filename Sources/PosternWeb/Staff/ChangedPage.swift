package import PosternCore
package import PosternRelay
package import PosternText

/// What was changed and, this once, the link that came of it: no script, and nothing that leads out.
package struct ChangedPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case back, backTitle, heading, noted, wait, link, reason
    }

    package static let template = "staff/changed"
    package static let required: [Property] = [.noted, .link]

    package let frame: PageFrame
    package let text: Texts
    package let back, backTitle, heading, noted, reason: String
    package let link, wait: String?

    /// - Parameters:
    ///   - link: for the owner of the account; nil when none was made.
    ///   - waits: until when the account reveals and changes nothing; nil where it never does.
    package init(
        _ wish: ChangeWish, of subject: ChangeDraft.Subject, link: String?, waits: Timestamp?, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        heading = subject.title(texts)
        frame = presentation.frame(title: heading)
        text = texts.texts
        (back, backTitle) = (subject.back, texts(subject.backTitle))
        (reason, self.link) = (wish.reason.text, link)
        switch wish.what {
        case .account(let name, _):
            noted = texts(link == nil ? .didRemove : .didLink, [.name: name.text])
            wait = waits.map { texts(.didWait, [.name: name.text, .date: texts.date($0)]) }
        case .site(let site, _, _): (noted, wait) = (texts(.didSite, [.site: site.text]), nil)
        }
    }
}

extension ChangeDraft.Subject {
    func title(_ texts: Catalogue) -> String {
        switch self {
        case .newAccount: texts(.titleNew)
        case .account(let line): texts(.titleAccount, [.name: line.name.text])
        case .site(let site): texts(.titleSite, [.site: site.id.text])
        }
    }

    /// Of the page on which it is changed.
    var path: String {
        switch self {
        case .newAccount: ChangePages.newAccount
        case .account(let line): "\(StaffSection.staff.path)/\(line.name)/change"
        case .site(let site): ChangePages.path(of: site)
        }
    }

    /// Of the page from which one comes.
    var back: String {
        switch self {
        case .newAccount, .account: StaffSection.staff.path
        case .site(let site): "\(SitePages.path)/\(site.id)"
        }
    }

    var backTitle: StaffText {
        switch self {
        case .newAccount, .account: .accountsTitle
        case .site: .sitesTitle
        }
    }
}

extension ChangeWish.What {
    /// Whose account it is about.
    var account: StaffName? {
        if case .account(let name, _) = self { name } else { nil }
    }

    /// What is about to be done, in words.
    func sentences(isOwn: Bool, _ texts: Catalogue) -> [String] {
        switch self {
        case .account(let name, let change):
            let (name, role) = (name.text, change.role?.rawValue ?? "")
            let all =
                switch change {
                case .add: [texts(.willAdd, [.name: name, .role: role]), texts(.willLink, [.name: name])]
                case .reset:
                    [texts(.willReset, [.name: name, .role: role]), texts(.willEnd, [.name: name])]
                        + (isOwn ? [texts(.willBeOwn)] : [])
                case .move: [texts(.willMove, [.name: name, .role: role]), texts(.willEnd, [.name: name])]
                case .remove: [texts(.willRemove, [.name: name])]
                }
            return change.waits ? all + [texts(.willWait, [.name: name])] : all
        case .site(let site, let name, let origins):
            let page = origins.map(\.description).joined(separator: " ")
            return [
                texts(.willName, [.site: site.text, .name: name.text]),
                origins.isEmpty
                    ? texts(.willNoOrigins, [.site: site.text]) : texts(.willOrigins, [.page: page]),
            ]
        }
    }
}

extension StaffRole {
    /// With what they may do.
    var label: ChangeText {
        switch self {
        case .reviewer: .roleReviewer
        case .administrator: .roleAdministrator
        case .auditor: .roleAuditor
        }
    }
}
