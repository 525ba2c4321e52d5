internal import ArgumentParser
private import Foundation
internal import PosternCore
internal import PosternRelay
private import PosternStore

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "What was posted, what was decided about it, and why. Shows no client address.",
        subcommands: [List.self, Show.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List entries, the latest last.",
            discussion: """
                A client is shown by its tag: the same all day, another one tomorrow. The first tag is the client's own, the \
                next that of its network (IPv4 /24; IPv6 /56, then /48); --tag finds each of them.
                """)

        @Option(help: ArgumentHelp("Only since then: 2026-05-01T12:00:00Z, or 90m, 12h, 7d ago.", valueName: "time"))
        var since: Moment?

        @Option(help: ArgumentHelp("Only before then.", valueName: "time"))
        var until: Moment?

        @Option(help: "Only this verdict: \(Verdict.Decision.allCases.map(\.rawValue).joined(separator: ", ")).")
        var verdict: String?

        @Option(help: "Only where this rule spoke: \(Verdict.Rule.allCases.map(\.rawValue).joined(separator: ", ")).")
        var rule: String?

        @Option(help: ArgumentHelp("Only to this recipient, as in photos/pat.", valueName: "site/handle"))
        var recipient: String?

        @Option(help: "Only from the client or network with this tag.")
        var tag: String?

        @Option(help: "At most this many.")
        var limit = 50

        @Flag(help: "Go on printing entries as they come, until interrupted.")
        var follow = false

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 10,000") }
            if let verdict, Verdict.Decision(rawValue: verdict) == nil {
                throw ValidationError("there is no verdict “\(verdict)”")
            }
            if let rule, Verdict.Rule(rawValue: rule) == nil { throw ValidationError("there is no rule “\(rule)”") }
            guard recipient.map({ $0.split(separator: "/").count == 2 }) ?? true else {
                throw ValidationError("--recipient takes site and handle, as in photos/pat")
            }
            guard !(follow && until != nil) else { throw ValidationError("--follow has no end; leave out --until") }
        }

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            var query = query
            query.limit = ControlRequest.pageLimit
            let began = Timestamp.now
            let entries = try await latest(query, caller)
            guard follow else {
                try output.print(entries) { LogTable().text(entries) }
                return
            }
            try LogTable().follow(entries, json: output.json, withHead: true)
            // Not what is older than the entries that were asked for, however lately it came.
            let oldest = entries.count == limit ? entries.first?.id ?? "" : ""
            let from = max(oldest, LetterID.floor(of: began - Self.overlap).description)
            try await follow(query, from: from, shown: Set(entries.map(\.id)), caller)
        }

        /// Looks at the last moments again and again, and not from the last entry shown: that may be weeks old where a filter
        /// is seldom met; and entries are not written in the order of their ids, which are drawn when a letter comes.
        private func follow(
            _ query: ControlRequest.LogQuery, from: String, shown: Set<String>, _ caller: ControlCaller
        ) async throws -> Never {
            var (query, shown, from) = (query, shown, from)
            while true {
                try await Task.sleep(for: .milliseconds(500))
                let looked = Timestamp.now
                query.after = from
                var page: [ControlAnswer.EntryView]
                repeat {
                    page = try await ask(query, caller)
                    let news = page.filter { shown.insert($0.id).inserted }
                    if !news.isEmpty { try LogTable().follow(news, json: output.json, withHead: false) }
                    query.after = page.last?.id
                } while page.count == query.limit
                from = LetterID.floor(of: looked - Self.overlap).description
                shown = shown.filter { $0 >= from }
            }
        }

        /// How long after a letter came its entry is written, at the very most.
        private static let overlap = Duration.seconds(10)

        private var query: ControlRequest.LogQuery {
            var query = ControlRequest.LogQuery(limit: limit)
            (query.since, query.until) = (since?.timestamp.milliseconds, until?.timestamp.milliseconds)
            (query.verdict, query.rule, query.tag) = (verdict, rule, tag)
            if let parts = recipient?.split(separator: "/").map(String.init), parts.count == 2 {
                (query.site, query.handle) = (parts[0], parts[1])
            }
            return query
        }

        /// Page by page, the latest first asked for and the oldest first given.
        private func latest(_ query: ControlRequest.LogQuery, _ caller: ControlCaller) async throws
            -> [ControlAnswer.EntryView]
        {
            var (query, found) = (query, [ControlAnswer.EntryView]())
            repeat {
                query.limit = min(limit - found.count, ControlRequest.pageLimit)
                let page = try await ask(query, caller)
                found = page + found
                query.before = page.first?.id
                guard page.count == query.limit else { break }
            } while found.count < limit
            return found
        }

        private func ask(_ query: ControlRequest.LogQuery, _ caller: ControlCaller) async throws -> [ControlAnswer.EntryView] {
            guard case .entries(let entries) = try await caller.ask(.listLog(query)).orRefusal() else {
                throw ControlAnswer.mismatch
            }
            return entries
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Explain one verdict, and say what became of the letter.")

        @Argument(help: "The entry's id, which is the letter's and the delivery's as well.")
        var id: String

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        private struct Whole: Encodable {
            let entry: ControlAnswer.EntryView
            let parts: [ControlAnswer.PartView]
            let delivery: ControlAnswer.DeliveryView?
        }

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            guard case .entry(let entry, let parts, let delivery) = try await caller.ask(.showEntry(id: id)).orRefusal() else {
                throw ControlAnswer.mismatch
            }
            try output.print(Whole(entry: entry, parts: parts, delivery: delivery)) { Self.text(entry, parts, delivery) }
        }

        private static func text(
            _ entry: ControlAnswer.EntryView, _ parts: [ControlAnswer.PartView], _ delivery: ControlAnswer.DeliveryView?
        ) -> String {
            var lines = [
                "entry     \(entry.id)", "at        \(entry.at)", "to        \(LogTable.recipient(entry))",
                "verdict   \(entry.verdict)", "size      \(entry.letterBytes) bytes",
                "client    "
                    + (entry.tags.isEmpty ? "many, counted together" : entry.tags.joined(separator: ", in ")),
                "evidence  " + (entry.evidence ? "sealed" : "none"),
            ]
            if entry.repeats > 0 { lines.append("repeats   \(entry.repeats) more like it within the minute") }
            if let delivery { lines.append("delivery  \(delivery.state), \(delivery.attempts) attempts") }
            guard !parts.isEmpty else { return (lines + ["", "No rule spoke."]).joined(separator: "\n") }
            let rows = parts.map { [$0.rule, $0.effect, $0.meaning] }
            return (lines + ["", TextTable(head: ["RULE", "ASKS TO", "BECAUSE"], rows: rows).text]).joined(separator: "\n")
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
