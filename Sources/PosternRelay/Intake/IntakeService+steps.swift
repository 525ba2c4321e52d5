internal import PosternCore
internal import PosternSealing
internal import PosternStore

/// The steps of a submission. Each either lets it pass or throws the judgement that ends it, and notes in `PendingSubmission`
/// what the exit needs to know.
extension IntakeService {
    func begin(_ submission: Submission) -> PendingSubmission {
        var randomness = randomness
        let day = pseudonyms.day(
            Epoch(containing: submission.at), withTomorrow: !limits.table.isOff || submission.idempotencyKey != nil)
        var pending = PendingSubmission(submission, id: LetterID(at: submission.at, using: &randomness), day: day)
        // For the log entry of a submission that is refused before anything is looked up.
        if let site = pending.site, let handle = pending.handle { pending.recipient = recipients.known(handle, at: site) }
        return pending
    }

    /// Recipients who take letters come from the cache.
    func findRecipient(_ pending: inout PendingSubmission) async throws -> Recipient {
        guard let recipient = try await lookUp(&pending) else { throw pending.refuse(.unknownRecipient, with: .unknownRecipient) }
        guard recipient.takesLetters else { throw pending.refuse(.noLetters, with: .takesNoLetters) }
        return recipient
    }

    /// - Returns: nil when nobody has that handle or alias.
    func lookUp(_ pending: inout PendingSubmission) async throws -> Recipient? {
        if pending.recipient == nil, let site = pending.site {
            pending.recipient = try await recipients.find(pending.submission.handle, at: site, now: pending.at)
        }
        return pending.recipient
    }

    /// Signs that the form and its page give, and what staff have blocked by tag or range.
    func checkClientBlocks(_ pending: inout PendingSubmission) throws {
        pending.verdictParts += pending.submission.signs
        try refuseBlocked(blocks.parts(for: pending.submission.client, tags: pending.tags, at: pending.at), &pending)
    }

    /// Whether the client, or the whole installation, is over its limit. Counts nothing yet: only a valid letter is counted.
    func checkClientLimit(_ pending: inout PendingSubmission) throws {
        guard let day = pending.day, !limits.table.isOff else { return }
        pending.clientKeys = day.limitKeys(of: pending.submission.client, in: limits.table)
        if let ruling = limits.refusal(of: pending.clientKeys, at: pending.at) { try refuseLimited(ruling, &pending) }
    }

    func validate(_ pending: inout PendingSubmission) throws -> Letter {
        do {
            return try pending.submission.letter.validated()
        } catch {
            throw pending.refuse(.invalidLetter, with: .invalid(error))
        }
    }

    func checkDiskSpace() throws {
        guard diskSpace.isSufficient else { throw Judgement.diskFull }
    }

    /// What staff have blocked by sender's domain or by words.
    func checkLetterBlocks(_ letter: Letter, _ pending: inout PendingSubmission) throws {
        try refuseBlocked(blocks.parts(for: letter, at: pending.at), &pending)
    }

    /// Whether the visitor goes by a name that a recipient would take for the site's or its staff's.
    func checkName(_ letter: Letter, at site: SiteID, _ pending: inout PendingSubmission) async throws {
        if try await siteNames.impersonation(at: site, now: pending.at).isLike(letter.name.text) {
            pending.verdictParts.append(Verdict.Part(.impersonation, .hold))
        }
    }

    /// Counts the letter under every limit at once, or says which it went over.
    func countUnderLimits(_ letter: Letter, to recipient: Recipient, _ pending: inout PendingSubmission) throws {
        guard let day = pending.day, !limits.table.isOff else { return }
        let ruling = limits.ask(
            day.question(about: letter, from: pending.clientKeys, to: recipient.id, in: limits.table), at: pending.at)
        pending.countedKeys = ruling.counted
        try refuseLimited(ruling, &pending)
    }

    /// Whether letters that are nearly the same have gone to so many that a person must look first.
    func checkWave(_ letter: Letter, to recipient: Recipient, _ pending: inout PendingSubmission) async throws {
        guard !waves.isOff, let day = pending.day else { return }
        let text = FoldedText(letter.text.text, limit: DayPseudonyms.comparedText)
        guard let sketch = day.sketch(of: text),
            let finding = waves.note(pending.id, sketch, to: recipient.id, at: pending.at)
        else { return }
        pending.likeness = (sketch, finding)
        // Asked of the store, since another relay may know; letters of waves are few.
        if finding.isWave, try await store.read({ try $0.waves.find(finding.wave)?.isReleased }) != true {
            pending.verdictParts.append(Verdict.Part(.wave, .hold))
        }
    }

