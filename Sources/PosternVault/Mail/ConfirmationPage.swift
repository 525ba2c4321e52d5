import PosternCore

/// What the confirmation templates show.
struct ConfirmationPage: MailPage {
    enum Tag: String, CaseIterable, Sendable {
        case language, direction, side, title, preheader, site, heading
        case offer, ask, button, link
        /// What to do where the button is none.
        case copy
        case ignore, why
        /// The site's origin; absent unless configured.
        case siteLink
    }

    static let required: [Tag] = [.link, .ignore]

    let mail: ConfirmationMail
    let words: MailWords
    let form: PageForm
    let subject: String

    func value(_ tag: Tag) -> String? {
        switch tag {
        case .language: form.text(words.language.tag)
        case .direction: words.direction.rawValue
        case .side: words.direction.side
        case .title: form.text(subject)
        case .preheader: prose(.confirmationOffer)
        case .site: form.text(mail.siteName.text)
        case .heading: prose(.confirmationHeading)
        case .offer: prose(.confirmationOffer)
        case .ask: prose(.confirmationAsk)
        case .button: prose(.confirmationButton)
        case .link: form.text(mail.link)
        case .copy: prose(.confirmationCopy)
        case .ignore: prose(.confirmationIgnore)
        case .why: prose(.confirmationWhy)
        case .siteLink: mail.siteOrigin.map { form.text($0.description) }
        }
    }

    private func prose(_ word: MailWord) -> String {
        form.prose(word, in: words, names: [.recipient: mail.recipientName.text, .site: mail.siteName.text])
    }
}
