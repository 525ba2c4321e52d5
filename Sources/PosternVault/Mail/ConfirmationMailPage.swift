internal import PosternCore
internal import PosternText

/// What the templates of a confirmation mail show.
struct ConfirmationMailPage: MailPage {
    enum Tag: String, CaseIterable, Sendable {
        case language, direction, side, title, preheader, site, heading
        case offer, ask, button, link
        /// What to do where the button does not work.
        case copy
        case ignore, why
        /// The site's origin; absent unless configured.
        case siteLink
    }

    static let required: [Tag] = [.link, .ignore]

    let job: DeliveryJob
    let link: String
    let catalogue: Catalogue
    let form: MailForm
    let subject: String
    private let names: [TextSlot: String]

    init(job: DeliveryJob, link: String, catalogue: Catalogue, form: MailForm, subject: String) {
        self.job = job
        self.link = link
        self.catalogue = catalogue
        self.form = form
        self.subject = subject
        names = [
            .recipient: form.name(job.recipientName.text, in: catalogue), .site: form.name(job.site.name.text, in: catalogue),
        ]
    }

    func value(_ tag: Tag) -> String? {
        switch tag {
        case .language: form.text(catalogue.language.tag)
        case .direction: catalogue.direction.rawValue
        case .side: catalogue.direction.side
        case .title: form.text(subject)
        case .preheader: prose(.confirmationOffer)
        case .site: form.text(job.site.name.text)
        case .heading: prose(.confirmationHeading)
        case .offer: prose(.confirmationOffer)
        case .ask: prose(.confirmationAsk)
        case .button: prose(.confirmationButton)
        case .link: form.text(link)
        case .copy: prose(.confirmationCopy)
        case .ignore: prose(.confirmationIgnore)
        case .why: prose(.confirmationWhy)
        case .siteLink: job.site.origins.first.map { form.text($0.description) }
        }
    }

    private func prose(_ key: MailText) -> String {
        form.prose(key, in: catalogue, names: names)
    }
}