    /// Whether the letter must wait until its visitor has typed the code from a mail. Nothing that a form says can spare them that: an
    /// address that was proven in another conversation may be typed by anybody.
    func needsProof(to recipient: Recipient, at now: Timestamp) async throws -> Bool {
        if let own = recipient.settings.writers { return own == .proven }
        return try await siteNames.writers(at: recipient.site, now: now) == .proven
    }

    /// Seals the letter and commits it with its delivery and its log entry.
    /// - Parameter waits: for its visitor to prove the address.
    func accept(
        _ letter: Letter, for recipient: Recipient, waits: Bool, _ pending: inout PendingSubmission
    ) async throws -> Judgement {
        var randomness = randomness
        let linked = LinkedLetter(
            letter, links: LinkSecret(using: &randomness), language: pending.submission.language,
            recipientLanguage: recipient.language)
        let plain = LetterCoding.bytes(of: linked)
        let (seal, evidence) = try sealing.seal(
            plain, in: .letter(pending.id, to: recipient.id, recipient.handle, at: recipient.site),
            from: pending.submission.client, as: pending.id, now: pending.at)
        let names = pending.idempotencyNames(to: recipient)
        // The mail's, and the one that a repeated post finds again.
        let proving =
            waits
            ? [linked.links.token(for: .prove, at: pending.at)] + names.prefix(1).map { $0.provingLink(at: pending.at) } : []
        let (conversation, page) = try NewConversation.begun(
            by: linked, as: pending.id, at: pending.at,
            ledger: ledgerKeys.key(of: recipient.id, on: Epoch(containing: pending.at)),
            provenBy: proving)
        // Of the letter without its links: those of a repeated post are others.
        let posted = pending.submission.idempotencyKey == nil ? [] : LetterCoding.bytes(of: letter)
        let accepted = AcceptedLetter(
            entry: pending.entry(Verdict(of: pending.verdictParts), evidence: evidence, letterBytes: plain.count),
            seal: seal, tokens: MailTokens(using: &randomness), conversation: conversation,
            proof: waits ? (LetterID(at: pending.at, using: &randomness), MailTokens(using: &randomness)) : nil,
            limitRecord: pending.countedKeys.isEmpty
                ? nil : LimitRecord(epoch: Epoch(containing: pending.at), keys: pending.countedKeys),
            idempotencyRecord: names.first?.record(of: posted), yesterdaysKey: names.dropFirst().first?.key,
            likeness: pending.likeness.map { ($0.sketch, $0.finding.wave) })
        switch try await store.write({ try $0.intake.accept(accepted) }) {
        case .stored: return .accepted(accepted.entry.verdict.decision, page: page, prove: proving.last)
        case .unproven:
            // The recipient or the site has asked for proof since the caches were filled.
            recipients.forget(recipient)
            siteNames.forget(recipient.site)
            return try await accept(letter, for: recipient, waits: true, &pending)
        case .repeated(let first): return .repeated(first)
        case .keyUsedYesterday(let body, let first) where names.last?.record(of: posted).body == body: return .repeated(first)
        case .conflict, .keyUsedYesterday: throw pending.refuse(.idempotencyConflict, with: .idempotencyKeyConflict)
        case .noLetters:
            // Paused or erased since the cache was filled, or a moment ago.
            recipients.forget(recipient)
            throw pending.refuse(.noLetters, with: .takesNoLetters)
        }
    }

    func refuseBlocked(_ blocks: [Verdict.Part], _ pending: inout PendingSubmission) throws {
        pending.verdictParts += blocks
        if blocks.contains(where: { $0.effect == .refuse }) { throw Judgement.refused(.blocked) }
    }

    func refuseLimited(_ ruling: LimitRuling, _ pending: inout PendingSubmission) throws {
        pending.verdictParts += ruling.parts
        guard let refusal = ruling.parts.first(where: { $0.effect == .refuse }) else { return }
        throw Judgement.refused(
            refusal.rule == .limitClient
                ? .limited(retryAfter: ruling.retryAfter) : .unavailable(retryAfter: ruling.retryAfter))
    }
}
