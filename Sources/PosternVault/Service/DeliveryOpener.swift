internal import PosternCore
internal import PosternSealing

/// Checks that site and recipient of a delivery are what this vault authorised last, and opens what its mail is made of.
struct DeliveryOpener: Sendable {
    let mailFrom: EmailAddress
    let publicURL: WebOrigin
    let authorisation: AddressAuthorisation
    let memory: any RecordMemory
    let opener: SealOpener
    let visitors: VisitorCodes
    let members: MemberCodes
    let proven: ProvenMailboxes

    /// A delivery that may leave, and what the budgets ask.
    struct Opened {
        let delivery: OpenedDelivery
        /// Whether the recipient has muted the visitor who wrote it.
        let isMuted: Bool
        /// Whether its addressee has shown that mails arrive. Recipients have.
        let isProven: Bool
        /// Whether somebody has come by the link of an earlier mail that asked the same address.
        var isKnown = false
    }

    func open(_ job: DeliveryJob, at now: Timestamp) throws(PrepareFault) -> Opened {
        try checkSite(job)
        switch job.kind {
        case .confirmation:
            return try openConfirmation(job, at: now)
        case .letter:
            try checkRecipient(job)
            return try openLetter(job)
        case .reply, .copy, .pauseNotice, .waveNotice:
            try checkRecipient(job)
            return try openInConversation(job)
        case .prove:
            try checkRecipient(job)
            return try openProof(job, at: now)
        case .manage:
            try checkRecipient(job)
            return try openManage(job, at: now)
        case .addressNotice:
            return try openAddressNotice(job, at: now)
        case .welcome:
            try checkRecipient(job)
            return try notice(.welcome, "\(publicURL)/c/\(job.site.id)/\(job.handle)", job)
        }
    }

    /// What is asked with a link, and what with a code: the record says how it began.
    private func openConfirmation(_ job: DeliveryJob, at now: Timestamp) throws(PrepareFault) -> Opened {
        let subject = AddressAuthorisation.Subject(job)
        let page = "\(publicURL)/confirm/\(job.site.id)/\(job.handle)"
        if authorisation.isValid(job.record.authorisation, as: .asked, on: subject) {
            try checkNewest(job)
            let address = try address(of: job)
            let code = members.code(for: .init(job), at: address, on: Epoch(containing: job.accepted))
            // Who comes from the mail has tries of their own: strangers can type wrong codes on the same page.
            let holder = members.holder(job.id, of: .init(job), at: address).map { "&by=\($0.text)" } ?? ""
            var opened = try notice(.code, "\(page)?lang=\(job.language)\(holder)", code: code, job)
            opened.isKnown = proven.contains(address, at: now)
            return opened
        }
        try checkRecipient(job, as: .invited)
        let token = authorisation.token(for: subject, at: try address(of: job), mailed: job.accepted)
        return try notice(.confirmation, "\(page)/\(token)?lang=\(job.language)", job)
    }

    /// The link's time runs from the moment in the delivery's id, which the relay has chosen.
    private func openManage(_ job: DeliveryJob, at now: Timestamp) throws(PrepareFault) -> Opened {
        guard let token = members.token(.manage, job.id, of: .init(job)),
            MailedToken.isInTime(job.id.moment, within: MailedToken.signInLifetime, at: now)
        else { throw .linkOver }
        return try notice(.manage, "\(publicURL)/manage/\(token.text)?lang=\(job.language)", job)
    }

    /// Goes to a record that may not be the newest any more. The change's id shows that it was when the change was asked for. Nothing
    /// shows what its owner was called then, so the mail does not say.
    private func openAddressNotice(_ job: DeliveryJob, at now: Timestamp) throws(PrepareFault) -> Opened {
        guard let change = job.change, members.isChange(change, from: job.record, of: .init(job)) else { throw .notAuthorised }
        if let newest = memory.newest(of: AddressAuthorisation.Subject(job).authorisedName) {
            guard !newest.isErased, newest.recipient == job.recipient else { throw .erased }
        }
        guard let token = members.token(.undo, change, of: .init(job)),
            MailedToken.isInTime(change.moment, within: MailedToken.undoLifetime, at: now)
        else { throw .linkOver }
        return try notice(.addressNotice, "\(publicURL)/undo/\(token.text)?lang=\(job.language)", job)
    }

    private func notice(
        _ kind: OpenedDelivery.Notice, _ link: String, code: MailedCode? = nil, _ job: DeliveryJob
    ) throws(PrepareFault) -> Opened {
        Opened(
            delivery: OpenedDelivery(
                job, to: try address(of: job), from: mailFrom, content: .notice(kind, link: link, code: code),
                settings: settings(of: job)),
            isMuted: false, isProven: true)
    }

