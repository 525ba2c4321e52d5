package import PosternCore
package import PosternText

/// Where the six digits of the mail are typed, in the browser that asked for them.
package struct CodePage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, detail, action, value, done, fault, holder, join, path, ask
    }

    package static let template = "members/code"
    package static let required: [Property] = [.detail, .action, .fault, .holder]

    package let frame: PageFrame
    package let text: Texts
    package let heading, detail, action: String
    package let value: String
    /// That a new mail is on its way.
    package let done: String?
    package let fault: String?
    /// What the link in the mail had, to be posted with the code.
    package let holder: String?
    /// The form that leads here; nil where nobody can begin by themselves.
    package let join: Join?
    /// Whom to ask if nothing helps.
    package let ask: String

    package struct Join: Sendable {
        package let path: String
    }

    package enum Occasion: Equatable, Sendable {
        case fresh
        /// There were no six digits.
        case incomplete
        /// They are others, or count no more.
        case wrong
        /// Others were typed so often that none counts before a new mail.
        case spent
        case mailedAgain
        /// No new mail for now.
        case mailLimited(Duration)
        case unavailable(Duration)
    }

    /// - Parameters:
    ///   - handle: as it stands in the path; there may be no such member.
    ///   - typed: what was typed, to be corrected.
    ///   - holder: what the link in the mail had.
    ///   - canJoin: whether the site has a form that leads here.
    package init(
        _ occasion: Occasion, of handle: Handle, at site: Site, typed: String, holder: MailedToken?, canJoin: Bool,
        _ presentation: Presentation
    ) {
        let texts = presentation.texts
        let path = "/confirm/\(site.id)/\(handle)"
        heading = texts(.codeTitle)
        detail = texts(.codeDetail, [.handle: handle.text, .site: site.name.text])
        fault =
            switch occasion {
            case .fresh, .mailedAgain: nil
            case .incomplete: texts(.codeRequired)
            case .wrong: texts(.codeWrong)
            case .spent: texts(.codeSpent)
            case .mailLimited(let wait): texts(.codeAgainLimited, [.wait: texts.span(wait)])
            case .unavailable(let wait): texts(.codeUnavailable, [.wait: texts.span(wait)])
            }
        done = occasion == .mailedAgain ? texts(.codeMailedAgain) : nil
        self.holder = holder?.text
        value = occasion == .wrong || occasion == .spent ? "" : typed
        action = presentation.link(path)
        join = canJoin ? Join(path: presentation.link("/join/\(site.id)")) : nil
        ask = texts(.noMailAsk, [.site: site.name.text])
        frame = presentation.frame(title: heading, path: occasion == .fresh ? path : nil, query: holder.map { "by=\($0.text)" })
        text = texts.texts
    }
}
