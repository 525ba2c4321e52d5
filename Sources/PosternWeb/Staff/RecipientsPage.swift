package import PosternCore
package import PosternRelay
package import PosternText

/// The recipients of a site, by handle. Never an address.
package struct RecipientsPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case token, refusal, sites, value, label, isChosen, typed, site, total, hasRows, rows, more, invitation, link, ends
        case handle, path, name, language, state, since
    }

    package static let template = "staff/recipients"
    package static let required: [Property] = [.token, .link, .handle, .refusal]

    package let frame: PageFrame
    package let text: Texts
    package let token, typed: String
    package let refusal: String?
    package let sites: [DeskPage.Choice]
    /// Nil where there is none.
    package let site, total: String?
    package let hasRows: Bool
    package let rows: [Row]
    package let more: String?
    package let invitation: Invitation?

    package struct Row: Sendable {
        package let handle, path, name, language, state, since: String
    }

    package struct Invitation: Sendable {
        package let link, ends: String
    }

    /// - Parameter typed: what somebody looks for.
    package init(
        _ listing: RecipientListing?, sites: [Site], site: SiteID?, typed: String, invitation: InvitationSheet?, refusal: String?,
        staff: SignedInStaff, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.recipientsTitle))
        text = texts.texts
        (token, self.typed, self.refusal) = (staff.formToken, typed, refusal)
        self.sites = sites.map { .init(value: $0.id.text, label: "\($0.id) – \($0.name.text)", isChosen: $0.id == site) }
        self.site = site?.text
        total = listing.map { texts.text(StaffPlural.recipientCount, $0.total) }
        rows = listing?.recipients.map { Row($0, texts) } ?? []
        hasRows = !rows.isEmpty
        more = listing.flatMap { listing in
            guard listing.hasMore, let site, let last = listing.recipients.last else { return nil }
            return "\(RecipientPages.path)?site=\(site)&after=\(last.handle)"
        }
        self.invitation = invitation.map {
            Invitation(link: $0.link, ends: texts(.recipientsInvitationEnds, [.date: texts.date($0.ends)]))
        }
    }
}

extension RecipientsPage.Row {
    fileprivate init(_ recipient: Recipient, _ texts: Catalogue) {
        self.init(
            handle: recipient.handle.text, path: RecipientPages.path(of: recipient.handle, at: recipient.site),
            name: recipient.name.text, language: recipient.language.description, state: texts(StaffText(recipient.state)),
            since: Epoch(containing: recipient.id.moment).description)
    }
}

/// One recipient, and what can be done about them.
package struct RecipientPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case token, heading, done, told, refusal, action, name, language, state, since, page, aliases, posts, label, count
        case hasPosts, canPause, canResume, canErase, isErased, logPath, question, command, back
    }

    package static let template = "staff/recipient"
    package static let required: [Property] = [.token, .heading, .refusal, .done]

    package let frame: PageFrame
    package let text: Texts
    package let token, heading, action, name, language, state, since, logPath, question, command, back: String
    /// What was done just now, and what is left to do.
    package let done, told: String?
    package let refusal, page, aliases: String?
    package let hasPosts: Bool
    package let posts: [Posts]
    package let canPause, canResume, canErase, isErased: Bool

    package struct Posts: Sendable {
        package let label, count: String
    }

    package init(
        _ sheet: RecipientSheet, done: RecipientOperations.Action?, refusal: String?, staff: SignedInStaff,
        _ presentation: Presentation
    ) {
        let (texts, recipient) = (presentation.texts, sheet.recipient)
        heading = "\(recipient.site)/\(recipient.handle)"
        frame = presentation.frame(title: heading)
        text = texts.texts
        (token, self.refusal) = (staff.formToken, refusal)
        action = RecipientPages.path(of: recipient.handle, at: recipient.site)
        (name, language) = (recipient.name.text, recipient.language.description)
        state = texts(StaffText(recipient.state))
        since = recipient.id.moment.rfc3339
        page = sheet.page
        aliases = sheet.aliases.isEmpty ? nil : sheet.aliases.joined(separator: ", ")
        posts = Verdict.Decision.allCases.map {
            let count = sheet.posts[$0] ?? 0
            return Posts(label: $0.rawValue, count: texts.number(count) + (count >= RecipientSheet.most ? "+" : ""))
        }
        hasPosts = !sheet.posts.isEmpty
        canPause = recipient.state == .active
        canResume = recipient.state == .paused
        canErase = recipient.state != .erased
        isErased = !canErase
        logPath = LogQuery { $0 == .recipient ? "\(recipient.site)/\(recipient.handle)" : nil }.path
        question = texts(.recipientEraseQuestion, [.handle: recipient.handle.text])
        command = "postern recipient erase \(recipient.handle) --site \(recipient.site)"
        self.done = done.map { texts(StaffText($0)) }
        told = done == .erase ? texts(.recipientEraseVault) : nil
        back = "\(RecipientPages.path)?site=\(recipient.site)"
    }
}

extension StaffText {
    fileprivate init(_ state: Recipient.State) {
        self =
            switch state {
            case .unconfirmed: .recipientUnconfirmed
            case .active: .recipientActive
            case .paused: .recipientPaused
            case .erased: .recipientErased
            }
    }

    fileprivate init(_ action: RecipientOperations.Action) {
        self =
            switch action {
            case .pause: .recipientDidPause
            case .resume: .recipientDidResume
            case .erase: .recipientDidErase
            }
    }
}