    private func settings(of job: DeliveryJob) -> String {
        "\(publicURL)/manage?for=\(job.site.id)/\(job.handle)&lang=\(job.language)"
    }

    /// To the visitor, before their letter goes on.
    private func openProof(_ job: DeliveryJob, at now: Timestamp) throws(PrepareFault) -> Opened {
        guard let conversation = job.conversation else { throw .noConversation }
        let (letter, found) = try letter(
            conversation.id, in: conversation.letter, acceptedAt: conversation.began, of: job, isFirst: true)
        guard let first = found else { throw .noLinks }
        let code = members.code(
            of: conversation.id, from: letter.replyAddress, at: job.site.id, on: Epoch(containing: job.accepted))
        let content = OpenedDelivery.Content.prove(
            link: link(.prove, first.links, at: conversation.began) + Self.query(first.language), code: code,
            first.language ?? .english)
        return Opened(
            delivery: OpenedDelivery(job, to: letter.replyAddress, from: mailFrom, content: content), isMuted: false,
            isProven: isProven(letter, in: conversation, of: job) || proven.contains(letter.replyAddress, at: now))
    }

    private func openLetter(_ job: DeliveryJob) throws(PrepareFault) -> Opened {
        let address = try address(of: job)
        let (letter, linked) = try letter(job.id, in: job.letter, acceptedAt: job.accepted, of: job)
        let conversation = linked.map {
            MailConversation(
                letter: letter, root: $0.links.threadRoot(of: .recipient), began: job.accepted, earlier: [],
                links: recipientLinks($0.links, at: job.accepted), recipientLanguage: $0.recipientLanguage)
        }
        return Opened(
            delivery: OpenedDelivery(
                job, to: address, from: mailFrom, content: .letter(letter, conversation),
                settings: conversation.map { _ in settings(of: job) }),
            isMuted: isMuted(letter.replyAddress, job), isProven: true)
    }

    private func openInConversation(_ job: DeliveryJob) throws(PrepareFault) -> Opened {
        guard let conversation = job.conversation else { throw .noConversation }
        let (letter, found) = try letter(
            conversation.id, in: conversation.letter, acceptedAt: conversation.began, of: job, isFirst: true)
        guard let first = found else { throw .noLinks }
        var reply: LinkedReply?
        if [.reply, .copy].contains(job.kind) { reply = try self.reply(in: conversation, of: job) }
        // A copy has the links of the first letter: those of the reply are its addressee's.
        let own = job.kind == .reply ? reply : nil
        let (secret, moment) = own.map { ($0.links, conversation.replied) } ?? (first.links, conversation.began)
        let addressee = job.addressee
        let links: MailLinks =
            addressee == .recipient
            ? recipientLinks(secret, at: moment)
            : visitorLinks(secret, at: moment, letter, first.language, of: job)
        let shown = MailConversation(
            letter: letter, root: first.links.threadRoot(of: addressee), began: conversation.began, earlier: conversation.earlier,
            links: links, visitorLanguage: first.language ?? .english, recipientLanguage: first.recipientLanguage)
        let content: OpenedDelivery.Content
        if let reply {
            content = job.kind == .copy ? .copy(reply.reply, shown) : .reply(reply.reply, shown)
        } else {
            content = job.kind == .waveNotice ? .waveNotice(shown) : .pauseNotice(shown)
        }
        return Opened(
            delivery: OpenedDelivery(
                job, to: addressee == .visitor ? letter.replyAddress : try address(of: job), from: mailFrom, content: content,
                settings: addressee == .recipient ? settings(of: job) : nil),
            isMuted: job.kind == .reply && addressee == .recipient && isMuted(letter.replyAddress, job),
            isProven: addressee == .recipient || isProven(letter, in: conversation, of: job))
    }

    private func isProven(_ letter: Letter, in conversation: DeliveryJob.Conversation, of job: DeliveryJob) -> Bool {
        visitors.isProven(by: Proofs(bytes: conversation.proof), of: letter.replyAddress, in: conversation.id, at: job.site.id)
    }

    private func isMuted(_ visitor: EmailAddress, _ job: DeliveryJob) -> Bool {
        visitors.isMuted(visitor, by: job.mutes, of: job.recipient, job.handle, at: job.site.id)
    }

    // MARK: - Links

    private func recipientLinks(_ secret: LinkSecret, at moment: Timestamp) -> MailLinks {
        .recipient(
            reply: link(.reply, secret, at: moment), mute: link(.mute, secret, at: moment),
            report: link(.report, secret, at: moment), pause: link(.pause, secret, at: moment))
    }

