package import PosternCore
package import PosternRelay
package import PosternText

/// The form to write to one recipient: empty, or as it was posted, with its faults.
package struct ContactPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, intro, action, token
        case notice, title, detail, hasFaults, faults, field, label, text
        case name, email, subject, message, about, aboutFault, value, fault
        case showAddress, isAddressShown, privacyAddress, privacyClient, privacyPath
        case messageLimit, leftForms, overForms
        case codeHint
    }

    package static let template = "web/contact"
    package static let required: [Property] = [.action, .token, .detail, .text, .value, .fault, .privacyPath]

    package let frame: PageFrame
    package let text: Texts
    package let heading, intro, action: String
    package let token: String?
    package let notice: Notice?
    package let name, email, subject, message: Field
    package let about: About?
    package let aboutFault: Field?
    package let showAddress: String
    package let isAddressShown: Bool
    package let privacyAddress, privacyClient, privacyPath: String
    /// For the script that counts characters: how many there may be, and the plural forms of what it says.
    package let messageLimit: Int
    package let leftForms, overForms: String
    /// What comes after the button, where it is more than that.
    package let codeHint: String?

    /// One input with what was typed and, if it is faulty, why.
    package struct Field: Sendable {
        package let value: String
        package let fault: String?
    }

    /// What the letter is about, when the linking page gave a valid value.
    package struct About: Sendable {
        package let value: String
    }

    /// The box on top of a form that comes back.
    package struct Notice: Sendable {
        package let title, detail: String
        package let faults: [Fault]
        package let hasFaults: Bool

        init(title: String, detail: String, faults: [Fault] = []) {
            self.title = title
            self.detail = detail
            self.faults = faults
            hasFaults = !faults.isEmpty
        }

        /// Leads to its field.
        package struct Fault: Sendable {
            package let field, label, text: String
        }
    }
}

extension ContactPage {
    /// Why a form is shown again.
    package enum Occasion: Equatable, Sendable {
        case fresh
        case faults(LetterFaults)
        /// A field came twice.
        case repeated(LetterField)
        /// Not all of the form could be read.
        case unreadable
        /// It was read in an encoding that is a guess.
        case unknownEncoding
        case tooLarge
        /// The end is missing.
        case cutShort
        /// It came in a form that is read here only to be shown again.
        case mediaType
        case idempotencyKeyConflict
        case expired
        case limited(Duration)
        case unavailable(Duration)
    }

    /// Its own address, and that of the site's privacy statement.
    package struct Paths: Equatable, Sendable {
        package let page, privacy: String

        package init(page: String, privacy: String) {
            self.page = page
            self.privacy = privacy
        }
    }

    /// - Parameters:
    ///   - names: of recipient and site.
    ///   - token: nil while there is no key to make one with.
    ///   - asksForProof: the visitor is to type a code from a mail.
    package init(
        _ form: LetterForm, token: String?, to names: RecipientNames, at paths: Paths, occasion: Occasion, asksForProof: Bool,
        _ presentation: Presentation
    ) {
        let texts = presentation.texts
        var faults: [LetterField: String] = [:]
        if case .faults(let found) = occasion {
            for fault in found.all { faults[fault.field] = texts.text(of: fault) }
        } else if case .repeated(let field) = occasion {
            faults[field] = texts(.faultRepeated)
        }
        func field(_ field: LetterField, _ value: String) -> Field { Field(value: value, fault: faults[field]) }

        let values = names.values
        let notice = Self.notice(for: occasion, faults, texts)
        heading = texts(.contactTitle, values)
        // Links to other languages would lose what was typed.
        frame = presentation.frame(
            title: notice?.title ?? heading, path: occasion == .fresh ? paths.page : nil,
            query: form.letter.about.isEmpty ? nil : "about=\(PercentCoding.encoded(form.letter.about))")
        text = texts.texts
        codeHint = asksForProof ? texts(.contactCodeHint) : nil
        intro = presentation.introduction(names)
        action = presentation.link(paths.page)
        self.token = token
        self.notice = notice
        let letter = form.letter
        name = field(.name, letter.name)
        email = field(.email, letter.email)
        subject = field(.subject, letter.subject)
        message = field(.message, letter.message)
        about = letter.about.isEmpty || faults[.about] != nil ? nil : About(value: letter.about)
        aboutFault = faults[.about] == nil ? nil : field(.about, letter.about)
        showAddress = texts(.contactShowAddress, values)
        isAddressShown = letter.sharesAddress
        privacyAddress = texts(.contactPrivacyAddress, values)
        privacyClient = texts(.contactPrivacyClient, values)
        privacyPath = presentation.link(paths.privacy)
        messageLimit = Letter.Limit.message
        leftForms = Self.json(texts.forms(PagePlural.charactersLeft))
        overForms = Self.json(texts.forms(PagePlural.charactersOver))
    }

    private static func json(_ forms: [(category: String, text: String)]) -> String {
        JSONText.object(forms.map { ($0.category, .string($0.text)) }).text
    }

    private static func notice(for occasion: Occasion, _ faults: [LetterField: String], _ texts: Catalogue) -> Notice? {
        func box(_ title: PageText, _ detail: PageText) -> Notice {
            Notice(
                title: texts(title), detail: texts(detail),
                faults: LetterField.allCases.compactMap { field in
                    faults[field].map { Notice.Fault(field: field.rawValue, label: texts(PageText(field)), text: $0) }
                })
        }
        return switch occasion {
        case .fresh: nil
        case .faults: box(.noticeFaultsTitle, .noticeFaultsDetail)
        case .repeated, .unreadable: box(.noticeUnreadableTitle, .noticeUnreadableDetail)
        case .unknownEncoding: box(.noticeEncodingTitle, .noticeEncodingDetail)
        case .tooLarge:
            Notice(
                title: texts(.noticeTooLargeTitle),
                detail: texts(.noticeTooLargeDetail, [.limit: texts.number(Letter.Limit.message)]))
        case .cutShort: box(.noticeCutTitle, .noticeCutDetail)
        case .mediaType: box(.noticeMediaTypeTitle, .noticeMediaTypeDetail)
        case .idempotencyKeyConflict: box(.noticeRepeatTitle, .noticeRepeatDetail)
        case .expired: box(.noticeExpiredTitle, .noticeExpiredDetail)
        case .limited(let wait):
            Notice(title: texts(.noticeLimitedTitle), detail: texts(.noticeLimitedDetail, [.wait: texts.span(wait)]))
        case .unavailable(let wait):
            Notice(
                title: texts(.noticeUnavailableTitle), detail: texts(.noticeUnavailableDetail, [.wait: texts.span(wait)]))
        }
    }
}

/// What a page calls a recipient and a site.
package struct RecipientNames: Equatable, Sendable {
    package let recipient, site: String

    /// A recipient who takes no letters is named by the handle, which is in the URL: nobody learns more by trying.
    package init(_ contact: Contact) {
        recipient = contact.takesLetters ? contact.name.text : contact.handle.text
        site = contact.site.name.text
    }

    /// The names in the URL, for a page that must be shown although the store cannot be read.
    package init(handle: Handle, site: SiteID) {
        recipient = handle.text
        self.site = site.text
    }

    /// The handle, for whom the store was not asked.
    init(handle: Handle, at site: Site) {
        recipient = handle.text
        self.site = site.name.text
    }

    package var values: [TextSlot: String] { [.recipient: recipient, .site: site] }
}
