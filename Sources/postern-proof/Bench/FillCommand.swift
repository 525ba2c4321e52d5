internal import ArgumentParser
private import Foundation
private import PosternCore
internal import PosternHost
private import PosternStore

/// Fills the store of a new installation.
///
/// One address is sealed, by `postern recipient add`, and every other recipient gets a copy of its record: sealing a million
/// with X-Wing would take longer than the measurement. The record is bound to the first recipient and opens for no other.
/// Nothing is ever delivered to any of them: their domain cannot exist (RFC 2606). Letters are noise of the right length.
struct FillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fill",
        abstract: "Fill a new installation's store with made-up recipients, waiting letters and a log.",
        discussion: """
            For measuring the service on a store that has grown. The recipients fill0, fill1, … of the first site cannot receive \
            mail. The letters hold noise and are due in 4 h 48 min: measure before that, because they are held then. The log goes \
            back 90 days; every entry that is not a waiting letter is a refusal. Recipients of your own, added before or after, \
            get their letters.

            Refuses an installation that is being served (69), and one that has letters or more than 200 recipients (65).
            """)

    @Option(help: "How many recipients.")
    var recipients: Int

    @Option(help: "How many letters that wait.")
    var queued: Int

    @Option(help: "How many log entries, including those of the waiting letters.")
    var log: Int

    @OptionGroup var home: HomeOption
    @OptionGroup var output: OutputOption

    private struct Report: Encodable {
        let site: String
        let recipients: Int
        let queued: Int
        let log: Int
        /// Until when the letters wait.
        let due: String
        let seconds: Double
        /// Of the store's file.
        let bytes: Int
    }

    func validate() throws {
        guard (1...10_000_000).contains(recipients) else {
            throw ValidationError("--recipients takes a number from 1 to 10,000,000")
        }
        guard queued >= 0 else { throw ValidationError("--queued takes a number from 0") }
        guard (queued...100_000_000).contains(log) else {
            throw ValidationError("--log takes a number from that of --queued, whose entries it includes, to 100,000,000")
        }
    }

    func run() async throws {
        let configuration = try home.configuration()
        let users = try ProcessUsers(of: home.folder, configuration.users)
        guard !users.areApart else {
            throw Exit.configuration.saying(
                "this installation belongs to two users, and one process cannot fill it\n"
                    + "    Make one for measuring as an ordinary user: postern init --home DIR --site ID")
        }
        try users.relay?.become()
        let began = ContinuousClock.now
        let site: SiteID
        let plan = FillPlan(
            recipients: recipients, queued: queued, log: log, now: .now,
            logSpan: min(.days(90), configuration.retention.outcomes / 2),
            queueSpan: min(.days(4), configuration.retention.letters / 2))
        do {
            site = try await withStore(configuration.database) { try await StoreFill.checkedSite(of: $0) }
            try await addFirst(at: site)
            try await withStore(configuration.database) { try await StoreFill(store: $0, site: site, plan: plan).run() }
        } catch let error as ExitCode {
            throw error
        } catch {
            throw Exit.data.saying("not filled: \(error)")
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let file = configuration.database.file
        let bytes = try file.flatMap { try FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int } ?? 0
        let report = Report(
            site: site.text, recipients: recipients, queued: queued, log: log, due: plan.due.rfc3339,
            seconds: (seconds * 10).rounded() / 10, bytes: bytes)
        try output.print(report) {
            "\(report.recipients) recipients, \(report.queued) waiting letters and \(report.log) log entries for the site "
                + "\(report.site) in \(report.seconds) s; the store has \(report.bytes) bytes. "
                + "The letters wait until \(report.due)."
        }
    }

    /// Opens the store for one step and closes it, however the step ends.
    private func withStore<Result: Sendable>(_ database: DatabaseURL, _ body: (any OpenStore) async throws -> Result) async throws
        -> Result
    {
        let store: any OpenStore
        do {
            store = try await openStore(at: database)
        } catch StoreFileError.owned(let path, let pid) {
            throw Exit.unavailable.saying(
                "\(StoreFileError.owned(path: path, pid: pid))\n    Stop postern serve, and try again.")
        } catch {
            throw Exit.configuration.saying("\(error)")
        }
        return try await store.useAndClose(body)
    }

    private func addFirst(at site: SiteID) async throws {
        let finished = try await PosternProgram.run(
            [
                "recipient", "add", try BenchRows.handle(0).text, "--site", site.text, "--name", BenchRows.name, "--confirmed",
                "--home", home.folder.path,
            ], input: "fill@postern-bench.invalid\n")
        guard finished.status == 0 else {
            throw StoreFill.Refusal(
                description: "postern recipient add failed: \(String(decoding: finished.errors, as: UTF8.self))")
        }
    }
}