    private func visitorLinks(
        _ secret: LinkSecret, at moment: Timestamp, _ letter: Letter, _ language: Language?, of job: DeliveryJob
    ) -> MailLinks {
        let id = job.conversation?.id ?? job.id
        let proof = visitors.proof(of: letter.replyAddress, in: id, at: job.site.id)
        let text = Identifier<VisitorCodes>(bytes: proof)?.description ?? ""
        return .visitor(letter: "\(link(.letter, secret, at: moment))/\(text)\(Self.query(language))")
    }

    /// The page is in the language of the mail, which only the vault can read.
    private static func query(_ language: Language?) -> String { language.map { "?lang=\($0)" } ?? "" }

    private func link(_ purpose: LinkPurpose, _ secret: LinkSecret, at moment: Timestamp) -> String {
        "\(publicURL)/\(purpose.rawValue)/\(secret.token(for: purpose, at: moment).text)"
    }

    // MARK: - Seals

    private func letter(
        _ id: LetterID, in seal: [UInt8], acceptedAt accepted: Timestamp, of job: DeliveryJob, isFirst: Bool = false
    ) throws(PrepareFault) -> (Letter, LinkedLetter?) {
        do {
            let bytes = try opener.record(in: seal, context: .letter(id, to: job.recipient, job.handle, at: job.site.id))
            let (letter, linked) = try LetterCoding.content(of: bytes)
            return (letter, linked)
        } catch {
            guard let key = opener.missingKey(of: seal) else { throw .cannotOpen(isFirst ? "first letter" : "letter", error) }
            if let fault = key.fault, !fault.isLoss { throw .letterKeyUnusable(fault.description) }
            let (name, day) = (key.id.description, Epoch(containing: accepted))
            throw isFirst ? .firstLetterKeyLost(name, day) : .letterKeyLost(name, day)
        }
    }

    private func reply(in conversation: DeliveryJob.Conversation, of job: DeliveryJob) throws(PrepareFault) -> LinkedReply {
        let reply: LinkedReply
        do {
            let bytes = try opener.record(
                in: job.letter,
                context: .reply(
                    conversation.reply, by: conversation.author, in: conversation.id, with: job.recipient, job.handle,
                    at: job.site.id))
            reply = try ReplyCoding.reply(from: bytes)
        } catch {
            guard let key = opener.missingKey(of: job.letter) else { throw .cannotOpen("reply", error) }
            if let fault = key.fault, !fault.isLoss { throw .letterKeyUnusable(fault.description) }
            throw .letterKeyLost(key.id.description, Epoch(containing: conversation.replied))
        }
        guard reply.reply.author == conversation.author else { throw .otherAuthor }
        return reply
    }

    private func address(of job: DeliveryJob) throws(PrepareFault) -> EmailAddress {
        let record = job.record
        do {
            return try opener.address(
                in: record.seal, context: .address(of: job.recipient, at: job.site.id, version: record.version))
        } catch {
            if let key = opener.missingKey(of: record.seal) {
                throw .addressKeyMissing(key.id.description, key.fault.map(\.description), handle: job.handle)
            }
            guard (error as? SealFault) == .noOwnSecret else { throw .cannotOpen("address", error) }
            // The vault may have lost the memory of who was erased, and not that their secret was destroyed.
            let state = try? memory.ownSecret(of: job.recipient)
            throw state == .destroyed ? .erased : .ownSecretMissing(job.handle)
        }
    }

    // MARK: - Authorisations

    private func checkSite(_ job: DeliveryJob) throws(PrepareFault) {
        guard let given = job.site.authorisation, authorisation.isValid(job.site) else { throw .siteNotAuthorised(job.site.id) }
        guard (memory.newest(of: .site(job.site.id))?.version ?? 0) <= given.version else {
            throw .siteOutdated(job.site.id, version: given.version)
        }
    }

    /// Of a mail to the visitor too: it says who the recipient is.
    private func checkRecipient(
        _ job: DeliveryJob, as standing: AddressAuthorisation.Standing = .confirmed
    ) throws(PrepareFault) {
        let subject = AddressAuthorisation.Subject(job)
        guard authorisation.isValid(job.record.authorisation, as: standing, on: subject) else { throw .notAuthorised }
        try checkNewest(job)
    }

    private func checkNewest(_ job: DeliveryJob) throws(PrepareFault) {
        let record = job.record
        guard let newest = memory.newest(of: AddressAuthorisation.Subject(job).authorisedName) else { return }
        guard !newest.isErased else { throw .erased }
        guard newest.version <= record.version, newest.recipient == job.recipient else {
            throw .outdated(version: record.version, newest: newest.version)
        }
    }
}
