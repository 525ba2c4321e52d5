package import PosternCore
package import PosternRelay
package import PosternText

/// Where a recipient reports a letter, sees that it was reported, and takes that back.
package struct ReportPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, notice, title, warning, isGood, detail, subject, about, begun, reason
        case form, action, fault, reasons, value, label, isChosen, remark, remarkFault, muteLabel, isMuteChosen, happens
        case done, canTakeBack, muted, choice, button
    }

    package static let template = "web/report"
    package static let required: [Property] = [
        .heading, .begun, .action, .fault, .value, .label, .remark, .remarkFault, .muteLabel, .reason, .choice,
    ]

    package let frame: PageFrame
    package let text: Texts
    package let heading: String
    package let notice: Notice?
    package let detail: String?
    package let subject, about: String?
    package let begun: String
    /// Of the report that there is.
    package let reason: String?
    /// Nil when the letter was reported.
    package let form: Form?
    package let done: Done?
    /// What a report leads to.
    package let happens: [String]

    package struct Notice: Sendable {
        package let title, warning: String
        /// It tells of something that was done.
        package let isGood: Bool
    }

    package struct Form: Sendable {
        package let action: String
        package let fault: String?
        package let reasons: [Reason]
        package let remark: String
        package let remarkFault: String?
        /// Nil when the visitor is muted already.
        package let muteLabel: String?
        package let isMuteChosen: Bool

        package struct Reason: Sendable {
            package let value, label: String
            package let isChosen: Bool
        }
    }

    /// What there is to do after a report: take it back, mute the visitor or hear from them again.
    package struct Done: Sendable {
        package let action: String
        package let canTakeBack: Bool
        package let muted: String?
        package let choice, button: String
    }
}

extension ReportPage {
    /// Why the page is shown.
    package enum Occasion: Equatable, Sendable {
        case shown
        case faulty(isReasonMissing: Bool, remark: TextFault?)
        case takenBack
        case unavailable(Duration)
        case refused(FormRefusal.Reason)
    }

    /// What was typed.
    package struct Written: Equatable, Sendable {
        package var reason: ReportReason?
        package var remark = ""
        package var mutes = false

        package init() {}
    }

    /// - Parameter path: of the page itself.
    package init(
        _ occasion: Occasion, _ view: ReportView, at path: String, written: Written = Written(), _ presentation: Presentation
    ) {
        let texts = presentation.texts
        let names = ConversationNames(view.conversation, texts)
        let action = presentation.link(path)
        notice = Self.notice(for: occasion, texts)
        // It names nobody, since others may see tabs and histories. Links to other languages would lose what was typed.
        frame = presentation.frame(
            title: notice?.title ?? texts(.reportPageTitle), path: occasion == .shown || occasion == .takenBack ? path : nil)
        text = texts.texts
        subject = view.conversation.summary.subject?.text
        about = view.conversation.summary.about?.text
        begun = texts(.conversationBegunByOther, [.person: names.other, .date: texts.date(view.letterAt)])
        let kept = texts(.reportHappensKeep, [.reports: texts.span(view.retention, .after)])
        let silent = texts(.reportHappensSilent, [.person: names.other])
        switch view.standing {
        case .none:
            (heading, detail, reason) = (texts(.reportTitle), nil, nil)
            form = Self.form(occasion, view, action, written, names, texts)
            done = nil
            happens = [texts(.reportHappensStaff, [.site: names.site]), kept, silent, texts(.reportHappensBack)]
        case .reported(let given, let moment):
            heading = texts(.reportDoneTitle)
            detail = texts(.reportDoneDetail, [.date: texts.date(moment)])
            reason = texts(given.name)
            form = nil
            done = Self.done(view, action, canTakeBack: true, names, texts)
            happens = [texts(.reportHappensStaff, [.site: names.site]), kept, silent]
        case .decided(let given, let decision, let moment):
            heading = texts(.reportDecidedTitle)
            detail = texts(decision.detail, [.date: texts.date(moment), .site: names.site])
            reason = texts(given.name)
            form = nil
            done = Self.done(view, action, canTakeBack: false, names, texts)
            happens = [kept, silent]
        }
    }

    private static func notice(for occasion: Occasion, _ texts: Catalogue) -> Notice? {
        func box(_ title: PageText, _ detail: PageText, _ values: [TextSlot: String] = [:], isGood: Bool = false) -> Notice {
            Notice(title: texts(title), warning: texts(detail, values), isGood: isGood)
        }
        return switch occasion {
        case .shown: nil
        // What could not be read of a form is as if it had not been filled in: the page says what is missing.
        case .faulty, .refused: box(.reportNotYetTitle, .reportNotYetDetail)
        case .takenBack: box(.reportBackTitle, .reportBackDetail, isGood: true)
        case .unavailable(let wait): box(.reportUnavailableTitle, .reportUnavailableDetail, [.wait: texts.span(wait)])
        }
    }

    private static func form(
        _ occasion: Occasion, _ view: ReportView, _ action: String, _ written: Written, _ names: ConversationNames,
        _ texts: Catalogue
    ) -> Form {
        var (isReasonMissing, remarkFault): (Bool, TextFault?) = (false, nil)
        if case .faulty(let isMissing, let fault) = occasion { (isReasonMissing, remarkFault) = (isMissing, fault) }
        return Form(
            action: action, fault: isReasonMissing ? texts(.reportReasonRequired) : nil,
            reasons: ReportReason.allCases.map { reason in
                Form.Reason(value: reason.rawValue, label: texts(reason.name), isChosen: reason == written.reason)
            },
            remark: written.remark,
            remarkFault: remarkFault.map { texts.text(of: FieldFault(field: .message, reason: .text($0))) },
            muteLabel: view.conversation.isMuted ? nil : texts(.reportMute, [.person: names.other]),
            isMuteChosen: written.mutes)
    }

    private static func done(
        _ view: ReportView, _ action: String, canTakeBack: Bool, _ names: ConversationNames, _ texts: Catalogue
    ) -> Done {
        let isMuted = view.conversation.isMuted
        let person: [TextSlot: String] = [.person: names.other]
        return Done(
            action: action, canTakeBack: canTakeBack, muted: isMuted ? texts(.muteDoneTitle, person) : nil,
            choice: isMuted ? "unmute" : "mute", button: texts(isMuted ? .unmuteButton : .muteButton, person))
    }
}

extension ReportDecision {
    fileprivate var detail: PageText {
        switch self {
        case .upheld: .reportUpheldDetail
        case .rejected: .reportRejectedDetail
        }
    }
}

extension ReportReason {
    var name: PageText {
        switch self {
        case .abuse: .reportAbuse
        case .sexual: .reportSexual
        case .fraud: .reportFraud
        case .spam: .reportSpam
        case .illegal: .reportIllegal
        case .other: .reportOther
        }
    }
}
