package import PosternCore
package import PosternLink
private import PosternSealing

/// `reseal`: what a recipient reports is sealed under a key of reports, which lasts longer than the letter's own. `prove`: a visitor
/// types the code that was mailed to the address of a letter. `relate`: what the client that posted a letter is called on other days.
/// `nameSender`: by what the sender of a letter can be blocked.
package final class LetterQuestions: Sendable {
    private let ring: KeyRing
    private let opener: SealOpener
    private let codes: MemberCodes
    private let visitors: VisitorCodes
    private let proven: ProvenMailboxes
    private let budgets: DeliveryBudgets
    private let tries = CodeTries<LetterID>()

    package init(
        ring: KeyRing, opener: SealOpener, codes: MemberCodes, visitors: VisitorCodes, proven: ProvenMailboxes,
        budgets: DeliveryBudgets
    ) {
        self.ring = ring
        self.opener = opener
        self.codes = codes
        self.visitors = visitors
        self.proven = proven
        self.budgets = budgets
    }

    /// - Throws: `LinkRefusal`: denied when the letter does not open, unavailable while today has no key of reports.
    package func reseal(_ request: ResealRequest, at now: Timestamp) throws -> ReportSeal {
        let letter = try letter(request.letter, in: request.seal, to: request.recipient, request.handle, at: request.site)
        var reply: Reply?
        if let reported = request.reply {
            do {
                let bytes = try opener.record(
                    in: reported.seal,
                    context: .reply(
                        reported.id, by: .visitor, in: request.letter, with: request.recipient, request.handle, at: request.site))
                reply = try ReplyCoding.reply(from: bytes).reply
            } catch {
                throw LinkRefusal(.denied, "the answer does not open")
            }
        }
        let today = Epoch(containing: now)
        let keys = ring.all.compactMap { $0.key.sealing }.filter { $0.purpose == .report && $0.epoch == today }
        guard let key = keys.min(by: { $0.id.description < $1.id.description }) else {
            throw LinkRefusal(.unavailable, "there is no key for reports of \(today)")
        }
        let seal = try SealingSession(to: key, at: now).seal(
            ReportCoding.bytes(of: letter, reported: reply, remark: request.remark),
            in: .report(request.report, of: request.letter, to: request.recipient, request.handle, at: request.site))
        return ReportSeal(bytes: seal)
    }

    /// - Returns: the tags, and whether those of later days than the submission's own are among them.
    /// - Throws: `LinkRefusal`: denied when the evidence does not open (its day's key is destroyed, or it is another submission's),
    ///   unavailable when more was asked today than staff ask.
    package func relate(_ request: RelateRequest, at now: Timestamp) throws -> (tags: RelatedTags, hasLaterDays: Bool) {
        guard
            let bytes = try? opener.record(
                in: request.evidence, context: .evidence(of: request.submission, at: request.site)),
            let client = ClientAddress(bytes: bytes)
        else { throw LinkRefusal(.denied, "the evidence does not open") }
        // The evidence is bound to the submission's id, which begins with its moment. Of tomorrow nobody needs anything yet.
        let (own, today) = (Epoch(containing: request.submission.moment), Epoch(containing: now))
        let last = request.reach == .upToToday ? max(own, today) : own
        let days = ring.all.filter { $0.key.kind == .tag }.compactMap { held -> RelatedTags.Day? in
            guard let epoch = held.key.epoch, epoch <= last, let key = held.key.symmetric else { return nil }
            return RelatedTags.Day(epoch: epoch, tags: ClientTags.tags(of: client, under: key))
        }
        let hasLaterDays = days.contains { $0.epoch > own }
        guard budgets.chargeRelated(hasLaterDays: hasLaterDays) else {
            throw LinkRefusal(.unavailable, "so many clients were followed today that no other is")
        }
        return (RelatedTags(days: days.sorted { $0.epoch > $1.epoch }), hasLaterDays)
    }

    /// A relay that was taken over knows the keys of these digests: with one it can try out whose letter it is. So few a day are given.
    /// - Throws: `LinkRefusal`: denied when the letter does not open (its day's key is destroyed, or it is another's), unavailable when
    ///   more was asked today than staff ask.
    package func nameSender(_ request: SenderRequest) throws -> SenderNames {
        guard let address = sender(of: request), let keys = try? ring.senderKeys() else {
            throw LinkRefusal(.denied, "the letter does not open, or does not say who wrote it")
        }
        guard budgets.chargeNamed() else {
            throw LinkRefusal(.unavailable, "so many senders were named today that no other is")
        }
        return SenderNames(all: keys.digests(of: address))
    }

    private func sender(of request: SenderRequest) -> EmailAddress? {
        let (item, site) = (request.item, request.item.site)
        switch item.content {
        case .letter(let recipient, let handle):
            let context = SealContext.letter(item.letter, to: recipient, handle, at: site)
            return try? opener.letter(in: request.seal, context: context).replyAddress
        case .report(let report, let first, let recipient, let handle):
            let context = SealContext.report(report, of: first, to: recipient, handle, at: site)
            return try? ReportCoding.content(of: opener.record(in: request.seal, context: context)).letter.replyAddress
        case .reply, .client: return nil
        }
    }

    /// How long a letter waits for its writer to prove the address.
    private static let patience = Duration.hours(48)

    /// - Throws: `LinkRefusal` (denied) when the code comes too late, and when the letter does not open.
    package func prove(_ request: ProofRequest, at now: Timestamp) throws -> CodeAnswer {
        let letter = try letter(request.letter, in: request.seal, to: request.recipient, request.handle, at: request.site)
        // A minute more, since the relay has a clock of its own.
        guard MailedToken.isInTime(request.letter.moment, within: Self.patience + .minutes(1), at: now) else {
            throw LinkRefusal(.denied, "the code is no longer valid")
        }
        let code = MailedCode(text: request.code)
        let visitor = letter.replyAddress
        let isRight = {
            code.map { self.codes.isCode($0, of: request.letter, from: visitor, at: request.site, now: now) } ?? false
        }
        guard tries.check(request.letter, at: now, isRight) else {
            let left = tries.left(request.letter, at: now)
            return left > 0 ? .wrong(left: left) : .spent
        }
        proven.add(visitor, at: now)
        return .right(VisitorProof(bytes: visitors.proof(of: visitor, in: request.letter, at: request.site)))
    }

    private func letter(
        _ id: LetterID, in seal: [UInt8], to recipient: RecipientID, _ handle: Handle, at site: SiteID
    ) throws -> Letter {
        do {
            return try opener.letter(in: seal, context: .letter(id, to: recipient, handle, at: site))
        } catch {
            throw LinkRefusal(.denied, "the letter does not open")
        }
    }
}
