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

    /// A delivery that may leave, and what the budgets ask.
    struct Opened {
        let delivery: OpenedDelivery
        /// Whether the recipient has muted the visitor who wrote it.
        let isMuted: Bool
        /// Whether its addressee has shown that mails arrive. Recipients have.
        let isProven: Bool
    }

    func open(_ job: DeliveryJob) throws(PrepareFault) -> Opened {
        try checkSite(job)
        try checkRecipient(job)
        switch job.kind {
        case .confirmation:
            let token = authorisation.token(for: .init(job), mailed: job.accepted)
            let link = "\(publicURL)/confirm/\(job.site.id)/\(job.handle)/\(token)?lang=\(job.language)"
            return Opened(delivery: try delivery(job, .confirmation(link: link)), isMuted: false, isProven: true)
        case .letter:
            return try openLetter(job)
        case .reply, .copy, .pauseNotice:
            return try openInConversation(job)
        }
    }

    private func openLetter(_ job: DeliveryJob) throws(PrepareFault) -> Opened {
        let address = try address(of: job)
        let (letter, linked) = try letter(job.id, in: job.letter, acceptedAt: job.accepted, of: job)
        let conversation = linked.map {
            MailConversation(
                letter: letter, root: $0.links.threadRoot(of: .recipient), began: job.accepted, earlier: [],
                links: recipientLinks($0.links, at: job.accepted))
        }
        return Opened(
            delivery: OpenedDelivery(job, to: address, from: mailFrom, content: .letter(letter, conversation)),
            isMuted: isMuted(letter.replyAddress, job), isProven: true)
    }

    private func openInConversation(_ job: DeliveryJob) throws(PrepareFault) -> Opened {
        guard let conversation = job.conversation else { throw .noConversation }
        let (letter, found) = try letter(
            conversation.id, in: conversation.letter, acceptedAt: conversation.began, of: job, isFirst: true)
        guard let first = found else { throw .noLinks }
        var reply: LinkedReply?
        if job.kind != .pauseNotice { reply = try self.reply(in: conversation, of: job) }
        // A copy has the links of the first letter: those of the reply are its addressee's.
        let own = job.kind == .reply ? reply : nil
        let (secret, moment) = own.map { ($0.links, conversation.replied) } ?? (first.links, conversation.began)
        let addressee = job.addressee
        let links: MailLinks =
            addressee == .recipient ? recipientLinks(secret, at: moment) : visitorLinks(secret, at: moment, letter, of: job)
        let shown = MailConversation(
            letter: letter, root: first.links.threadRoot(of: addressee), began: conversation.began, earlier: conversation.earlier,
            links: links, visitorLanguage: first.language ?? .english)
        let content: OpenedDelivery.Content
        if let reply {
            content = job.kind == .copy ? .copy(reply.reply, shown) : .reply(reply.reply, shown)
        } else {
            content = .pauseNotice(shown)
        }
        let isProven =
            conversation.proof.map {
                visitors.isProof($0, of: letter.replyAddress, in: conversation.id, at: job.site.id)
            } ?? false
        return Opened(
            delivery: OpenedDelivery(
                job, to: addressee == .visitor ? letter.replyAddress : try address(of: job), from: mailFrom, content: content),
            isMuted: job.kind == .reply && addressee == .recipient && isMuted(letter.replyAddress, job),
            isProven: addressee == .recipient || isProven)
    }

    private func delivery(_ job: DeliveryJob, _ content: OpenedDelivery.Content) throws(PrepareFault) -> OpenedDelivery {
        OpenedDelivery(job, to: try address(of: job), from: mailFrom, content: content)
    }

    private func isMuted(_ visitor: EmailAddress, _ job: DeliveryJob) -> Bool {
        visitors.isMuted(visitor, by: job.mutes, of: job.recipient, job.handle, at: job.site.id)
    }

    // MARK: - Links

    private func recipientLinks(_ secret: LinkSecret, at moment: Timestamp) -> MailLinks {
        .recipient(
            reply: link(.reply, secret, at: moment), mute: link(.mute, secret, at: moment),
            pause: link(.pause, secret, at: moment))
    }

    private func visitorLinks(_ secret: LinkSecret, at moment: Timestamp, _ letter: Letter, of job: DeliveryJob) -> MailLinks {
        let id = job.conversation?.id ?? job.id
        let proof = visitors.proof(of: letter.replyAddress, in: id, at: job.site.id)
        let text = Identifier<VisitorCodes>(bytes: proof)?.description ?? ""
        return .visitor(letter: "\(link(.letter, secret, at: moment))/\(text)")
    }

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
            throw .cannotOpen("address", error)
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
    private func checkRecipient(_ job: DeliveryJob) throws(PrepareFault) {
        let record = job.record
        let subject = AddressAuthorisation.Subject(job)
        let standing: AddressAuthorisation.Standing = job.kind == .confirmation ? .invited : .confirmed
        guard authorisation.isValid(record.authorisation, as: standing, on: subject) else { throw .notAuthorised }
        guard let newest = memory.newest(of: subject.authorisedName) else { return }
        guard !newest.isErased else { throw .erased }
        guard newest.version <= record.version, newest.recipient == job.recipient else {
            throw .outdated(version: record.version, newest: newest.version)
        }
    }
}
