package import Logging
private import Metrics
package import PosternCore
internal import PosternSealing
package import PosternStore

/// Accepts letters. A submission goes through the steps in `judge`, which end in one judgement; `conclude` acts on it.
/// "Accepted" is said only after the letter is on disk.
package struct IntakeService: SubmissionService {
    let store: any Database
    let sealing: LetterSealer
    let diskSpace: any DiskSpace
    let pseudonyms: Pseudonyms
    let limits: RateLimiter
    let waves: WaveWatch
    let blocks: BlockCache
    let recipients: RecipientCache
    let siteNames: SiteNameCache
    let ledgerKeys: LedgerKeyCache
    let randomness: RandomSource
    let refusals: RefusalLog
    let outage: OutageLog
    let unreadable: UnreadableRowLog
    /// Tells the dispatcher that there is something to do. A hint: losing it costs time and nothing else.
    let letterCame: @Sendable () -> Void

    package init(
        store: any Database, sealing: LetterSealer, diskSpace: any DiskSpace, pseudonyms: Pseudonyms, limits: RateLimiter,
        waves: WaveWatch, blocks: BlockCache, refusals: RefusalLog, randomness: RandomSource, logger: Logger,
        letterCame: @escaping @Sendable () -> Void
    ) {
        self.store = store
        self.sealing = sealing
        self.diskSpace = diskSpace
        self.pseudonyms = pseudonyms
        self.limits = limits
        self.waves = waves
        self.blocks = blocks
        self.refusals = refusals
        self.randomness = randomness
        self.letterCame = letterCame
        recipients = RecipientCache(store: store)
        siteNames = SiteNameCache(store: store)
        ledgerKeys = LedgerKeyCache(day: sealing.ledger)
        outage = OutageLog(
            logger: logger, began: "intake: letters are turned away and may be posted again",
            ended: "intake: letters are taken again; some were turned away")
        unreadable = UnreadableRowLog(logger: logger)
    }

    package func submit(_ submission: Submission) async -> SubmissionReply {
        var pending = begin(submission)
        let judgement = await judge(&pending)
        return await conclude(judgement, on: &pending)
    }

    /// Runs the steps in order, until one of them throws a judgement. What costs least comes first: a flood is refused before
    /// anything is looked up, read or folded.
    private func judge(_ pending: inout PendingSubmission) async -> Judgement {
        do {
            try checkClientBlocks(&pending)
            try checkClientLimit(&pending)
            try checkDiskSpace()
            // From here on the store is asked.
            let recipient = try await findRecipient(&pending)
            // From here on the letter is read.
            let letter = try validate(&pending)
            try checkLetterBlocks(letter, &pending)
            try await checkName(letter, at: recipient.site, &pending)
            try countUnderLimits(letter, to: recipient, &pending)
            try await checkWave(letter, to: recipient, &pending)
            let waits = try await needsProof(to: recipient, at: pending.at)
            return try await accept(letter, for: recipient, waits: waits, &pending)
        } catch let judgement as Judgement {
            return judgement
        } catch {
            return .failed(error)
        }
    }

    /// The one exit of every submission: an earlier outcome is looked up, limits are given back, the refusal and the metric are
    /// noted, and the visitor is told.
    private func conclude(_ first: Judgement, on pending: inout PendingSubmission) async -> SubmissionReply {
        let judgement = await earlierOutcome(of: first, &pending) ?? first
        if !judgement.isAccepted {
            limits.giveBack(pending.countedKeys)
            if let likeness = pending.likeness { waves.takeBack(likeness.finding) }
        }
        if let verdict = judgement.metric {
            Counter(label: Metric.submissions.rawValue, dimensions: [("verdict", verdict)]).increment()
        }
        switch judgement {
        case .accepted:
            outage.works()
            letterCame()
        case .repeated: break
        case .refused: await refusals.note(pending)
        case .diskFull: outage.failed(DiskNearlyFull())
        case .failed(StoreError.undecodable(let column)): unreadable.note(column, pending)
        case .failed(let error): outage.failed(error)
        }
        return SubmissionReply(
            judgement.answer(for: pending.id),
            quota: judgement.tellsQuota ? limits.quota(of: pending.clientKeys.client.first, at: pending.at) : nil,
            page: judgement.page, prove: await provingPage(after: judgement, pending))
    }

    /// Where the visitor types the code that the letter waits for, or has waited for.
    /// - Returns: nil when it waits for none, or nobody can say: then the mail leads there.
    private func provingPage(after judgement: Judgement, _ pending: PendingSubmission) async -> LinkToken? {
        switch judgement {
        case .accepted(_, _, let prove): return prove
        case .repeated(let first):
            guard let recipient = pending.recipient else { return nil }
            let links = pending.idempotencyNames(to: recipient).map { $0.provingLink(at: first.moment) }
            return try? await store.read { transaction in
                try links.first {
                    try transaction.links.find(madeAt: $0.madeAt, digest: $0.digest, purpose: .prove) != nil
                }
            }
        case .refused, .diskFull, .failed: return nil
        }
    }

    /// Looks up whether the same letter was accepted before. If so, that answer stands, whatever has changed since.
    /// - Returns: nil when it was not, or when an earlier outcome would not change the judgement.
    private func earlierOutcome(of judgement: Judgement, _ pending: inout PendingSubmission) async -> Judgement? {
        guard judgement.isOpenToRepeats, pending.submission.idempotencyKey != nil else { return nil }
        do {
            guard let recipient = try await lookUp(&pending) else { return nil }
            let (names, moment) = (pending.idempotencyNames(to: recipient), pending.at)
            let posts = try await store.read { transaction in
                try names.map { try transaction.intake.earlierPost(under: $0.key, at: moment) }
            }
            // The letter is read only where the key came before: a flooder with fresh keys still gets the cheap refusal.
            guard posts.contains(where: { $0 != nil }), let letter = try? pending.submission.letter.validated() else {
                return nil
            }
            let bytes = LetterCoding.bytes(of: letter)
            return zip(names, posts).first { name, post in post?.body == name.record(of: bytes).body }?.1.map {
                .repeated($0.letter)
            }
        } catch {
            return .failed(error)
        }
    }

    package func contact(site: String, handle: String, at now: Timestamp) async throws -> Contact? {
        guard let siteID = try? SiteID(site) else { return nil }
        return try await store.read { transaction in
            guard let site = try transaction.sites.find(siteID),
                let recipient = try transaction.recipients.find(named: handle, at: siteID)?.asOf(now)
            else { return nil }
            return Contact(
                site: site, handle: recipient.handle, name: recipient.name, takesLetters: recipient.takesLetters,
                asksForProof: (recipient.settings.writers ?? site.writers) == .proven)
        }
    }
}

extension IntakeService {
    struct DiskNearlyFull: Error, CustomStringConvertible {
        var description: String { "the disk of the store is nearly full" }
    }
}
