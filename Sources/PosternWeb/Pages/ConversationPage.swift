package import PosternCore
package import PosternRelay
package import PosternText

/// One conversation as one of the two sees it: who wrote when, what became of it, and a form to answer. No text of a letter is on it.
package struct ConversationPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, subject, about, begun
        case notice, title, detail, isQuestion, details, kind, found
        case pending, sentence, action, number
        case form, token, written, fault, sight, isShown, line, asked
        case kept, standing, another, reopen
        case entries, author, isOwn, moment, time, state
        case aside, limit, muting, choice, button
    }

    package static let template = "web/conversation"
    package static let required: [Property] = [.heading, .detail, .action, .token, .written, .fault, .kept, .state]

    package let frame: PageFrame
    package let text: Texts
    package let heading: String
    package let subject, about: String?
    package let begun: String?
    package let notice: Notice?
    /// The viewer's own replies that can still be taken back.
    package let pending: [Pending]
    /// Nil when nobody can write, or the viewer cannot yet.
    package let form: Form?
    /// What was typed when it can no longer be sent, to be copied.
    package let kept: String?
    package let standing: Standing?
    package let entries: [Entry]
    /// What else can be done; nil when that is nothing.
    package let aside: Aside?

    /// The box on top of a page that answers a post.
    package struct Notice: Sendable {
        package let title, detail: String
        /// Not a fault: the author is asked about `details`.
        package let isQuestion: Bool
        package let details: [Detail]?

        package struct Detail: Sendable {
            package let kind: String
            package let found: String?
        }
    }

    package struct Pending: Sendable {
        package let sentence, action, number: String
    }

    package struct Form: Sendable {
        package let action: String
        package let token: String?
        package let written: String
        package let fault: String?
        /// The mark of the text that its author is asked about; nil where nothing is asked.
        package let asked: String?
        package let sight: [Sight]

        /// A line of what the other will see, or will not.
        package struct Sight: Sendable {
            package let isShown: Bool
            package let line: String
        }
    }

    /// Why nothing can be written, and what there is to do.
    package struct Standing: Sendable {
        package let title, detail: String
        /// Where a visitor can write a new letter.
        package let another: String?
        /// Where the one who has ended it opens it again.
        package let reopen: Reopening?

        package struct Reopening: Sendable {
            package let action: String
        }
    }

    package struct Entry: Sendable {
        package let author: String
        package let isOwn: Bool
        /// For programs, and for people.
        package let moment, time: String
        package let state: String
    }

    package struct Aside: Sendable {
        package let action: String
        /// Until when the two can write; nil when they cannot. Until then either can end it.
        package let limit: String?
        /// For recipients: whether they hear from the visitor, and a button that changes that.
        package let muting: Muting?

        package struct Muting: Sendable {
            /// How it is; nil where nothing was done.
            package let title: String?
            package let detail, action, choice, button: String
        }
    }
}

extension ConversationPage {
    /// Why the page is shown.
    package enum Occasion: Equatable, Sendable {
        case shown
        case fault(TextFault)
        /// The guard asks about what it found in a text.
        case doubtful([PersonalDetail])
        case ended
        case blocked
        case limited(Duration)
        /// Of answers in this conversation.
        case enoughToday(Duration)
        case unavailable(Duration)
        case expired
        /// What was to be taken back has gone out.
        case tooLate
        case refused(FormRefusal.Reason)
    }

