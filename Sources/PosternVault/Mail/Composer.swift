package import PosternCore
package import PosternText

/// Makes mails from letters. It is pure, so that a retry sends the same bytes as the first attempt.
///
/// Header fields are chosen here and nowhere else. Left out on purpose: `Reply-To` unless the visitor shares their address;
/// `Received`, `X-Originating-IP` and `User-Agent`, which would name a client or our inside; `Sender`, since From is our own
/// address; and `Precedence`, which no standard defines and which would file a letter between two people with bulk mail.
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
        let replyTo: MailboxLine? =
            if case .replyTo(let address) = mail.shownAddress { MailboxLine(name: visitor, address: address) } else { nil }
        let page = { form in LetterMailPage(mail: mail, catalogue: texts, form: form, subject: subject, visitor: visitor) }
        return try assemble(
            Envelope(
                from: MailboxLine(
                    name: texts.line(.from, [.visitor: visitor, .site: mail.siteName.text]), address: mail.mailFrom),
                to: MailboxLine(name: mail.recipientName.text, address: mail.recipient),
                replyTo: replyTo, subject: subject, language: texts.language, tokens: mail.tokens, accepted: mail.accepted),
            plain: templates.letter.render(page(.plain)), html: templates.letter.render(page(.html)))
    }

    /// - Throws: `.link` when the link is not an absolute URL, else as for a letter.
    package func compose(_ mail: ConfirmationMail) throws(ComposeFault) -> ComposedMail {
        guard mail.hasUsableLink else { throw .link }
        let texts = templates.catalogues.catalogue(for: mail.language)
        let subject = texts.line(.confirmationSubject, [.site: mail.siteName.text])
        let page = { form in ConfirmationMailPage(mail: mail, catalogue: texts, form: form, subject: subject) }
        return try assemble(
            Envelope(
                from: MailboxLine(name: mail.siteName.text, address: mail.mailFrom),
                to: MailboxLine(name: mail.recipientName.text, address: mail.recipient),
                replyTo: nil, subject: subject, language: texts.language, tokens: mail.tokens, accepted: mail.accepted),
            plain: templates.confirmation.render(page(.plain)), html: templates.confirmation.render(page(.html)))
    }

    private func assemble(_ envelope: Envelope, plain: String, html: String) throws(ComposeFault) -> ComposedMail {
        guard [envelope.tokens.message, envelope.tokens.envelope].allSatisfy(Self.isToken) else { throw .token }
        let body = AlternativeBody(plain: plain, html: html, token: envelope.tokens.message)
        var header = HeaderWriter()
        try header.write("Date", pieces: [envelope.accepted.rfc5322])
        try header.write("From", phrase: envelope.from.name, address: envelope.from.address)
        try header.write("To", phrase: envelope.to.name, address: envelope.to.address)
        if let replyTo = envelope.replyTo { try header.write("Reply-To", phrase: replyTo.name, address: replyTo.address) }
        try header.write("Subject", text: envelope.subject)
        try header.write("Message-ID", pieces: ["<\(envelope.tokens.message)@\(envelope.from.address.domain)>"])
        try header.write("Content-Language", pieces: [envelope.language.tag])
        // RFC 3834 §5: sent by a program and no answer to a mail, hence not `auto-replied`. A person wrote the letter, yet
        // `no` would invite what §2 forbids for every other value: a vacation notice that travels to us or, by Reply-To, to
        // the visitor, and says who the recipient is.
        try header.write("Auto-Submitted", pieces: ["auto-generated"])
        // Exchange heeds this one (MS-OXCMAIL §2.1.3.2.20). `All` silences its non-delivery reports too, which nothing of
        // ours reads; if we come to read them, the other five kinds must be named here instead.
        try header.write("X-Auto-Response-Suppress", pieces: ["All"])
        try header.write("MIME-Version", pieces: ["1.0"])
        try header.write("Content-Type", pieces: ["multipart/alternative;", "boundary=\"\(body.boundary)\""])

        var bytes: [UInt8] = []
        bytes.reserveCapacity(header.text.utf8.count + (plain.utf8.count + html.utf8.count) * 3 / 2)
        bytes += header.text.utf8
        bytes += [0x0D, 0x0A]
        body.append(to: &bytes)
        return ComposedMail(
            bytes: bytes, needsSMTPUTF8: envelope.needsSMTPUTF8,
            envelopeSender: "\(envelope.tokens.envelope)@\(envelope.from.address.domain)")
    }

    /// Letters and digits only, and short: it stands in an address, a Message-ID and a boundary (at most 70, RFC 2046 §5.1.1).
    private static func isToken(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }
}

/// A name and an address as one header shows them.
private struct MailboxLine {
    let name: String
    let address: EmailAddress
}

/// What the two kinds of mail have in common.
private struct Envelope {
    let from: MailboxLine
    let to: MailboxLine
    let replyTo: MailboxLine?
    let subject: String
    let language: Language
    let tokens: MailTokens
    let accepted: Timestamp

    var needsSMTPUTF8: Bool {
        from.address.needsSMTPUTF8 || to.address.needsSMTPUTF8 || replyTo?.address.needsSMTPUTF8 == true
    }
}
