internal import ArgumentParser
private import Foundation
internal import PosternCore
internal import PosternHost
internal import PosternRelay
private import PosternStore

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "What was posted, what was decided about it, and why. Shows no client address.",
        subcommands: [
            List.self, Show.self, OperationsList.self, JournalList.self, Verify.self, Proof.self, Begin.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List entries, the latest last.",
            discussion: """
                A tag stands for a client. It stays the same all day and is another one tomorrow. An entry's first tag is the \
                client's own. The others are those of its networks (IPv4 /24; IPv6 /56 and /48). --tag finds any of them.
                """)

        @Option(help: ArgumentHelp("Only from this time on: 2026-05-01T12:00:00Z, or 90m, 12h, 7d ago.", valueName: "time"))
        var since: Moment?

        @Option(help: ArgumentHelp("Only before this time.", valueName: "time"))
        var until: Moment?

        @Option(help: "Only this verdict.")
        var verdict: Verdict.Decision?

        @Option(help: "Only where this rule matched.")
        var rule: Verdict.Rule?

        @Option(help: ArgumentHelp("Only to this recipient, as in photos/pat.", valueName: "site/handle"))
        var recipient: String?

        @Option(help: "Only from the client or network with this tag.")
        var tag: String?

        @Option(help: "At most this many, the latest; 0 for all. With --follow, how many to begin with.")
        var limit = 50

        @Flag(help: "Keep printing entries as they come, until interrupted.")
        var follow = false

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws {
            try checkLimit(limit)
            guard recipient.map({ $0.split(separator: "/").count == 2 }) ?? true else {
                throw ValidationError("--recipient takes site and handle, as in photos/pat")
            }
            guard !(follow && until != nil) else { throw ValidationError("--follow and --until do not go together") }
        }

        func run() async throws {
            let caller = try home.caller()
            let began = Timestamp.now
            let page = try await latest(query, caller)
            let entries = page.rows
            guard follow else {
                try output.print(entries) { LogTable.text(entries) }
                page.sayWhatIsCut(of: nil, output)
                return
            }
            try LogTable.follow(entries, json: output.json, withHead: true)
            // Nothing older than the entries above, even if it is written only now.
            let oldest = page.isCut ? entries.first?.id.description ?? "" : ""
            try await follow(query, notBefore: oldest, at: began, shown: Set(entries.map(\.id)), caller)
        }

        /// Looks at the last seconds again and again, and not only after the last entry shown: where a filter seldom matches,
        /// that entry may be weeks old. And entries are not written in the order of their ids, which are made when a letter
        /// arrives.
        /// - Parameter oldest: what was cut stays cut.
        private func follow(
            _ query: ControlRequest.LogRequest, notBefore oldest: String, at began: Timestamp, shown: Set<LetterID>,
            _ caller: ControlCaller
        ) async throws -> Never {
            var (query, shown) = (query, shown)
            var from = max(oldest, LetterID.floor(of: began - Self.overlap).description)
            query.limit = ControlRequest.pageLimit
            while true {
                try await Task.sleep(for: .milliseconds(500))
                let looked = Timestamp.now
                query.after = from
                var page: [LogEntry]
                repeat {
                    page = try await caller.ask(.listLog(query))
                    let news = page.filter { shown.insert($0.id).inserted }
                    if !news.isEmpty { try LogTable.follow(news, json: output.json, withHead: false) }
                    query.after = page.last?.id.description
                } while page.count == query.limit
                from = max(oldest, LetterID.floor(of: looked - Self.overlap).description)
                shown = shown.filter { $0.description >= from }
            }
        }

        /// The longest time between a letter's arrival and its entry in the log.
        private static let overlap = Duration.seconds(10)

        private var query: ControlRequest.LogRequest {
            var query = ControlRequest.LogRequest(limit: limit)
            query.since = since?.timestamp.milliseconds
            query.until = until?.timestamp.milliseconds
            (query.verdict, query.rule, query.tag) = (verdict?.rawValue, rule?.rawValue, tag)
            if let parts = recipient?.split(separator: "/").map(String.init), parts.count == 2 {
                (query.site, query.handle) = (parts[0], parts[1])
            }
            return query
        }

        /// Asks page by page, the latest first.
        /// - Returns: the entries, oldest first.
        private func latest(_ query: ControlRequest.LogRequest, _ caller: ControlCaller) async throws -> Page<LogEntry> {
            let page: Page<LogEntry> = try await caller.pages(
                of: limit, by: \.id.description,
                { before, count in
                    var query = query
                    (query.before, query.limit) = (before, count)
                    return .listLog(query)
                }, ordered: { $0.reversed() })
            return Page(rows: page.rows.reversed(), isCut: page.isCut)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Explain one verdict, and say what became of the letter.")

        @Argument(help: "The entry's id, which is also the letter's and the delivery's.")
        var id: String

        @OptionGroup var options: AskOptions

        func run() async throws { try await options.print(.showEntry(id: id), text: Self.text) }

        private static func text(_ explanation: LogExplanation) -> String {
            let entry = explanation.entry
            var lines = [
                "entry     \(entry.id)", "at        \(entry.at.rfc3339)", "to        \(entry.recipient)",
                "verdict   \(entry.verdict.rawValue)", "size      \(entry.letterBytes) bytes",
                "client    "
                    + (entry.tags.isEmpty
                        ? "many, counted together" : entry.tags.map(\.description).joined(separator: ", in ")),
                "evidence  " + (entry.evidence ? "sealed" : "none"),
            ]
            if entry.repeats > 0 { lines.append("repeats   \(entry.repeats) more like it from its network within the hour") }
            if let delivery = explanation.delivery {
                lines.append("delivery  \(delivery.state), \(counted(delivery.attempts, "attempt"))")
            }
            guard !explanation.parts.isEmpty else { return (lines + ["", "No rule matched."]).joined(separator: "\n") }
            let table = TextTable(explanation.parts, ("RULE", \.rule), ("ASKS TO", \.effect), ("BECAUSE", \.meaning))
            return (lines + ["", table.text]).joined(separator: "\n")
        }
    }
}

