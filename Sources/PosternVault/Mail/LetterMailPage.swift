internal import PosternCore
internal import PosternText

/// What the templates of a letter's mail show.
struct LetterMailPage: MailPage {
    enum Property: String, CaseIterable, Sendable {
        case language, direction
        /// `left` or `right`: where a line begins, for mail programs that do not know `start`.
        case side
        /// The mail's subject: the window's title.
        case title
        /// The beginning of the message, for the line that lists show beside the subject.
        case preheader
        case heading
        /// What this is and how to stop it; absent but in the first letter that its recipient gets.
        case first, stop
        case aboutLabel, about
        case subjectLabel, subject
        case words, message
        case answer
        /// Says that the button shows nobody's address, where an ordinary answer does.
        case privacy
        /// What the links are called, and the links; absent in a letter from a version without links.
        case button, link, mute, muteLink, report, reportLink, pause, pauseLink
        /// The visitor's address and its `mailto:` URL; absent unless shared.
        case address, mailto
        case why
        /// Where the recipient asks for a link to their own page.
        case settings, settingsLink
        /// The site's origin; absent unless configured.
        case siteLink
    }

    static let required: [Property] = [.first, .stop, .message, .answer, .address, .link, .why]

    let letter: Letter
    let shownAddress: ShownAddress
    let site: Site
    let catalogue: Catalogue
    let form: MailForm
    let subject: String
    let links: MailLinks?
    let settings: String?
    let isFirst: Bool
    private let names: [TextSlot: String]

    init(
        letter: Letter, shownAddress: ShownAddress, site: Site, catalogue: Catalogue, form: MailForm, subject: String,
        visitorName: String?, links: MailLinks? = nil, settings: String? = nil, isFirst: Bool = false
    ) {
        self.letter = letter
        self.shownAddress = shownAddress
        self.site = site
        self.catalogue = catalogue
        self.form = form
        self.subject = subject
        self.links = links
        self.settings = settings
        self.isFirst = isFirst
        names = [
            .visitor: form.visitor(visitorName, in: catalogue), .site: form.name(site.name.text, in: catalogue),
        ]
    }

    func value(_ property: Property) -> String? {
        switch property {
        case .language: form.text(catalogue.language.tag)
        case .direction: catalogue.direction.rawValue
        case .side: catalogue.direction.side
        case .title: form.text(subject)
        case .preheader: form.text(Preheader.of(letter.text.text))
        case .heading: prose(.letterHeading)
        // Without links there is nothing to stop it with.
        case .first: isFirst && links != nil ? prose(.letterFirst) : nil
        case .stop: isFirst && links != nil ? prose(.letterFirstStop) : nil
        case .aboutLabel: prose(.aboutLabel)
        case .about: letter.about.map { form.entry($0.text) }
        case .subjectLabel: prose(.subjectLabel)
        case .subject: letter.subject.map { form.entry($0.text) }
        case .words: prose(.letterWords)
        case .message: form.quoted(letter.text.text)
        case .answer: prose(answer)
        case .privacy: links != nil && shownAddress.address != nil ? prose(.answerPrivacy) : nil
        case .button: links.map { _ in prose(.answerButton) }
        case .link: links.map { form.text($0.page) }
        case .mute: links.map { _ in prose(.muteLink) }
        case .muteLink: links?.mute.map(form.text)
        case .report: links.map { _ in prose(.reportLink) }
        case .reportLink: links?.report.map(form.text)
        case .pause: links.map { _ in prose(.pauseLink) }
        case .pauseLink: links?.pause.map(form.text)
        case .address: shownAddress.address.map { form.text($0.text) }
        case .mailto: shownAddress.address.map { form.text($0.mailto) }
        case .why: prose(.letterWhy)
        case .settings: settings.map { _ in prose(.settings) }
        case .settingsLink: settings.map(form.text)
        case .siteLink: site.origins.first.map { form.text($0.description) }
        }
    }

    private var answer: MailText {
        switch shownAddress {
        case .hidden: links == nil ? .answerUnlinked : .answerHidden
        case .replyTo: .answerReplyTo
        case .inText: .answerInText
        }
    }

    private func prose(_ key: MailText) -> String {
        form.prose(key, in: catalogue, names: names)
    }
}
