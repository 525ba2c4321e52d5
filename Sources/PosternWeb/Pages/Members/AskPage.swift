private import PosternCore
package import PosternText

/// Where somebody asks for a link to their own page. It looks the same for everybody.
package struct AskPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, notice, title, detail, intro, way, action, fault, page, hint, written
    }

    package static let template = "members/ask"
    package static let required: [Property] = [.detail, .action, .page, .fault, .written]

    package enum Occasion: Equatable, Sendable {
        case fresh
        /// - Parameter wasPosting: something was to be changed, and was not.
        case ended(wasPosting: Bool)
        /// A link to the page was used before, or is too old.
        case over
        case missing
        case unclear
        case limited(Duration)
        case unavailable(Duration)
    }

    package let frame: PageFrame
    package let text: Texts
    package let heading: String
    package let notice: MemberNotice?
    package let intro: String?
    /// What else can be done with a link that leads nowhere.
    package let way: String?
    package let action: String
    package let fault: String?
    /// What was typed, or came with the link in a mail.
    package let page: String
    package let hint: String
    /// What was to be changed when the session had ended, to be copied.
    package let written: String?

    /// - Parameters:
    ///   - path: of the page itself, with a query of its own, where it can be shown in another language; nil for the answer to a post.
    ///   - example: the address of a contact page here, as it might be.
    package init(
        _ occasion: Occasion, page: String, at path: (path: String, query: String?)? = nil, example: String,
        written: String? = nil, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        self.page = page
        self.written = written.flatMap { $0.isEmpty ? nil : $0 }
        action = presentation.link(MemberPath.home)
        hint = texts(.askPageHint, [.page: example])
        text = texts.texts
        var notice: MemberNotice?
        switch occasion {
        case .fresh, .missing, .unclear, .over: break
        case .ended(let wasPosting):
            notice = MemberNotice(texts(.askEndedTitle), texts(wasPosting ? .askEndedUnsaved : .askEndedDetail))
        case .limited(let wait):
            notice = MemberNotice(texts(.askLimitedTitle), texts(.askLimitedDetail, [.wait: texts.span(wait)]))
        case .unavailable(let wait):
            notice = MemberNotice(texts(.askUnavailableTitle), texts(.askUnavailableDetail, [.wait: texts.span(wait)]))
        }
        self.notice = notice
        fault =
            switch occasion {
            case .missing: texts(.askPageMissing)
            case .unclear: texts(.askPageUnclear)
            default: nil
            }
        way = occasion == .over ? texts(.askOverDetail) : nil
        heading = texts(occasion == .over ? .askOverTitle : .askTitle)
        intro = occasion == .fresh ? texts(.askIntro) : nil
        let title = fault == nil ? notice?.title ?? heading : texts(.memberFaultsTitle)
        frame = presentation.frame(title: title, path: path?.path, query: path?.query)
    }
}

/// What everybody reads who has asked for a link.
package struct AskedPage: Page {
    package enum Property: String, CaseIterable, Sendable { case again }

    package static let template = "members/asked"

    package let frame: PageFrame
    package let text: Texts
    package let again: String

    package init(_ presentation: Presentation) {
        frame = presentation.frame(title: presentation.texts(.askTitle), path: MemberPath.asked)
        text = presentation.texts.texts
        again = presentation.link(MemberPath.home)
    }
}
