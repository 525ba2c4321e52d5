package import PosternCore
package import PosternMail
package import PosternText

/// Makes mails from opened deliveries. It is pure, so that a retry sends the same bytes as the first attempt.
///
/// `Reply-To` is set only if the visitor shares their address; all other header fields are `OutgoingMessage`'s choice.
package struct Composer: Sendable {
    private let templates: MailTemplates

    /// - Parameter templates: the path of the folder with `mail/` and `strings/` in it.
    /// - Throws: everything there that is missing, unreadable or wrong.
    package init(templates folder: String) throws(TemplateFaults) {
        templates = try MailTemplates(folder: folder)
    }

    /// The languages that mails are written in. `pt-br` falls back to `pt`, and any language to English.
    package var languages: Set<Language> { Set(templates.catalogues.languages) }

    /// - Throws: `.token` or `.controlCharacter`, which cannot come from values that were made by their types; `.link` when a
    ///   confirmation's link is not an absolute URL.
    package func compose(_ delivery: OpenedDelivery) throws(ComposeFault) -> OutgoingMessage {
        switch delivery.content {
        case .letter(let letter): try compose(letter, delivery)
        case .confirmation(let link): try compose(confirmation: link, delivery)
        }
    }

    private func compose(_ letter: Letter, _ delivery: OpenedDelivery) throws(ComposeFault) -> OutgoingMessage {
        let job = delivery.job
        let texts = templates.catalogues.catalogue(for: job.language)
        let name = VisitorName.shown(of: letter)
        let visitor = name.map { texts.line(.visitor, [.visitor: $0]) } ?? texts.line(.unnamedVisitor)
        let subject = letter.subject?.text ?? texts.line(.letterSubject, [.visitor: visitor])
        let shown = delivery.shownAddress(of: letter)
        var replyTo: OutgoingMessage.Mailbox?
        if case .replyTo(let address) = shown { replyTo = .init(name: visitor, address: address) }
        let page = { form in
            LetterMailPage(
                letter: letter, shownAddress: shown, site: job.site, catalogue: texts, form: form, subject: subject,
                visitorName: name)
        }
        return try OutgoingMessage(
            from: .init(name: texts.line(.from, [.visitor: visitor, .site: job.site.name.text]), address: delivery.mailFrom),
            to: .init(name: job.recipientName.text, address: delivery.address), replyTo: replyTo, subject: subject,
            languageTag: texts.language.tag, tokens: job.tokens, date: job.start,
            plain: templates.letter.render(page(.plain)), html: templates.letter.render(page(.html)),
            visibleReplyAddress: shown.address)
    }

    private func compose(confirmation link: String, _ delivery: OpenedDelivery) throws(ComposeFault) -> OutgoingMessage {
        guard Self.isUsable(link) else { throw .link }
        let job = delivery.job
        let texts = templates.catalogues.catalogue(for: job.language)
        let subject = texts.line(.confirmationSubject, [.site: job.site.name.text])
        let page = { form in ConfirmationMailPage(job: job, link: link, catalogue: texts, form: form, subject: subject) }
        return try OutgoingMessage(
            from: .init(name: job.site.name.text, address: delivery.mailFrom),
            to: .init(name: job.recipientName.text, address: delivery.address), replyTo: nil, subject: subject,
            languageTag: texts.language.tag, tokens: job.tokens, date: job.start,
            plain: templates.confirmation.render(page(.plain)), html: templates.confirmation.render(page(.html)))
    }

    /// Whether the link can stand on a line of its own and in an attribute: it has characters of RFC 3986 only.
    private static func isUsable(_ link: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: link.hasPrefix) else { return false }
        return (scheme.utf8.count + 1...900).contains(link.utf8.count)
            && link.utf8.allSatisfy { $0.isASCIILetterOrDigit || "-._~:/?#[]@!$&'()*+,;=%".utf8.contains($0) }
    }
}
