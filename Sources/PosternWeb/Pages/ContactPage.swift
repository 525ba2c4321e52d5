package import PosternCore
package import PosternRelay

/// The form to write to one recipient, empty or as it was sent with what is wrong with it.
package struct ContactPage: Page {
    package static let template = TemplateName.contact

    package let frame: PageFrame
    package let text: Texts
    package let heading: String
    package let intro: String
    package let action: String
    package let token: String?
    package let notice: Notice?
    package let name: Field
    package let email: Field
    package let subject: Field
    package let message: Field
    package let about: About?
    package let aboutFault: Field?
    package let showAddress: String
    package let isAddressShown: Bool
    package let privacyAddress: String
    package let privacyClient: String
    package let privacyPath: String
    /// For the script that counts: the most characters, and the plural forms of what it says.
    package let messageLimit: Int
    package let leftForms: String
    package let overForms: String

    /// One input with what was typed and, if it is faulty, why.
    package struct Field: Sendable {
        package let value: String
        package let fault: String?
    }

    /// What the letter is about, when the linking page said something we can show.
    package struct About: Sendable {
        package let value: String
    }

    /// The box on top of a form that comes back.
    package struct Notice: Sendable {
        package let title: String
        package let detail: String
        package let faults: [Fault]
        package let hasFaults: Bool

        package init(title: String, detail: String, faults: [Fault] = []) {
            (self.title, self.detail, self.faults) = (title, detail, faults)
            hasFaults = !faults.isEmpty
        }

        /// Leads to its field.
        package struct Fault: Sendable {
            package let field: String
            package let label: String
            package let text: String
        }
    }
}

extension ContactPage {
    /// Why a form is shown again.
    package enum Occasion: Equatable, Sendable {
        case fresh
        case faults(LetterFaults)
        case idempotencyKeyConflict
        case expired
        case limited(Duration)
        case unavailable(Duration)
    }

    /// Where the form is: its own address, and that of the site's privacy statement.
    package struct Paths: Equatable, Sendable {
        package let page: String
        package let privacy: String

        package init(page: String, privacy: String) {
            (self.page, self.privacy) = (page, privacy)
        }
    }

    /// - Parameters:
    ///   - names: of recipient and site; what stands in the address when the store cannot say.
    ///   - token: nil while there is no key to make one with.
    package init(
        _ form: LetterForm, token: String?, to names: RecipientNames, at paths: Paths, occasion: Occasion,
        _ presentation: Presentation
    ) {
        let texts = presentation.texts
        var faults: [LetterField: String] = [:]
        if case .faults(let found) = occasion {
            for fault in found.all { faults[fault.field] = texts.text(of: fault) }
        }
        func field(_ field: LetterField, _ value: String) -> Field { Field(value: value, fault: faults[field]) }

        let values = names.values
        let notice = Self.notice(for: occasion, faults, texts)
        heading = texts(.contactTitle, values)
        // Links to other languages would throw away what was typed.
        frame = presentation.frame(
            title: notice?.title ?? heading, path: occasion == .fresh ? paths.page : nil, about: form.letter.about)
        text = texts.texts
        intro = presentation.introduction(names)
        (action, self.token, self.notice) = (presentation.link(paths.page), token, notice)
        let letter = form.letter
        (name, email) = (field(.name, letter.name), field(.email, letter.email))
        (subject, message) = (field(.subject, letter.subject), field(.message, letter.message))
        about = letter.about.isEmpty || faults[.about] != nil ? nil : About(value: letter.about)
        aboutFault = faults[.about] == nil ? nil : field(.about, letter.about)
        showAddress = texts(.contactShowAddress, values)
        isAddressShown = letter.sharesAddress
        privacyAddress = texts(.contactPrivacyAddress, values)
        privacyClient = texts(.contactPrivacyClient, values)
        privacyPath = presentation.link(paths.privacy)
        messageLimit = Letter.Limit.message
        (leftForms, overForms) = (texts.forms(.charactersLeft), texts.forms(.charactersOver))
    }

    private static func notice(for occasion: Occasion, _ faults: [LetterField: String], _ texts: Catalogue) -> Notice? {
        switch occasion {
        case .fresh: nil
        case .faults:
            Notice(
                title: texts(.noticeFaultsTitle), detail: texts(.noticeFaultsDetail),
                faults: LetterField.allCases.compactMap { field in
                    faults[field].map { Notice.Fault(field: field.rawValue, label: texts(TextKey(field)), text: $0) }
                })
        case .idempotencyKeyConflict: Notice(title: texts(.noticeRepeatTitle), detail: texts(.noticeRepeatDetail))
        case .expired: Notice(title: texts(.noticeExpiredTitle), detail: texts(.noticeExpiredDetail))
        case .limited(let wait):
            Notice(title: texts(.noticeLimitedTitle), detail: texts(.noticeLimitedDetail, ["wait": texts.span(wait)]))
        case .unavailable(let wait):
            Notice(
                title: texts(.noticeUnavailableTitle), detail: texts(.noticeUnavailableDetail, ["wait": texts.span(wait)]))
        }
    }
}

/// How a page calls a recipient and a site.
package struct RecipientNames: Equatable, Sendable {
    package let recipient: String
    package let site: String

    package init(_ contact: Contact) {
        (recipient, site) = (contact.name.text.isolated, contact.site.name.text.isolated)
    }

    /// For a page that must be shown although the store cannot be asked.
    package init(handle: Handle, site: SiteID) {
        (recipient, self.site) = (handle.text, site.text)
    }

    package var values: [String: String] { ["recipient": recipient, "site": site] }
}

extension String {
    /// Between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (UAX #9), when it holds letters of a script that is written from
    /// right to left, or ends in a mark that takes the direction of what is around it, as in "Pat (Club)": so that a name in
    /// the middle of a sentence turns nothing around it, and nothing turns it.
    var isolated: String {
        let isTurned = unicodeScalars.contains { (0x0590...0x08FF).contains($0.value) || (0xFB1D...0xFEFC).contains($0.value) }
        let hasLooseEnds = [unicodeScalars.first, unicodeScalars.last].contains { $0?.properties.isAlphabetic == false }
        return isTurned || hasLooseEnds ? "\u{2068}\(self)\u{2069}" : self
    }
}
