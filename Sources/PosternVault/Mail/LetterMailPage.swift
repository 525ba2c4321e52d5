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
        case aboutLabel, about
        case subjectLabel, subject
        case words, message
        case answer
        /// The visitor's address and its `mailto:` URL; absent unless shared.
        case address, mailto
        case why
        /// The site's origin; absent unless configured.
        case siteLink
    }

    static let required: [Property] = [.message, .answer, .address, .why]

    let letter: Letter
    let shownAddress: ShownAddress
    let site: Site
    let catalogue: Catalogue
    let form: MailForm
    let subject: String
    private let names: [TextSlot: String]

    init(
        letter: Letter, shownAddress: ShownAddress, site: Site, catalogue: Catalogue, form: MailForm, subject: String,
        visitorName: String?
    ) {
        self.letter = letter
        self.shownAddress = shownAddress
        self.site = site
        self.catalogue = catalogue
        self.form = form
        self.subject = subject
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
        case .preheader: form.text(preheader)
        case .heading: prose(.letterHeading)
        case .aboutLabel: prose(.aboutLabel)
        case .about: letter.about.map { form.entry($0.text) }
        case .subjectLabel: prose(.subjectLabel)
        case .subject: letter.subject.map { form.entry($0.text) }
        case .words: prose(.letterWords)
        case .message: form.quoted(letter.text.text)
        case .answer: prose(answer)
        case .address: shownAddress.address.map { form.text($0.text) }
        case .mailto: shownAddress.address.map { form.text(Self.mailto($0)) }
        case .why: prose(.letterWhy)
        case .siteLink: site.origins.first.map { form.text($0.description) }
        }
    }

    private var answer: MailText {
        switch shownAddress {
        case .hidden: .answerHidden
        case .replyTo: .answerReplyTo
        case .inText: .answerInText
        }
    }

    private func prose(_ key: MailText) -> String {
        form.prose(key, in: catalogue, names: names)
    }

    /// Lists show about a hundred characters; the rest of the mail would follow in a shorter one.
    private var preheader: String {
        var beginning = String(letter.text.text.unicodeScalars.prefix(400))
        var octets: [UInt8] = []
        beginning.withUTF8 { beginning in
            beginning.forEachWord(between: { $0 == 0x0A || $0 == 0x09 || $0 == 0x20 }) { word in
                if !octets.isEmpty { octets.append(0x20) }
                octets.append(contentsOf: word)
            }
        }
        // Cut between Characters, which are expensive to count; in most letters every octet is one.
        guard octets.allSatisfy({ $0 < 0x80 }) else { return String(String(decoding: octets, as: UTF8.self).prefix(140)) }
        return String(decoding: octets.prefix(140), as: UTF8.self)
    }

    /// RFC 6068 §2; everything that is not unreserved is percent-encoded, so that no `?` or `%` in a local part adds a field.
    private static func mailto(_ address: EmailAddress) -> String {
        "mailto:\(PercentCoding.encoded(address.local))@\(address.domain)"
    }
}
