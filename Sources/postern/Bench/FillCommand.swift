internal import ArgumentParser
private import Foundation
private import PosternCore
private import PosternLink
private import PosternSQLite
private import PosternStore

extension BenchCommand {
    /// Fills the store of a new installation.
    ///
    /// One address is sealed, with the installation's own key, and its record stands with every recipient: sealing a million
    /// with X-Wing would take longer than the measurement. Bound to the first recipient, it opens for none of the others, and
    /// nothing is ever delivered to any of them: its domain cannot exist (RFC 2606). Letters are noise of the right length.
    struct Fill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fill a new installation's store with made-up recipients, letters that wait, and a log.",
            discussion: """
                For measuring how the service does when the store has grown. The recipients fill0, fill1, … of the first site \
                cannot be delivered to; the letters hold noise and are due in 4 h 48 min, so measure before that (they are held \
                then); the log goes back 90 days, and what in it is no waiting letter was refused. \
                Recipients of your own, added before or after, get their letters.

                Refuses an installation that is being served (69), and one that has letters or more than 200 recipients (65).
                """)

        @Option(help: "How many recipients.")
        var recipients: Int

        @Option(help: "How many letters that wait.")
        var queued: Int

        @Option(help: "How many entries of the log, those of the waiting letters included.")
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
                throw ValidationError("--log takes a number from that of --queued, whose entries it counts, to 100,000,000")
            }
        }

        func run() async throws {
            let configuration = try await home.configuration()
            let store: SQLiteDatabase
            do {
                store = try await openStore(at: configuration.database)
            } catch SQLiteError.owned(let path, let pid) {
                throw Exit.unavailable.saying(
                    "\(SQLiteError.owned(path: path, pid: pid))\n    Stop postern serve, and try again.")
            } catch {
                throw Exit.configuration.saying("\(error)")
            }
            let began = ContinuousClock.now
            let filled: (site: SiteID, plan: FillPlan)
            do {
                filled = try await fill(store, configuration)
                await store.close()
            } catch {
                await store.close()
                if let error = error as? ExitCode { throw error }
                throw Exit.data.saying("not filled: \(error)")
            }
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            try HomeFolders(
                home: home.folder, users: try ProcessUsers(configuration.users), database: configuration.database
            ).prepare()
            let bytes = try FileManager.default.attributesOfItem(atPath: configuration.database)[.size] as? Int ?? 0
            let report = Report(
                site: filled.site.text, recipients: recipients, queued: queued, log: log, due: filled.plan.due.rfc3339,
                seconds: (seconds * 10).rounded() / 10, bytes: bytes)
            try output.print(report) {
                "\(report.recipients) recipients, \(report.queued) waiting letters and \(report.log) log entries for the site "
                    + "\(report.site) in \(report.seconds) s; the store has \(report.bytes) bytes. "
                    + "The letters wait until \(report.due)."
            }
        }

        private func fill(_ store: SQLiteDatabase, _ configuration: PosternCore.Configuration) async throws
            -> (site: SiteID, plan: FillPlan)
        {
            guard let site = try await store.read({ try $0.sites.list().first })?.id else {
                throw StoreFill.Refusal(
                    description: "there is no site\n    Add one: postern site add ID --name NAME --origin URL")
            }
            try await StoreFill.check(store)
            let now = Timestamp.now
            var randomness = SystemRandomNumberGenerator()
            let first = RecipientID(at: now, using: &randomness)
            let entry = EnrolRequest.Entry(
                site: site, handle: try BenchRows.handle(0), recipient: first, version: 1,
                address: try EmailAddress("fill@postern-bench.invalid"))
            let records = try await OperatorCaller(home: home.folder, configuration: configuration)
                .seal(EnrolRequest(entries: [entry], confirmed: true)).all
            guard let record = records.first else { throw StoreFill.Refusal(description: "the vault sealed no address") }
            let retention = configuration.retention
            let plan = FillPlan(
                recipients: recipients, queued: queued, log: log, now: now, logSpan: min(.days(90), retention.outcomes / 2),
                queueSpan: min(.days(4), retention.letters / 2))
            try await StoreFill(store: store, site: site, plan: plan).run(first: first, record: record)
            return (site, plan)
        }
    }
}
