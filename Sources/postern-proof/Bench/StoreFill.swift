private import Glibc
internal import PosternCore
private import PosternHost
internal import PosternStore

/// Fills a store through the same functions that the service calls, so that the rows are what it would have written.
struct StoreFill {
    /// Rows of one transaction.
    private static let batch = 2_000
    /// An installation with more recipients is in use.
    private static let mostRecipients = 200

    let store: any OpenStore
    let site: SiteID
    let plan: FillPlan

    /// This store must not be filled.
    struct Refusal: Error, Sendable, CustomStringConvertible {
        let description: String
    }

    /// The site to fill. Nobody's letters may be mixed with noise.
    /// - Throws: `Refusal` when the installation is in use, or has no site.
    static func checkedSite(of store: any OpenStore) async throws -> SiteID {
        let (sites, letters, recipients) = try await store.read { transaction in
            let sites = try transaction.sites.list()
            let people = try sites.map { site in
                try transaction.recipients.list(at: site.id, limit: mostRecipients + 1).count
            }
            return (sites, try transaction.queue.counts().accepted, people.reduce(0, +))
        }
        let remedy = "\n    Make a new one for measuring: postern init --home DIR --site ID"
        guard letters == 0 else {
            throw Refusal(description: "this installation has taken \(letters) letters and is not filled with others" + remedy)
        }
        guard recipients <= mostRecipients else {
            throw Refusal(
                description: "this installation has more than \(mostRecipients) recipients and is not filled with others"
                    + remedy)
        }
        guard let site = sites.first else {
            throw Refusal(description: "there is no site\n    Add one: postern site add ID --name NAME --origin URL")
        }
        return site.id
    }

    /// The first recipient is in the store already; all others get its record.
    func run() async throws {
        let handle = try BenchRows.handle(0)
        guard let first = try await store.read({ [site] in try $0.recipients.find(handle, at: site) }), let record = first.record
        else { throw Refusal(description: "\(handle.text) has no sealed address") }
        var noise = Noise(seed: UInt64(bitPattern: plan.now.milliseconds))
        let ids = (0..<plan.recipients).map { $0 == 0 ? first.id : RecipientID(at: plan.now, using: &noise) }
        var progress = FillProgress()
        for start in stride(from: 1, to: ids.count, by: Self.batch) {
            let end = min(start + Self.batch, ids.count)
            let people = try (start..<end).map { try BenchRows.recipient($0, ids[$0], at: site, record: record) }
            let taken = try await store.write { [now = plan.now] in try $0.recipients.add(people, at: now) }
            if let handle = taken.first { throw Refusal(description: "the handle \(handle.text) is taken") }
            progress.note(end, of: ids.count, "recipients")
        }
        var entries = FillEntries(plan, rows: BenchRows(site: site, recipients: ids, noise: noise))
        var next = try entries.next(Self.batch)
        while !next.isEmpty {
            let (due, batch) = (plan.due, next)
            // The next ones are made while these are written.
            async let written: Void = store.write { try Self.keep(batch, due: due, in: $0) }
            let done = entries.done
            next = try entries.next(Self.batch)
            try await written
            progress.note(done, of: plan.log, "log entries")
        }
        progress.end()
    }

    private static func keep(_ entries: [FillEntry], due: Timestamp, in transaction: any Transaction) throws {
        for entry in entries {
            switch entry {
            case .queued(let letter):
                guard try transaction.intake.accept(letter) == .stored else {
                    throw Refusal(description: "the store did not take a letter to \(letter.entry.handle)")
                }
                // Retrying makes a letter due now; this now lies in the future.
                _ = try transaction.queue.retry(letter.id, at: due)
            case .refused(let refused): try transaction.intake.log(refused)
            }
        }
    }
}

/// Progress: on one line of a terminal, or a line every ten seconds in a log.
private struct FillProgress {
    private var last = ContinuousClock.now

    mutating func note(_ done: Int, of total: Int, _ what: String) {
        let text = "\(done) of \(total) \(what)"
        Terminal.progress(text)
        guard isatty(STDERR_FILENO) == 0, ContinuousClock.now - last >= .seconds(10) || done == total else { return }
        last = .now
        Terminal.complain(text)
    }

    func end() {
        Terminal.progress("")
    }
}
