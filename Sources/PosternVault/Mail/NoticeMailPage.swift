internal import PosternCore
internal import PosternText

/// What the templates of a confirmation mail show, and of the notice that letters are paused: both have one link.
struct NoticeMailPage: MailPage {
    enum Property: String, CaseIterable, Sendable {
        case language, direction, side, title, preheader, site, heading
        case offer, ask, button, link
        /// What to do where the button does not work.
        case copy
        case ignore, why
        /// The site's origin; absent unless configured.
        case siteLink
    }

    static let required: [Property] = [.link, .ignore]

    enum Kind {
        case confirmation, pauseNotice

        var subject: MailText { self == .confirmation ? .confirmationSubject : .pauseSubject }
        var heading: MailText { self == .confirmation ? .confirmationHeading : .pauseHeading }
        var offer: MailText { self == .confirmation ? .confirmationOffer : .pauseOffer }
        var ask: MailText { self == .confirmation ? .confirmationAsk : .pauseAsk }
        var button: MailText { self == .confirmation ? .confirmationButton : .pauseButton }
        var ignore: MailText { self == .confirmation ? .confirmationIgnore : .pauseIgnore }
    }

    let kind: Kind

    let job: DeliveryJob
    let link: String
    let catalogue: Catalogue
    let form: MailForm
    let subject: String
    private let names: [TextSlot: String]

    init(_ kind: Kind, job: DeliveryJob, link: String, catalogue: Catalogue, form: MailForm, subject: String) {
        self.kind = kind
        self.job = job
        self.link = link
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
        case .preheader: prose(kind.offer)
        case .site: form.text(job.site.name.text)
        case .heading: prose(kind.heading)
        case .offer: prose(kind.offer)
        case .ask: prose(kind.ask)
        case .button: prose(kind.button)
        case .link: form.text(link)
        case .copy: prose(.confirmationCopy)
        case .ignore: prose(kind.ignore)
        case .why: prose(.confirmationWhy)
        case .siteLink: job.site.origins.first.map { form.text($0.description) }
        }
    }

    private func prose(_ key: MailText) -> String {
        form.prose(key, in: catalogue, names: names)
    }
}
