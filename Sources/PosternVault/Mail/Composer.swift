package import PosternCore
package import PosternMail

/// Makes mails from letters: pure, so that a retry sends the very bytes of the first attempt.
///
/// Words, names and text come from here, the header's fields from `MailDraft`. `Reply-To` is left out unless the visitor shares
/// their address.
package struct Composer: Sendable {
    private let templates: MailTemplates

    /// Reads the templates and catalogues below `templates`, the path of the folder that holds `mail/` and `strings/`.
    /// - Throws: `TemplateFaults` with everything that is missing, unreadable or wrong.
    package init(templates folder: String) throws {
        templates = try MailTemplates(folder: folder)
    }

    /// The languages that mails are written in. A recipient of any other gets the primary subtag's, else English.
    package var languages: Set<Language> { templates.languages }

    /// - Throws: `.token` or `.controlCharacter`; neither can come from values that were made by their types.
    package func compose(_ mail: LetterMail) throws(ComposeFault) -> ComposedMail {
        let words = templates.words(for: mail.language)
        let visitor = VisitorName.shown(of: mail.letter) ?? words.line(.aVisitor)
        let subject = mail.letter.subject?.text ?? words.line(.letterSubject, [.visitor: visitor])
        let replyTo: MailDraft.Mailbox? =
            if case .replyTo(let address) = mail.shownAddress { .init(name: visitor, address: address) } else { nil }
        let page = { form in LetterPage(mail: mail, words: words, form: form, subject: subject, visitor: visitor) }
        return try MailDraft(
            from: .init(name: words.line(.from, [.visitor: visitor, .site: mail.siteName.text]), address: mail.mailFrom),
            to: .init(name: mail.recipientName.text, address: mail.recipient), replyTo: replyTo, subject: subject,
            languageTag: words.language.tag, tokens: mail.tokens, date: mail.accepted,
            plain: templates.letter.plain.render(page(.plain)), html: templates.letter.html.render(page(.html))
        ).composed()
    }

    /// - Throws: `.link` when the link is no absolute URL, else as for a letter.
    package func compose(_ mail: ConfirmationMail) throws(ComposeFault) -> ComposedMail {
        guard mail.hasUsableLink else { throw .link }
        let words = templates.words(for: mail.language)
        let subject = words.line(.confirmationSubject, [.site: mail.siteName.text])
        let page = { form in ConfirmationPage(mail: mail, words: words, form: form, subject: subject) }
        return try MailDraft(
            from: .init(name: mail.siteName.text, address: mail.mailFrom),
            to: .init(name: mail.recipientName.text, address: mail.recipient), replyTo: nil, subject: subject,
            languageTag: words.language.tag, tokens: mail.tokens, date: mail.accepted,
            plain: templates.confirmation.plain.render(page(.plain)), html: templates.confirmation.html.render(page(.html))
        ).composed()
    }
}