extension LogCommand {
    struct OperationsList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "operations", abstract: "List what was changed here, by whom and when, the latest last.",
            discussion: """
                Each change and its line are written together, so a change that was refused or failed has none. Looking \
                something up leaves no line. Lines are kept as long as outcomes are (POSTERN_RETENTION_OUTCOMES).
                """)

        @Option(help: "At most this many; 0 for all.")
        var limit = 50

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws { try checkLimit(limit) }

        func run() async throws {
            let page: Page<OperationView> = try await home.caller().pages(of: limit, by: \.id.description) { before, count in
                .listOperations(before: before, limit: count)
            }
            let operations = Array(page.rows.reversed())
            try output.print(operations) {
                guard !operations.isEmpty else { return "No operations." }
                return TextTable(
                    operations, ("TIME", \.at.rfc3339), ("WHO", \.actor), ("DID", \.verb), ("ON", \.subject),
                    ("REASON", { $0.reason ?? "" })
                ).text
            }
            page.sayWhatIsCut(of: nil, output)
        }
    }
}

/// A moment as a person types it.
struct Moment: ExpressibleByArgument {
    let timestamp: Timestamp

    init?(argument: String) {
        if let span = Duration(span: argument) {
            timestamp = .now - span
        } else if let moment = Timestamp(rfc3339: argument) {
            timestamp = moment
        } else {
            return nil
        }
    }
}

/// Entries of the log for a person to read.
private enum LogTable {
    private static let head = ["TIME", "VERDICT", "RECIPIENT", "CLIENT", "BYTES", "RULES", "ID"]

    static func text(_ entries: [LogEntry]) -> String {
        entries.isEmpty ? "No entries." : TextTable(head: head, rows: entries.map(row)).text
    }

    /// Prints entries as they come, in columns of fixed width, since what comes later is not known.
    static func follow(_ entries: [LogEntry], json: Bool, withHead: Bool) throws {
        guard !json else {
            for entry in entries { Terminal.say(try jsonLine(entry)) }
            return
        }
        let widths = [24, 7, 20, 13, 6, 24, 26]
        for row in (withHead ? [head] : []) + entries.map(row) {
            Terminal.say(zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  "))
        }
    }

    private static func row(_ entry: LogEntry) -> [String] {
        [
            entry.at.rfc3339, entry.verdict.rawValue, entry.recipient, entry.tags.first?.description ?? "many",
            String(entry.letterBytes),
            (entry.rules.isEmpty ? "–" : entry.ruleNames) + (entry.repeats > 0 ? " (+\(entry.repeats))" : ""),
            entry.id.description,
        ]
    }
}
