package import PosternCore
package import PosternMail
package import PosternText

/// Makes mails from letters. It is pure, so that a retry sends the same bytes as the first attempt.
///
/// `Reply-To` is set only if the visitor shares their address; all other header fields are `MailDraft`'s choice.
package struct Composer: Sendable {
    private let templates: MailTemplates

    /// - Parameter templates: the path of the folder with `mail/` and `strings/` in it.
    /// - Throws: everything there that is missing, unreadable or wrong.
    package init(templates folder: String) throws(TemplateFaults) {
        templates = try MailTemplates(folder: folder)
    }

    /// The languages that mails are written in. `pt-br` falls back to `pt`, and any language to English.
    package var languages: Set<Language> { Set(templates.catalogues.languages) }

    /// - Throws: `.token` or `.controlCharacter`; neither can come from values that were made by their types.
    package func compose(_ mail: LetterMail) throws(ComposeFault) -> ComposedMail {
        let texts = templates.catalogues.catalogue(for: mail.language)
        let visitor = VisitorName.shown(of: mail.letter) ?? texts.line(.unnamedVisitor)
        let subject = mail.letter.subject?.text ?? texts.line(.letterSubject, [.visitor: visitor])
        let replyTo: MailDraft.Mailbox? =
            if case .replyTo(let address) = mail.shownAddress { .init(name: visitor, address: address) } else { nil }
        let page = { form in LetterMailPage(mail: mail, catalogue: texts, form: form, subject: subject, visitor: visitor) }
        return try MailDraft(
            from: .init(name: texts.line(.from, [.visitor: visitor, .site: mail.siteName.text]), address: mail.mailFrom),
            to: .init(name: mail.recipientName.text, address: mail.recipient), replyTo: replyTo, subject: subject,
            languageTag: texts.language.tag, tokens: mail.tokens, date: mail.accepted,
            plain: templates.letter.render(page(.plain)), html: templates.letter.render(page(.html))
        ).composed()
    }

    /// - Throws: `.link` when the link is not an absolute URL, else as for a letter.
    package func compose(_ mail: ConfirmationMail) throws(ComposeFault) -> ComposedMail {
        guard mail.hasUsableLink else { throw .link }
        let texts = templates.catalogues.catalogue(for: mail.language)
        let subject = texts.line(.confirmationSubject, [.site: mail.siteName.text])
        let page = { form in ConfirmationMailPage(mail: mail, catalogue: texts, form: form, subject: subject) }
        return try MailDraft(
            from: .init(name: mail.siteName.text, address: mail.mailFrom),
            to: .init(name: mail.recipientName.text, address: mail.recipient), replyTo: nil, subject: subject,
            languageTag: texts.language.tag, tokens: mail.tokens, date: mail.accepted,
            plain: templates.confirmation.render(page(.plain)), html: templates.confirmation.render(page(.html))
        ).composed()
    }
}