    /// - Parameters:
    ///   - path: of the page itself.
    ///   - written: what was typed.
    ///   - token: nil while there is no key to make one with.
    package init(
        _ occasion: Occasion, _ view: ConversationView, at path: String, written: String, token: String?, now: Timestamp,
        _ presentation: Presentation
    ) {
        let texts = presentation.texts
        let names = ConversationNames(view, texts)
        let action = presentation.link(path)
        let canWrite = view.standing == .open && occasion != .blocked && occasion != .ended
        notice = Self.notice(for: occasion, names, texts)
        heading = texts(.conversationTitle, [.person: names.other])
        // The title stands in tabs and histories that others see: it names nobody. Links to other languages would lose what was typed.
        let title = Self.isDoubtful(occasion) ? texts(.doubtPageTitle) : notice?.title ?? texts(.conversationPageTitle)
        frame = presentation.frame(title: title, path: occasion == .shown ? path : nil)
        text = texts.texts
        subject = view.summary.subject?.text
        about = view.summary.about?.text
        begun = view.entries.first { $0.number == 0 }.map { first in
            texts(
                first.author == view.viewer ? .conversationBegunByYou : .conversationBegunByOther,
                [.person: names.other, .date: texts.date(first.at)])
        }
        pending = view.entries.compactMap { entry in
            guard entry.author == view.viewer, case .withdrawable(let until) = entry.state else { return nil }
            return Pending(
                sentence: texts(.conversationPending, [.wait: texts.span(until.since(now))]), action: action,
                number: String(entry.number))
        }
        form =
            canWrite
            ? Form(
                action: action, token: token, written: written, fault: Self.fault(occasion, texts),
                asked: Self.isDoubtful(occasion) ? ReplyPost.mark(of: written) : nil, sight: Self.sight(view, names, texts))
            : nil
        kept = canWrite || written.isEmpty ? nil : written
        standing = Self.standing(view, names, action, presentation)
        entries = view.entries.map { entry in
            let isOwn = entry.author == view.viewer
            return Entry(
                author: isOwn ? texts(.conversationYouWrote) : texts(.conversationOtherWrote, [.person: names.other]),
                isOwn: isOwn,
                moment: entry.at.rfc3339, time: texts.date(entry.at), state: texts(Self.state(of: entry, isOwn: isOwn)))
        }
        aside = Self.aside(view, names, action, texts)
    }

    private static func isDoubtful(_ occasion: Occasion) -> Bool {
        if case .doubtful = occasion { true } else { false }
    }

    private static func fault(_ occasion: Occasion, _ texts: Catalogue) -> String? {
        switch occasion {
        case .fault(let fault): texts.text(of: FieldFault(field: .message, reason: .text(fault)))
        case .refused(.repeated(.message)): texts(.faultRepeated)
        default: nil
        }
    }

    private static func notice(for occasion: Occasion, _ names: ConversationNames, _ texts: Catalogue) -> Notice? {
        func box(_ title: PageText, _ detail: PageText, _ values: [TextSlot: String] = [:]) -> Notice {
            Notice(title: texts(title), detail: texts(detail, values), isQuestion: false, details: nil)
        }
        return switch occasion {
        case .shown: nil
        case .fault: box(.noticeFaultsTitle, .noticeFaultsDetail)
        case .doubtful(let details) where details.map(\.kind) == [.ownAddressUnsought]:
            Notice(title: texts(.doubtUnsoughtTitle), detail: texts(.doubtUnsoughtDetail), isQuestion: true, details: nil)
        case .doubtful(let details):
            Notice(
                title: texts(.doubtTitle, [.person: names.other]), detail: texts(.doubtDetail), isQuestion: true,
                details: details.map { detail in
                    Notice.Detail(kind: texts(detail.kind.name), found: detail.found.isEmpty ? nil : detail.found)
                })
        case .ended: box(.conversationEndedTitle, .conversationEndedDetail)
        case .blocked: box(.blockedTitle, .blockedDetail, [.site: names.site])
        case .limited(let wait): box(.noticeLimitedTitle, .noticeLimitedDetail, [.wait: texts.span(wait)])
        case .enoughToday(let wait):
            box(
                .conversationEnoughTitle, .conversationEnoughDetail,
                [.limit: texts.number(ConversationService.mostADay), .wait: texts.span(wait)])
        case .unavailable(let wait): box(.noticeUnavailableTitle, .noticeUnavailableDetail, [.wait: texts.span(wait)])
        case .expired: box(.noticeExpiredTitle, .noticeExpiredDetail)
        case .tooLate: box(.conversationLateTitle, .conversationLateDetail)
        case .refused(let reason):
            switch reason {
            case .repeated, .unreadable: box(.noticeUnreadableTitle, .noticeUnreadableDetail)
            case .unknownEncoding: box(.noticeEncodingTitle, .noticeEncodingDetail)
            case .tooLarge: box(.noticeTooLargeTitle, .noticeTooLargeDetail, [.limit: texts.number(Letter.Limit.message)])
            case .cutShort: box(.noticeCutTitle, .noticeCutDetail)
            case .mediaType: box(.noticeMediaTypeTitle, .noticeMediaTypeDetail)
            }
        }
    }

