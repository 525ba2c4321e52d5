internal import PosternCore
internal import PosternText

/// What the templates of a mail inside a conversation show: an answer to one of the two, or its author's copy.
struct ReplyMailPage: MailPage {
    enum Property: String, CaseIterable, Sendable {
        case language, direction, side, title, preheader, heading
        case subjectLabel, subject
        case words, message
        case answer
        /// Says that the button shows nobody's address, where an ordinary answer does.
        case privacy
        case address, mailto
        case button, link
        /// For the recipient of an answer.
        case mute, muteLink, report, reportLink, pause, pauseLink
        case why
        /// Where the recipient asks for a link to their own page; absent in mails to visitors.
        case settings, settingsLink
        /// The site's origin; absent unless configured.
        case siteLink
    }

    static let required: [Property] = [.message, .answer, .address, .link, .why]

    /// Who reads what.
    struct View {
        let isCopy: Bool
        let addressee: Party

        fileprivate var heading: MailText {
            switch (isCopy, addressee) {
            case (false, .recipient): .replyHeading
            case (false, .visitor): .visitorHeading
            case (true, .recipient): .copyHeading
            case (true, .visitor): .visitorSubject
            }
        }

        fileprivate var words: MailText { isCopy ? .copyWords : addressee == .recipient ? .letterWords : .visitorWords }

        fileprivate var button: MailText {
            isCopy ? .copyButton : addressee == .recipient ? .answerButton : .visitorButton
        }

        fileprivate var why: MailText { addressee == .recipient ? .letterWhy : .visitorWhy }
    }

    let reply: Reply
    let view: View
    let conversation: MailConversation
    let shownAddress: ShownAddress
    let job: DeliveryJob
    let catalogue: Catalogue
    let form: MailForm
    let subject: String
    let settings: String?
    private let names: [TextSlot: String]

    init(
        reply: Reply, view: View, conversation: MailConversation, shownAddress: ShownAddress, job: DeliveryJob,
        catalogue: Catalogue,
        form: MailForm, subject: String, visitorName: String?, settings: String? = nil
    ) {
        self.reply = reply
        self.view = view
        self.conversation = conversation
        self.shownAddress = shownAddress
        self.job = job
        self.catalogue = catalogue
        self.form = form
        self.subject = subject
        self.settings = settings
        names = [
            .visitor: form.visitor(visitorName, in: catalogue), .site: form.name(job.site.name.text, in: catalogue),
            .recipient: form.name(job.recipientName.text, in: catalogue),
        ]
    }

    func value(_ property: Property) -> String? {
        switch property {
        case .language: form.text(catalogue.language.tag)
        case .direction: catalogue.direction.rawValue
        case .side: catalogue.direction.side
        case .title: form.text(subject)
        case .preheader: form.text(Preheader.of(reply.text.text))
        case .heading: prose(view.heading)
        case .subjectLabel: prose(.subjectLabel)
        case .subject: conversation.letter.subject.map { form.entry($0.text) }
        case .words: prose(view.words)
        case .message: form.quoted(reply.text.text)
        case .answer: prose(answer)
        case .privacy: shownAddress.address.map { _ in prose(.answerPrivacy) }
        case .address: shownAddress.address.map { form.text($0.text) }
        case .mailto: shownAddress.address.map { form.text($0.mailto) }
        case .button: prose(view.button)
        case .link: form.text(conversation.links.page)
        case .mute: mayStop ? prose(.muteLink) : nil
        case .muteLink: mayStop ? conversation.links.mute.map(form.text) : nil
        case .report: mayStop ? prose(.reportLink) : nil
        case .reportLink: mayStop ? conversation.links.report.map(form.text) : nil
        case .pause: mayStop ? prose(.pauseLink) : nil
        case .pauseLink: mayStop ? conversation.links.pause.map(form.text) : nil
        case .why: prose(view.why)
        case .settings: settings.map { _ in prose(.settings) }
        case .settingsLink: settings.map(form.text)
        case .siteLink: job.site.origins.first.map { form.text($0.description) }
        }
    }

    private var mayStop: Bool { !view.isCopy && view.addressee == .recipient }

    private var answer: MailText {
        if view.isCopy { return .copyNote }
        guard view.addressee == .recipient else { return .visitorAnswer }
        return switch shownAddress {
        case .hidden: .answerHidden
        case .replyTo: .answerReplyTo
        case .inText: .answerInText
        }
    }

    private func prose(_ key: MailText) -> String {
        form.prose(key, in: catalogue, names: names)
    }
}
