internal import PosternCore
internal import PosternLink
internal import PosternSealing
internal import PosternStore

/// The steps of a reply. Each either lets it pass or throws the judgement that ends it.
extension ConversationService {
    /// A visitor's reply counts as a letter. A recipient answers as many people as have written, from one place, and nobody can
    /// write as a recipient without a link of each conversation: what bounds them is `mostADay`, and what the installation takes.
    func checkClient(_ opened: OpenedConversation, _ pending: inout PendingSubmission) throws {
        guard opened.viewer == .recipient else { return try intake.checkClientLimit(&pending) }
        guard let day = pending.day, !intake.limits.table.isOff else { return }
        pending.clientKeys = day.limitKeys(of: pending.submission.client, in: intake.limits.table)
        pending.clientKeys.client = []
        if let ruling = intake.limits.refusal(of: pending.clientKeys, at: pending.at) {
            try intake.refuseLimited(ruling, &pending)
        }
    }

    func checkStanding(_ opened: OpenedConversation, _ pending: inout PendingSubmission) throws {
        let view = opened.view(at: pending.at, retention: retention, withdrawal: withdrawal)
        guard view.standing == .open, pending.at < view.endsAt else { throw ended(view, &pending) }
    }

    private func ended(_ view: ConversationView, _ pending: inout PendingSubmission) -> ReplyJudgement {
        let rule: Verdict.Rule = view.standing == .takesNoLetters ? .noLetters : .conversationEnded
        pending.verdictParts.append(Verdict.Part(rule, .refuse))
        return .refused(.ended(view))
    }

    /// Looked at again when the reply is kept, where no two at once can pass.
    func checkDay(_ opened: OpenedConversation, _ pending: inout PendingSubmission) throws {
        let today = opened.entries.dropFirst().filter { entry in
            entry.author == opened.viewer && entry.accepted > pending.at - .days(1)
        }
        if today.count >= Self.mostADay { throw overDay(since: today.first?.accepted, &pending) }
    }

    private func overDay(since first: Timestamp?, _ pending: inout PendingSubmission) -> ReplyJudgement {
        pending.verdictParts.append(Verdict.Part(.limitConversation, .refuse))
        let wait = first.map { ($0 + .days(1)).since(pending.at) } ?? .hours(1)
        return .refused(.enoughToday(retryAfter: max(wait, .seconds(1))))
    }

    func validate(_ post: ReplyPost, _ pending: inout PendingSubmission) throws -> LetterText {
        do throws(TextFault) {
            return try LetterText(post.text, limit: Letter.Limit.message)
        } catch {
            pending.verdictParts.append(Verdict.Part(.invalidLetter, .refuse))
            throw ReplyJudgement.refused(.invalid(error))
        }
    }

    /// Shows the author what the text tells of them, once for each text. Whether that is meant, only the author knows.
    func checkDetails(_ text: LetterText, _ post: ReplyPost, in opened: OpenedConversation) async throws {
        guard !post.isSure else { return }
        var details = PersonalDetails.found(in: text.text, exceptAt: opened.site.origins)
        // A visitor who lets the recipient see the address may also write it.
        if opened.viewer == .visitor, opened.summary.sharesAddress { details.removeAll { $0.kind == .email } }
        if opened.viewer == .recipient {
            do {
                switch try await vault.mention(MentionRequest(recipient: opened.recipient, text: text.text)) {
                case .absent: break
                case .present: details.insert(PersonalDetail(.ownAddress, ""), at: 0)
                // Asked too often today. The author can look instead, who would rely on us otherwise.
                case .notSaid: details.insert(PersonalDetail(.ownAddressUnsought, ""), at: 0)
                }
            } catch let refusal as LinkRefusal where refusal.code != .unavailable {
                // The record is none that it has confirmed last.
                details.insert(PersonalDetail(.ownAddressUnsought, ""), at: 0)
            } catch {
                // Nothing goes out while the vault is away, and the page keeps the text. So an answer that nobody could look through
                // waits rather than give an address away; a question that is asked anyway needs no second look.
                if details.isEmpty { throw error }
            }
        }
        if !details.isEmpty { throw ReplyJudgement.asked(details) }
    }

