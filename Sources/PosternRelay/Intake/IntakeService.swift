package import Logging
private import Metrics
internal import PosternCore
internal import PosternSealing
package import PosternStore

/// Takes letters in: finds the recipient, checks, judges, seals, commits, and only then says "accepted" (P1). Whatever is
/// turned away leaves an entry in the log as well.
package struct IntakeService: SubmissionService {
    private let store: any Database
    private let recipients: RecipientCache
    private let sealing: LetterSealer
    private let room: any Room
    private let guards: IntakeGuards
    private let logger: Logger
    /// Tells the dispatcher that there is something to do. A hint: losing it costs time and nothing else.
    private let letterCame: @Sendable () -> Void

    package init(
        store: any Database, sealing: LetterSealer, room: any Room, guards: IntakeGuards, logger: Logger,
        letterCame: @escaping @Sendable () -> Void
    ) {
        (self.store, self.sealing, self.room, self.guards) = (store, sealing, room, guards)
        (self.logger, self.letterCame) = (logger, letterCame)
        recipients = RecipientCache(store: store)
    }

    package func submit(_ submission: Submission) async -> SubmissionReply {
        do {
            return try await judged(submission)
        } catch {
            logger.error("intake: a letter was turned away and may be posted again", metadata: ["reason": "\(error)"])
            count("unavailable")
            return SubmissionReply(.unavailable(retryAfter: .seconds(30)))
        }
    }

    package func contact(site: String, handle: String) async throws -> Contact? {
        guard let siteID = try? SiteID(site), let handle = try? Handle(handle) else { return nil }
        return try await store.read { transaction in
            guard let site = try transaction.sites.find(siteID),
                let recipient = try transaction.recipients.find(handle, at: siteID)
            else {
                return nil
            }
            return Contact(site: site, handle: handle, name: recipient.name, takesLetters: recipient.takesLetters)
        }
    }

    /// The steps of DESIGN.md §5, 2 and 3, in their order.
    private func judged(_ submission: Submission) async throws -> SubmissionReply {
        var randomness = SystemRandomNumberGenerator()
        let id = LetterID(at: submission.at, using: &randomness)
        let epoch = Epoch(containing: submission.at)
        let tags = guards.pseudonyms.tags(of: submission.client, in: epoch)
        func refuse(_ answer: SubmissionAnswer, _ parts: [Verdict.Part], to recipient: Recipient?) async -> SubmissionReply {
            count("refuse")
            await guards.refusals.note(
                .init(id: id, submission: submission, recipient: recipient, parts: parts, tags: tags))
            return SubmissionReply(answer)
        }

        guard let recipient = try await recipients.find(site: submission.site, handle: submission.handle) else {
            return await refuse(.unknownRecipient, [Verdict.Part(.unknownRecipient, .refuse)], to: nil)
        }
        let letter: Letter
        do {
            letter = try submission.letter.validated()
        } catch {
            return await refuse(.invalid(error), [Verdict.Part(.invalidLetter, .refuse)], to: recipient)
        }
        let plain = LetterCoding.bytes(of: letter)
        let idempotency = submission.idempotencyKey.map { IdempotencyRecord(key: $0, of: plain, to: recipient.id) }
        // The same letter once more is no further letter, whatever has changed since it was taken (A5).
        func firstOutcome() async throws -> SubmissionReply? {
            guard let idempotency, let first = try await store.read({ try $0.intake.earlier(idempotency, at: submission.at) })
            else {
                return nil
            }
            return SubmissionReply(.accepted(first))
        }
        guard room.hasRoom else {
            if let first = try await firstOutcome() { return first }
            throw Unavailable.noRoom
        }
        guard recipient.takesLetters else {
            if let first = try await firstOutcome() { return first }
            return await refuse(.takesNoLetters, [Verdict.Part(.noLetters, .refuse)], to: recipient)
        }
        var parts = guards.signs(of: letter, in: submission, tags: tags)
        if parts.contains(where: { $0.effect == .refuse }) {
            if let first = try await firstOutcome() { return first }
            return await refuse(.blocked, parts, to: recipient)
        }

        let question = guards.question(of: letter, in: submission, to: recipient.id)
        let ruling = question.map { guards.limits.ask($0, at: submission.at) }
        let client = question?.clients.first
        parts += ruling?.parts ?? []
        if let refusal = ruling?.parts.first(where: { $0.effect == .refuse }), let ruling {
            let quota = guards.limits.quota(of: client, at: submission.at)
            if let first = try await firstOutcome() { return SubmissionReply(first.answer, quota: quota) }
            let answer: SubmissionAnswer =
                refusal.rule == .limitClient
                ? .limited(retryAfter: ruling.retryAfter) : .unavailable(retryAfter: ruling.retryAfter)
            let reply = await refuse(answer, parts, to: recipient)
            return SubmissionReply(reply.answer, quota: quota)
        }

        let draft = Draft(
            id: id, plain: plain, idempotency: idempotency, verdict: Verdict(of: parts), tags: tags,
            limitMark: ruling.map { LimitMark(epoch: epoch, keys: $0.counted) })
        do {
            let acceptance = try await keep(draft, from: submission, for: recipient, using: &randomness)
            if acceptance != .stored { guards.limits.giveBack(ruling?.counted ?? []) }
            switch acceptance {
            case .stored, .repeated:
                let first = if case .repeated(let first) = acceptance { first } else { id }
                return SubmissionReply(.accepted(first), quota: guards.limits.quota(of: client, at: submission.at))
            case .noLetters:
                // Paused or erased since the cache was filled, or a moment ago.
                recipients.forget(recipient)
                return await refuse(.takesNoLetters, [Verdict.Part(.noLetters, .refuse)], to: recipient)
            case .conflict:
                return await refuse(.idempotencyKeyConflict, [Verdict.Part(.idempotencyConflict, .refuse)], to: recipient)
            }
        } catch {
            guards.limits.giveBack(ruling?.counted ?? [])
            throw error
        }
    }

    /// A judged letter, not sealed yet.
    private struct Draft {
        let id: LetterID
        let plain: [UInt8]
        let idempotency: IdempotencyRecord?
        let verdict: Verdict
        let tags: [Tag]
        let limitMark: LimitMark?
    }

    private func keep(
        _ draft: Draft, from submission: Submission, for recipient: Recipient, using randomness: inout SystemRandomNumberGenerator
    ) async throws -> Acceptance {
        let sealed = try sealing.seal(
            draft.plain, from: submission.client, as: draft.id, to: recipient.id, at: recipient.site, now: submission.at)
        let accepted = AcceptedLetter(
            id: draft.id, at: submission.at, site: recipient.site, handle: recipient.handle, recipient: recipient.id,
            placement: AcceptedLetter.Placement(draft.verdict), parts: draft.verdict.parts, epoch: sealed.epoch,
            seal: sealed.letter, evidence: sealed.evidence, tags: draft.tags, limitMark: draft.limitMark,
            letterBytes: draft.plain.count, tokens: MailTokens(using: &randomness), idempotencyRecord: draft.idempotency)
        let acceptance = try await store.write { try $0.intake.accept(accepted) }
        if acceptance == .stored {
            letterCame()
            count(draft.verdict.decision.rawValue)
        }
        return acceptance
    }

    private func count(_ verdict: String) {
        Counter(label: Metric.submissions.rawValue, dimensions: [("verdict", verdict)]).increment()
    }
}

extension AcceptedLetter.Placement {
    /// Held letters say by which rules, for whoever looks through them.
    fileprivate init(_ verdict: Verdict) {
        self =
            verdict.decision == .accept
            ? .queue : .hold(reason: verdict.parts.map(\.rule.rawValue).joined(separator: ", "))
    }
}

private enum Unavailable: Error, CustomStringConvertible {
    case noRoom

    var description: String { "the disk of the store is nearly full" }
}
