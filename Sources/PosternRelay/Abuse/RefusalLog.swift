package import Logging
internal import PosternCore
package import PosternStore
internal import ServiceLifecycle
private import Synchronization

/// Writes an entry for what was turned away, and of a flood one for all that are alike.
package final class RefusalLog: Service {
    private let store: any Database
    private let sealing: LetterSealer
    private let logger: Logger
    private let ledger = Mutex(RefusalLedger())

    /// How long a count may stand in memory alone.
    private static let flushInterval = Duration.seconds(5)

    package init(store: any Database, sealing: LetterSealer, logger: Logger) {
        (self.store, self.sealing, self.logger) = (store, sealing, logger)
    }

    /// What is known of a submission that was turned away.
    struct Refusal: Sendable {
        let id: LetterID
        let submission: Submission
        let recipient: Recipient?
        let parts: [Verdict.Part]
        let tags: [Tag]
    }

    /// Never fails the answer it is written for: whoever is turned away is turned away.
    func note(_ refusal: Refusal) async {
        guard let rule = refusal.parts.first?.rule else { return }
        let submission = refusal.submission
        let kind = RefusalLedger.Kind(tag: refusal.tags.first, rule: rule)
        let ruling = ledger.withLock { $0.note(kind, id: refusal.id, at: submission.at) }
        guard ruling != .counted else { return }
        do {
            let isCollective = ruling == .collectiveEntry
            let evidence = isCollective ? nil : try seal(refusal)
            let entry = RefusedSubmission(
                id: refusal.id, at: submission.at, site: (try? SiteID(submission.site))?.text ?? "",
                handle: (try? Handle(submission.handle))?.text ?? "", recipient: refusal.recipient?.id, parts: refusal.parts,
                epoch: Epoch(containing: submission.at), evidence: evidence, tags: isCollective ? [] : refusal.tags,
                letterBytes: submission.letter.bytes)
            try await store.write { try $0.intake.log(entry) }
        } catch {
            logger.error("log: a refusal left no entry", metadata: ["rule": "\(rule.rawValue)", "error": "\(error)"])
        }
    }

    /// - Returns: nil where the path named nothing that could be a site: a seal is bound to its site.
    private func seal(_ refusal: Refusal) throws -> [UInt8]? {
        guard let site = try? SiteID(refusal.submission.site) else { return nil }
        return try sealing.seal(refusal.submission.client, as: refusal.id, at: site, now: refusal.submission.at)
    }

    /// Writes down what was counted.
    package func flush() async {
        let counts = ledger.withLock { $0.takeCounts() }
        guard !counts.isEmpty else { return }
        do {
            try await store.write { transaction in
                for (id, count) in counts { try transaction.intake.addRepeats(count, to: id) }
            }
        } catch {
            logger.error("log: counts of refusals were lost", metadata: ["count": "\(counts.values.reduce(0, +))"])
        }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.flushInterval)
                await self.flush()
            }
        }
        await flush()
    }
}

extension RawLetter {
    /// As much as was posted.
    fileprivate var bytes: Int {
        [name, email, subject, message, about].reduce(0) { $0 + $1.utf8.count }
    }
}
