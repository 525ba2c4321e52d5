package import PosternCore
package import PosternRelay

/// The form to write to one recipient, empty or as it was sent with what is wrong with it.
package struct ContactPage: Page {
    package static let template = TemplateName.contact

    package let frame: PageFrame
    package let text: Texts
    package let site: String
    package let heading: String
    package let intro: String
    package let action: String
    package let token: String
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

        package init(title: String, detail: String, faults: [Fault]) {
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
        case repeatKeyConflict
        case unavailable
    }

    /// - Parameter names: of recipient and site; what stands in the address when the store cannot say.
    package init(
        _ form: LetterForm, token: FormToken, to names: RecipientNames, action: String, occasion: Occasion,
        _ texts: Catalogue, _ templates: Templates
    ) {
        var faults: [LetterField: String] = [:]
        if case .faults(let found) = occasion {
            for fault in found.all { faults[fault.field] = texts.text(of: fault) }
        }
        func field(_ field: LetterField, _ value: String) -> Field { Field(value: value, fault: faults[field]) }

        let values = names.values
        let notice = Self.notice(for: occasion, faults, texts)
        heading = texts(.contactTitle, values)
        frame = templates.frame(title: notice.map { "\($0.title) · \(names.site)" } ?? "\(heading) · \(names.site)", texts)
        text = texts.texts
        site = names.site
        intro = texts(.contactIntro, values)
        (self.action, self.token, self.notice) = (action, token.description, notice)
        let letter = form.letter
        (name, email) = (field(.name, letter.name), field(.email, letter.email))
        (subject, message) = (field(.subject, letter.subject), field(.message, letter.message))
        about = letter.about.isEmpty || faults[.about] != nil ? nil : About(value: letter.about)
        aboutFault = faults[.about] == nil ? nil : field(.about, letter.about)
        showAddress = texts(.contactShowAddress, values)
        isAddressShown = letter.sharesAddress
        privacyAddress = texts(.contactPrivacyAddress, values)
        privacyClient = texts(.contactPrivacyClient, values)
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
        case .repeatKeyConflict: Notice(title: texts(.noticeRepeatTitle), detail: texts(.noticeRepeatDetail), faults: [])
        case .unavailable: Notice(title: texts(.noticeUnavailableTitle), detail: texts(.noticeUnavailableDetail), faults: [])
        }
    }
}

/// How a page calls a recipient and a site.
package struct RecipientNames: Equatable, Sendable {
    package let recipient: String
    package let site: String

    package init(_ contact: Contact) {
        (recipient, site) = (contact.name.text, contact.site.name.text)
    }

    /// For a page that must be shown although the store cannot be asked.
    package init(handle: Handle, site: SiteID) {
        (recipient, self.site) = (handle.text, site.text)
    }

    package var values: [String: String] { ["recipient": recipient, "site": site] }
}