    private static func sight(_ view: ConversationView, _ names: ConversationNames, _ texts: Catalogue) -> [Form.Sight] {
        let isAddressShown = view.viewer == .visitor && view.summary.sharesAddress
        return [
            Form.Sight(isShown: true, line: texts(.conversationSees, [.name: names.own])),
            Form.Sight(isShown: isAddressShown, line: texts(isAddressShown ? .conversationSeesAddress : .conversationHides)),
            Form.Sight(isShown: false, line: texts(.conversationNoAttachments)),
        ]
    }

    private static func standing(
        _ view: ConversationView, _ names: ConversationNames, _ action: String, _ presentation: Presentation
    ) -> Standing? {
        let texts = presentation.texts
        let contactPage = RecipientPath(site: view.site.id.text, handle: view.handle.text).page
        let another = view.viewer == .visitor ? presentation.link(contactPage) : nil
        func box(
            _ title: PageText, _ detail: PageText, another: String? = nil, reopen: Standing.Reopening? = nil
        ) -> Standing {
            Standing(title: texts(title, [.person: names.other]), detail: texts(detail), another: another, reopen: reopen)
        }
        return switch (view.standing, view.viewer) {
        case (.open, _): nil
        case (.unanswered, _): box(.unansweredTitle, .unansweredDetail)
        case (.closed(let by), _) where by == view.viewer:
            box(.closedByYouTitle, .closedByYouDetail, reopen: .init(action: action))
        case (.closed, _): box(.closedByOtherTitle, .closedByOtherDetail, another: another)
        case (.takesNoLetters, .visitor): box(.otherTakesNoneTitle, .otherTakesNoneDetail)
        case (.takesNoLetters, .recipient): box(.youTakeNoneTitle, .youTakeNoneDetail)
        }
    }

    private static func aside(
        _ view: ConversationView, _ names: ConversationNames, _ action: String, _ texts: Catalogue
    ) -> Aside? {
        let canGoOn =
            switch view.standing {
            case .open, .unanswered: true
            case .closed, .takesNoLetters: false
            }
        let limit = canGoOn ? texts(.conversationUntil, [.date: texts.date(view.endsAt)]) : nil
        let muting = view.viewer == .recipient ? muting(view.isMuted, names, action, texts) : nil
        return limit == nil && muting == nil ? nil : Aside(action: action, limit: limit, muting: muting)
    }

    private static func muting(
        _ isMuted: Bool, _ names: ConversationNames, _ action: String, _ texts: Catalogue
    ) -> Aside.Muting {
        let person: [TextSlot: String] = [.person: names.other]
        return Aside.Muting(
            title: isMuted ? texts(.muteDoneTitle, person) : nil,
            detail: texts(isMuted ? .muteDoneDetail : .conversationMuting, person), action: action,
            choice: isMuted ? "unmute" : "mute", button: texts(isMuted ? .unmuteButton : .muteButton, person))
    }

    /// The other one learns of a reply when it has gone out.
    private static func state(of entry: ConversationView.Entry, isOwn: Bool) -> PageText {
        switch entry.state {
        case .withdrawable: isOwn ? .stateWithdrawable : .stateOnItsWay
        case .awaitsProof: .stateAwaitsProof
        case .onItsWay: .stateOnItsWay
        case .delivered: .stateDelivered
        case .notDelivered: .stateNotDelivered
        case .withdrawn: .stateWithdrawn
        }
    }
}

/// What a page behind a link calls the two.
struct ConversationNames: Equatable, Sendable {
    let own, other, site: String

    init(_ view: ConversationView, _ texts: Catalogue) {
        let visitor = view.visitorName ?? texts(.conversationUnnamed)
        (own, other) =
            view.viewer == .visitor ? (visitor, view.recipientName.text) : (view.recipientName.text, visitor)
        site = view.site.name.text
    }
}

extension PersonalDetail.Kind {
    fileprivate var name: PageText {
        switch self {
        case .ownAddress: .doubtOwnAddress
        case .ownAddressUnsought: .doubtOwnUnsought
        case .email: .doubtEmail
        case .phone: .doubtPhone
        case .street: .doubtStreet
        case .signature: .doubtSignature
        case .web: .doubtWeb
        }
    }
}