    func countUnderLimits(_ text: LetterText, _ opened: OpenedConversation, _ pending: inout PendingSubmission) throws {
        guard let day = pending.day, !intake.limits.table.isOff else { return }
        let isVisitor = opened.viewer == .visitor
        let question = day.question(
            about: isVisitor ? text : nil, from: pending.clientKeys, to: isVisitor ? opened.recipient.id : nil,
            in: intake.limits.table)
        let ruling = intake.limits.ask(question, at: pending.at)
        pending.countedKeys = ruling.counted
        try intake.refuseLimited(ruling, &pending)
    }

    /// Seals the reply and commits it with its delivery, its copy and its log entry.
    func accept(
        _ text: LetterText, _ post: ReplyPost, in opened: OpenedConversation, _ pending: inout PendingSubmission
    ) async throws -> ReplyJudgement {
        let reply = try sealed(text, post, in: opened, pending)
        let (id, author, day) = (opened.id, opened.viewer, pending.at - .days(1))
        let acceptance = try await store.write { transaction -> Acceptance? in
            let today = try transaction.conversations.count(by: author, in: id, since: day)
            return today < Self.mostADay ? try transaction.intake.accept(reply) : nil
        }
        switch acceptance {
        case .stored: return .accepted(reply.entry.verdict.decision)
        // The key has the text in it, so that the same key is the same post.
        case .repeated, .conflict, .keyUsedYesterday: return .repeated
        // That is asked of first letters alone.
        case .unproven: throw StoreError.undecodable(column: "writers")
        case nil: throw overDay(since: nil, &pending)
        case .noLetters:
            // Closed, paused or erased a moment ago.
            let fresh = try await store.read { try $0.open(post.link, for: post.purpose, at: post.at) }
            let view = (fresh ?? opened).view(at: pending.at, retention: retention, withdrawal: withdrawal, isGone: fresh == nil)
            throw ended(view, &pending)
        }
    }

    private func sealed(
        _ text: LetterText, _ post: ReplyPost, in opened: OpenedConversation, _ pending: PendingSubmission
    ) throws -> AcceptedReply {
        var randomness = intake.randomness
        let (author, recipient) = (opened.viewer, opened.recipient)
        let linked = LinkedReply(Reply(author: author, text: text), links: LinkSecret(using: &randomness))
        let plain = ReplyCoding.bytes(of: linked)
        let context = SealContext.reply(
            pending.id, by: author, in: opened.id, with: recipient.id, recipient.handle, at: recipient.site)
        let (seal, evidence) = try intake.sealing.seal(plain, in: context, from: post.client, as: pending.id, now: pending.at)
        let links = (author == .recipient ? [.letter] : LinkPurpose.ofRecipient).map { purpose in
            StoredLink(
                linked.links.token(for: purpose, at: pending.at), for: purpose, in: purpose == .report ? pending.id : opened.id,
                to: opened.key)
        }
        let names = pending.idempotencyNames(to: recipient)
        return AcceptedReply(
            entry: pending.entry(Verdict(of: pending.verdictParts), evidence: evidence, letterBytes: plain.count), seal: seal,
            tokens: MailTokens(using: &randomness), conversation: opened.id, author: author, links: links,
            copy: (LetterID(at: pending.at, using: &randomness), MailTokens(using: &randomness)), wait: withdrawal,
            proof: author == .visitor ? post.proof.flatMap { $0.count == Proofs.length ? $0 : nil } : nil,
            limitRecord: pending.countedKeys.isEmpty
                ? nil : LimitRecord(epoch: Epoch(containing: pending.at), keys: pending.countedKeys),
            idempotencyRecord: names.first?.record(of: Array(post.text.utf8)), yesterdaysKey: names.dropFirst().first?.key)
    }
}
