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

    /// Mail programs cut longer ones off (Gmail at 102 KB), and with them what stands at the end.
    private static let longestHTML = 90 * 1_024

    /// - Throws: `.token` or `.controlCharacter`, which cannot come from values that were made by their types; `.link` when a
    ///   link is not an absolute URL.
    package func compose(_ delivery: OpenedDelivery) throws(ComposeFault) -> OutgoingMessage {
        switch delivery.content {
        case .letter(let letter, let conversation): try compose(letter, conversation, delivery)
        case .reply(let reply, let conversation): try compose(reply, conversation, delivery, isCopy: false)
        case .copy(let reply, let conversation): try compose(reply, conversation, delivery, isCopy: true)
        case .notice(let notice, let link, let code): try compose(.init(notice), link: link, code: code, delivery)
        case .pauseNotice(let conversation): try compose(.pauseNotice, link: conversation.links.pause ?? "", delivery)
        case .waveNotice(let conversation): try compose(.waveNotice, link: conversation.links.report ?? "", delivery)
        case .prove(let link, let code, let language): try compose(.prove, link: link, code: code, in: language, delivery)
        }
    }

    private func compose(
        _ letter: Letter, _ conversation: MailConversation?, _ delivery: OpenedDelivery
    ) throws(ComposeFault) -> OutgoingMessage {
        let job = delivery.job
        let texts = templates.catalogues.catalogue(for: job.language)
        let names = MailNames(
            letter, job, to: .recipient, in: texts,
            topic: templates.catalogues.catalogue(for: conversation?.recipientLanguage ?? job.language))
        let thread = conversation.map { $0.thread(on: names.topic, isAnswer: false) }
        let shown = delivery.shownAddress(of: letter)
        let page = { form in
            LetterMailPage(
                letter: letter, shownAddress: shown, site: job.site, catalogue: texts, form: form, subject: names.topic,
                visitorName: names.visitorName, links: conversation?.links, settings: delivery.settings, isFirst: job.isFirst)
        }
        try Self.check((conversation?.links.all ?? []) + [delivery.settings].compactMap(\.self))
        return try message(
            delivery, from: names.visitorFrom, to: job.recipientName.text, subject: names.topic, texts,
            replyTo: shown.replyTo.map { .init(name: names.visitor, address: $0) },
            plain: templates.letter.render(page(.plain)), html: templates.letter.render(page(.html)),
            visitor: letter.replyAddress, thread: thread, unsubscribe: conversation?.links.pause)
    }

    private func compose(
        _ reply: Reply, _ conversation: MailConversation, _ delivery: OpenedDelivery, isCopy: Bool
    ) throws(ComposeFault) -> OutgoingMessage {
        let job = delivery.job
        let letter = conversation.letter
        let toVisitor = (isCopy ? reply.author : reply.author.other) == .visitor
        let texts = templates.catalogues.catalogue(for: toVisitor ? conversation.visitorLanguage : job.language)
        let names = MailNames(
            letter, job, to: toVisitor ? .visitor : .recipient, in: texts,
            topic: toVisitor
                ? texts : templates.catalogues.catalogue(for: conversation.recipientLanguage ?? job.language))
        let thread = conversation.thread(on: names.topic, isAnswer: true)
        let shown = toVisitor || isCopy ? ShownAddress.hidden : delivery.shownAddress(of: letter)
        let view = ReplyMailPage.View(isCopy: isCopy, addressee: toVisitor ? .visitor : .recipient)
        let page = { form in
            ReplyMailPage(
                reply: reply, view: view, conversation: conversation, shownAddress: shown, job: job, catalogue: texts, form: form,
                subject: thread.subject, visitorName: names.visitorName, settings: toVisitor ? nil : delivery.settings)
        }
        try Self.check(conversation.links.all + [delivery.settings].compactMap(\.self))
        let from =
            switch (isCopy, toVisitor) {
            case (true, _): job.site.name.text
            case (false, true): names.recipientFrom
            case (false, false): names.visitorFrom
            }
        return try message(
            delivery, from: from, to: toVisitor ? names.visitorName ?? "" : job.recipientName.text, subject: thread.subject,
            texts,
            replyTo: shown.replyTo.map { .init(name: names.visitor, address: $0) },
            plain: templates.reply.render(page(.plain)), html: templates.reply.render(page(.html)), visitor: letter.replyAddress,
            thread: thread, unsubscribe: isCopy ? nil : conversation.links.pause)
    }

    private func compose(
        _ kind: NoticeMailPage.Kind, link: String, code: MailedCode? = nil, in language: Language? = nil,
        _ delivery: OpenedDelivery
    ) throws(ComposeFault) -> OutgoingMessage {
        let job = delivery.job
        let settings = kind == .welcome ? delivery.settings : nil
        try Self.check([link, settings].compactMap(\.self))
        let texts = templates.catalogues.catalogue(for: language ?? job.language)
        let subject = texts.line(kind.texts.subject, [.site: job.site.name.text])
        let page = { form in
            NoticeMailPage(
                kind, job: job, link: link, code: code, settings: settings, catalogue: texts, form: form, subject: subject)
        }
        return try message(
            delivery, from: job.site.name.text, to: kind.namesRecipient ? job.recipientName.text : "", subject: subject, texts,
            replyTo: nil,
            plain: templates.confirmation.render(page(.plain)), html: templates.confirmation.render(page(.html)))
    }

    private func message(
        _ delivery: OpenedDelivery, from: String, to: String, subject: String, _ texts: Catalogue,
        replyTo: OutgoingMessage.Mailbox?, plain: String, html: String, visitor: EmailAddress? = nil, thread: MailThread? = nil,
        unsubscribe: String? = nil
    ) throws(ComposeFault) -> OutgoingMessage {
        try OutgoingMessage(
            from: .init(name: from, address: delivery.mailFrom), to: .init(name: to, address: delivery.address), replyTo: replyTo,
            subject: subject, languageTag: texts.language.tag, tokens: delivery.job.tokens, date: delivery.job.start,
            plain: plain,
            html: !delivery.job.isTextOnly && html.utf8.count <= Self.longestHTML ? html : nil, visitorAddress: visitor,
            thread: thread,
            unsubscribe: unsubscribe)
    }

    /// Whether each link can stand on a line of its own and in an attribute: it has characters of RFC 3986 only.
    private static func check(_ links: [String]) throws(ComposeFault) {
        guard links.allSatisfy(isUsable) else { throw .link }
    }

    private static func isUsable(_ link: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: link.hasPrefix) else { return false }
        return (scheme.utf8.count + 1...900).contains(link.utf8.count)
            && link.utf8.allSatisfy { $0.isASCIILetterOrDigit || "-._~:/?#[]@!$&'()*+,;=%".utf8.contains($0) }
    }
}
