package import Logging
private import Metrics
package import PosternCore
private import PosternSealing
package import PosternStore
internal import ServiceLifecycle
private import Synchronization

/// Writes a log entry for each submission that was turned away; in a flood, one entry for all of a kind.
package final class RefusalLog: Service {
    private let store: any Database
    private let sealing: LetterSealer
    private let logger: Logger
    private let outage: OutageLog
    private let ledger = Mutex(RefusalLedger())
    private let tell: (@Sendable (ClientAddress, Verdict.Rule) -> Void)?

    /// How long a count may stand in memory alone.
    private static let flushInterval = Duration.seconds(5)

    /// - Parameter tell: is told of each refusal and the client whose it was; nil where nobody wants to know. Not of what another
    ///   site's page had its visitors post: they may know nothing of it, and would be kept out for it.
    package init(
        store: any Database, sealing: LetterSealer, logger: Logger,
        tell: (@Sendable (ClientAddress, Verdict.Rule) -> Void)? = nil
    ) {
        self.store = store
        self.tell = tell
        self.sealing = sealing
        self.logger = logger
        outage = OutageLog(
            logger: logger, began: "log: a refusal left no entry", ended: "log: refusals are written again; some left no entry")
    }

    /// Never changes the answer: a submission that was turned away stays so, whether or not its entry can be written.
    func note(_ pending: PendingSubmission) async {
        let verdict = Verdict(.refuse, parts: pending.verdictParts)
        guard let rule = verdict.parts.first(where: { $0.effect == .refuse })?.rule else { return }
        if pending.submission.origin == .expected { tell?(pending.submission.client, rule) }
        let ruling = ledger.withLock { $0.note(rule, id: pending.id, tags: pending.tags, at: pending.at) }
        guard ruling != .counted else {
            Counter(label: Metric.refusalsFolded.rawValue, dimensions: [("rule", rule.rawValue)]).increment()
            return
        }
        do {
            let isCollective = ruling == .collectiveEntry
            let evidence = isCollective ? nil : try seal(pending)
            try await store.write { transaction in
                // A submission that was refused before its recipient was looked up still belongs in that recipient's log.
                var known = pending
                if known.recipient == nil, let site = known.site, let handle = known.handle {
                    known.recipient = try transaction.recipients.find(handle, at: site)
                }
                try transaction.intake.log(
                    known.entry(
                        verdict, evidence: evidence, letterBytes: LetterCoding.paddedLength(known.submission.letter.bytes),
                        isCollective: isCollective))
            }
            ledger.withLock { $0.wrote(pending.id) }
            outage.works()
        } catch {
            outage.failed(error, count: ledger.withLock { $0.failed(pending.id) })
        }
    }

    /// - Returns: nil where the path named nothing that could be a site, since a seal is bound to its site.
    private func seal(_ pending: PendingSubmission) throws -> [UInt8]? {
        try pending.site.map { try sealing.seal(pending.submission.client, as: pending.id, at: $0, now: pending.at) }
    }

    /// Writes down what was counted. Counts that could not be written are kept for the next time.
    /// - Returns: how many refusals are still counted in memory alone.
    @discardableResult
    package func flush() async -> Int {
        let counts = ledger.withLock { $0.takeCounts() }
        guard !counts.isEmpty else { return 0 }
        do {
            try await store.write { transaction in
                for (id, count) in counts { try transaction.intake.addRepeats(count, to: id) }
            }
            return 0
        } catch {
            ledger.withLock { $0.putBack(counts) }
            return counts.values.reduce(0, +)
        }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.flushInterval)
                await self.flush()
            }
        }
        let lost = await flush()
        if lost > 0 { logger.error("log: refusals were counted, and the counts are lost", metadata: ["count": "\(lost)"]) }
    }
}

extension RawLetter {
    /// How much was posted.
    fileprivate var bytes: Int {
        [name, email, subject, message, about].reduce(0) { $0 + $1.utf8.count }
    }
}
