internal import PosternCore
internal import PosternText

/// What the templates of a mail with one link show: the question whether an address is somebody's, a notice, the link to a page.
struct NoticeMailPage: MailPage {
    enum Property: String, CaseIterable, Sendable {
        case language, direction, side, title, preheader, site, heading
        case offer
        /// Six digits; absent where the link alone does it.
        case code
        case ask, button, link
        /// What to do where the button does not work.
        case copy
        /// What can be changed and where; absent but in a welcome.
        case settings, settingsLink
        case ignore, why
        /// The site's origin; absent unless configured.
        case siteLink
    }

    static let required: [Property] = [.link, .code, .settingsLink, .ignore]

    enum Kind: CaseIterable {
        case confirmation, code, pauseNotice, waveNotice, manage, addressNotice, welcome, prove

        init(_ notice: OpenedDelivery.Notice) {
            self =
                switch notice {
                case .confirmation: .confirmation
                case .code: .code
                case .manage: .manage
                case .addressNotice: .addressNotice
                case .welcome: .welcome
                }
        }

        /// Whether its reader has shown that the name is theirs. To anybody else the mail goes without a word that somebody chose who
        /// may be a stranger.
        var namesRecipient: Bool {
            switch self {
            case .pauseNotice, .waveNotice, .manage, .welcome: true
            case .confirmation, .code, .addressNotice, .prove: false
            }
        }

        struct Texts {
            let subject, heading, offer, ask, button, ignore: MailText
        }

        var texts: Texts {
            switch self {
            case .confirmation:
                Texts(
                    subject: .confirmationSubject, heading: .confirmationHeading, offer: .confirmationOffer,
                    ask: .confirmationAsk,
                    button: .confirmationButton, ignore: .confirmationIgnore)
            case .code:
                Texts(
                    subject: .codeSubject, heading: .codeHeading, offer: .codeOffer, ask: .codeAsk, button: .codeButton,
                    ignore: .codeIgnore)
            case .pauseNotice:
                Texts(
                    subject: .pauseSubject, heading: .pauseHeading, offer: .pauseOffer, ask: .pauseAsk, button: .pauseButton,
                    ignore: .pauseIgnore)
            case .waveNotice:
                Texts(
                    subject: .waveSubject, heading: .waveHeading, offer: .waveOffer, ask: .waveAsk, button: .waveButton,
                    ignore: .waveIgnore)
            case .manage:
                Texts(
                    subject: .manageSubject, heading: .manageHeading, offer: .manageOffer, ask: .manageAsk, button: .manageButton,
                    ignore: .manageIgnore)
            case .addressNotice:
                Texts(
                    subject: .noticeSubject, heading: .noticeHeading, offer: .noticeOffer, ask: .noticeAsk, button: .noticeButton,
                    ignore: .noticeIgnore)
            case .welcome:
                Texts(
                    subject: .welcomeSubject, heading: .welcomeHeading, offer: .welcomeOffer, ask: .welcomeAsk,
                    button: .welcomeButton, ignore: .welcomeIgnore)
            case .prove:
                Texts(
                    subject: .proveSubject, heading: .proveHeading, offer: .proveOffer, ask: .proveAsk, button: .proveButton,
                    ignore: .proveIgnore)
            }
        }
    }

    private let kind: Kind
    private let job: DeliveryJob
    private let link: String
    private let code: MailedCode?
    private let settings: String?
    let catalogue: Catalogue
    let form: MailForm
    private let subject: String
    private let names: [TextSlot: String]

    init(
        _ kind: Kind, job: DeliveryJob, link: String, code: MailedCode? = nil, settings: String? = nil, catalogue: Catalogue,
        form: MailForm, subject: String
    ) {
        self.kind = kind
        self.job = job
        self.link = link
        self.code = code
        self.settings = settings
        self.catalogue = catalogue
        self.form = form
        self.subject = subject
        names = [
            .recipient: form.name(job.recipientName.text, in: catalogue), .site: form.name(job.site.name.text, in: catalogue),
        ]
    }

    func value(_ property: Property) -> String? {
        switch property {
        case .language: form.text(catalogue.language.tag)
        case .direction: catalogue.direction.rawValue
        case .side: catalogue.direction.side
        case .title: form.text(subject)
        case .preheader: prose(kind.texts.offer)
        case .site: form.text(job.site.name.text)
        case .heading: prose(kind.texts.heading)
        case .offer: prose(kind.texts.offer)
        case .code: code.map { form.text($0.shown) }
        case .ask: prose(kind.texts.ask)
        case .button: prose(kind.texts.button)
        case .link: form.text(link)
        case .copy: prose(.confirmationCopy)
        case .settings: settings.map { _ in prose(.welcomeSettings) }
        case .settingsLink: settings.map(form.text)
        case .ignore: prose(kind.texts.ignore)
        case .why: prose(kind == .prove ? .proveWhy : .confirmationWhy)
        case .siteLink: job.site.origins.first.map { form.text($0.description) }
        }
    }

    private func prose(_ key: MailText) -> String {
        form.prose(key, in: catalogue, names: names)
    }
}
