private import PosternCore
package import PosternRelay
package import PosternText

/// The form with which somebody becomes a member: empty, or as it was posted, with its faults.
package struct JoinPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, action, token
        case notice, title, detail, hasFaults, faults, field, label, text
        case name, handle, fixed, email, value, fault
        case pageAddress, free, locales, choices, tag, isChosen
        case privacyPath
    }

    package static let template = "members/join"
    package static let required: [Property] = [.action, .token, .detail, .text, .value, .fault, .free, .privacyPath]

    package let frame: PageFrame
    package let text: Texts
    package let heading, action: String
    package let token: String?
    package let notice: ContactPage.Notice?
    package let name, email: ContactPage.Field
    /// Nil where an invitation says which it is.
    package let handle: Choice?
    package let fixed: ContactPage.About?
    /// Nil where there is only one language.
    package let locales: Locales?
    package let privacyPath: String

    /// The short name, and where the script asks whether it is free.
    package struct Choice: Sendable {
        package let value: String
        package let fault: String?
        package let pageAddress, free: String
    }

    package struct Locales: Sendable {
        package let choices: [Locale]
        package let fault: String?

        package struct Locale: Sendable {
            package let tag, title: String
            package let isChosen: Bool
        }
    }

    /// Why a form is shown again.
    package enum Occasion: Equatable, Sendable {
        case fresh
        case faults(MemberFaults)
        /// Not all of the form could be read.
        case unreadable
        /// It is old, or comes from a page that is not ours.
        case again
        case limited(Duration)
        case busy(Duration)
        case askedOften(Duration)
        case unavailable(Duration)
    }

    /// - Parameters:
    ///   - path: of the page itself.
    ///   - pages: what the address of a member's page begins with.
    ///   - token: nil while there is no key to make one with.
    package init(
        _ member: RawMember, token: String?, _ standing: JoinStanding, at path: String, pages: String, occasion: Occasion,
        _ presentation: Presentation
    ) {
        let texts = presentation.texts
        var faults: [MemberField: String] = [:]
        if case .faults(let found) = occasion {
            for fault in found.all { faults[fault.field] = texts.text(of: fault, typed: member.handle) }
        }
        notice = Self.notice(for: occasion, faults, texts)
        heading = texts(.title, [.site: standing.site.name.text])
        // Links to other languages would lose what was typed.
        frame = presentation.frame(title: notice?.title ?? heading, path: occasion == .fresh ? path : nil)
        text = texts.texts
        action = presentation.link(path)
        self.token = token
        name = ContactPage.Field(value: member.name, fault: faults[.name])
        email = ContactPage.Field(value: member.email, fault: faults[.email])
        if case .invited(let own?) = standing.way {
            fixed = ContactPage.About(value: own.text)
            handle = nil
        } else {
            fixed = nil
            handle = Choice(
                value: member.handle, fault: faults[.handle], pageAddress: texts(.pageAddress, [.page: pages + "…"]),
                free: "/join/\(standing.site.id)/free?lang=\(presentation.language)")
        }
        locales = Self.locales(member, fault: faults[.locale], presentation)
        privacyPath = presentation.link("/privacy/\(standing.site.id)")
    }

    private static func locales(_ member: RawMember, fault: String?, _ presentation: Presentation) -> Locales? {
        let templates = presentation.templates
        let offered = LanguageChoice.offered(site: presentation.site?.look.languages ?? [], available: templates.languages)
        guard offered.count > 1 || fault != nil else { return nil }
        let chosen = Language(member.locale) ?? presentation.language
        return Locales(
            choices: offered.map { language in
                Locales.Locale(
                    tag: language.description, title: templates.catalogue(language).name,
                    isChosen: language.primary == chosen.primary)
            }, fault: fault)
    }

    private static func notice(
        for occasion: Occasion, _ faults: [MemberField: String], _ texts: Catalogue
    ) -> ContactPage.Notice? {
        func box(_ title: JoinText, _ detail: JoinText, wait: Duration? = nil) -> ContactPage.Notice {
            ContactPage.Notice(
                title: texts(title), detail: texts(detail, wait.map { [.wait: texts.span($0)] } ?? [:]),
                faults: MemberField.allCases.compactMap { field in
                    faults[field].map {
                        ContactPage.Notice.Fault(field: field.rawValue, label: texts(JoinText(field)), text: $0)
                    }
                })
        }
        return switch occasion {
        case .fresh: nil
        case .faults: box(.faultsTitle, .faultsDetail)
        case .unreadable: box(.unreadableTitle, .unreadableDetail)
        case .again: box(.againTitle, .againDetail)
        case .limited(let wait): box(.limitedTitle, .limitedDetail, wait: wait)
        case .busy(let wait): box(.busyTitle, .busyDetail, wait: wait)
        case .askedOften(let wait): box(.oftenTitle, .oftenDetail, wait: wait)
        case .unavailable(let wait): box(.unavailableTitle, .unavailableDetail, wait: wait)
        }
    }
}

/// One friendly page for everybody who cannot become a member here: nobody can, or only with an invitation that still works.
package struct JoinClosedPage: Page {
    package enum Property: String, CaseIterable, Sendable { case heading, detail, origin, url, visit }

    package static let template = "members/join-closed"
    package static let required: [Property] = [.detail]

    package let frame: PageFrame
    package let text: Texts
    package let heading, detail: String
    /// The site's own page; nil when it has told none.
    package let origin: Origin?

    package struct Origin: Sendable {
        package let url, visit: String
    }

    package init(_ standing: JoinStanding, at path: String, _ presentation: Presentation) {
        let (texts, site) = (presentation.texts, standing.site)
        let isByInvitation = standing.way == .byInvitation
        heading = texts(isByInvitation ? JoinText.invitationTitle : .offTitle)
        detail = texts(isByInvitation ? JoinText.invitationDetail : .offDetail, [.site: site.name.text])
        origin = site.origins.first.map {
            Origin(url: $0.description, visit: texts(.visit, [.site: site.name.text]))
        }
        frame = presentation.frame(title: heading, path: path)
        text = texts.texts
    }
}
